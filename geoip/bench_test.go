package geoip

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
)

// benchRegions are places of eight regions around the world.
var benchRegions = []string{
	"aws:us-east-1", "aws:us-west-2", "aws:sa-east-1", "aws:eu-central-1",
	"aws:ap-south-1", "aws:ap-southeast-1", "aws:ap-northeast-1", "aws:ap-southeast-2",
}

// nearestOrders classifies by the order of the four nearest regions.
func nearestOrders(b testing.TB) func(Location, Kind, int) uint16 {
	var regions [][]Point
	for _, name := range benchRegions {
		p, err := ResolvePlace(name)
		if err != nil {
			b.Fatal(err)
		}
		regions = append(regions, p)
	}
	classes := map[[4]int]uint16{}
	return func(l Location, _ Kind, _ int) uint16 {
		at := []Point{{l.Lat, l.Lon, 1}}
		if !l.HasPlace {
			at = CountryPlaces(l.Country)
		}
		if len(at) == 0 {
			return 0
		}
		order := make([]int, len(regions))
		km := make([]float64, len(regions))
		for i, r := range regions {
			order[i], km[i] = i, MeanKM(at, r)
		}
		slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(km[i], km[j]) })
		first := [4]int(order)
		if _, ok := classes[first]; !ok {
			classes[first] = uint16(len(classes) + 1)
		}
		return classes[first]
	}
}

func embeddedForBench(b *testing.B) *Base {
	base, err := EmbeddedBase()
	if err != nil {
		b.Fatal(err)
	}
	return base
}

func BenchmarkEmbeddedBase(b *testing.B) {
	for b.Loop() {
		embeddedForBench(b)
	}
}

func BenchmarkProject(b *testing.B) {
	base := embeddedForBench(b)
	for b.Loop() {
		if _, err := Project(base, nil, nearestOrders(b), nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadFlat(b *testing.B) {
	table, err := Project(embeddedForBench(b), nil, nearestOrders(b), nil)
	if err != nil {
		b.Fatal(err)
	}
	flat := table.AppendFlat(nil)
	b.SetBytes(int64(len(flat)))
	for b.Loop() {
		if _, err := ReadFlat(flat, 1<<16); err != nil {
			b.Fatal(err)
		}
	}
}

// Clients are spread evenly over the runs that have data, so nearly every lookup goes
// elsewhere than the one before: the worst case for the processor's cache.
func BenchmarkTableLookup(b *testing.B) {
	base := embeddedForBench(b)
	table, err := Project(base, nil, nearestOrders(b), nil)
	if err != nil {
		b.Fatal(err)
	}
	known := map[bool][]netip.Addr{}
	for r := range base.Runs() {
		if r.Kind == KindData {
			known[r.Start.Is6()] = append(known[r.Start.Is6()], r.Start)
		}
	}
	for _, c := range []struct {
		v6     bool
		source []int
	}{{false, []int{1, 8, 24, 32}}, {true, []int{1, 32, 48, 56}}} {
		for _, n := range c.source {
			rnd := rand.New(rand.NewPCG(1, 2))
			clients := make([]netip.Prefix, 1<<16)
			for i := range clients {
				clients[i] = netip.PrefixFrom(known[c.v6][rnd.IntN(len(known[c.v6]))], n).Masked()
			}
			b.Run(fmt.Sprintf("v6=%v/source=%d", c.v6, n), func(b *testing.B) {
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					table.Lookup(clients[i%len(clients)])
				}
			})
		}
	}
}
