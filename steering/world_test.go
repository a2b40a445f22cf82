package steering

// Random worlds for the property tests: a small base table, a topology with rows and
// fences, a record over some regions, and states of all kinds.

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"meridian/config"
	"meridian/geoip"
	"meridian/geoip/mmdbtest"
)

// smallBase is a base table over a few networks of both families, some inside others.
func smallBase(t testing.TB) *geoip.Base {
	t.Helper()
	at := func(country, continent string, lat, lon float64) mmdbtest.Map {
		return mmdbtest.Map{
			"country":   mmdbtest.Map{"iso_code": country},
			"continent": mmdbtest.Map{"code": continent},
			"location":  mmdbtest.Map{"latitude": lat, "longitude": lon},
		}
	}
	file := mmdbtest.Write(t, mmdbtest.DB{Networks: map[string]mmdbtest.Map{
		"20.0.0.0/6":        at("US", "NA", 39, -77),
		"21.128.0.0/9":      at("GB", "EU", 51, 0),
		"21.200.0.0/16":     at("SG", "AS", 1, 103),
		"60.0.0.0/8":        at("JP", "AS", 35, 139),
		"60.1.2.0/24":       at("AU", "OC", -33, 151),
		"80.0.0.0/7":        at("FR", "EU", 48, 2),
		"81.255.0.0/16":     at("BR", "SA", -23, -46),
		"2400::/12":         at("JP", "AS", 35, 139),
		"2400:8000::/20":    at("SG", "AS", 1, 103),
		"2600::/12":         at("US", "NA", 39, -77),
		"2600:100::/40":     at("US", "NA", 45, -122),
		"2a00::/16":         at("FR", "EU", 48, 2),
		"2a00:1:2:300::/56": at("GB", "EU", 51, 0),
	}})
	base, err := geoip.OpenBase(file)
	if err != nil {
		t.Fatal(err)
	}
	return base
}

// places of the regions that random worlds use.
func places() map[string][]geoip.Point {
	at := func(lat, lon float64) []geoip.Point { return []geoip.Point{{Lat: lat, Lon: lon, Weight: 1}} }
	return map[string][]geoip.Point{
		"ap": at(1.3, 103.8), "eu": at(53.3, -6.3), "jp": at(35.7, 139.7), "sa": at(-23.5, -46.6), "us": at(38.9, -77.4),
	}
}

// drawTopology draws a topology over regions; every fence leaves the first of them.
func drawTopology(t *rapid.T, regions []string) config.Topology {
	some := func(label string) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(regions), 1, len(regions), rapid.ID[string]).Draw(t, label)
	}
	topology := config.Topology{OrderDepth: rapid.IntRange(0, 4).Draw(t, "depth")}
	if rapid.Bool().Draw(t, "default") {
		topology.Default = some("default order")
	}
	for i := range rapid.IntRange(0, 5).Draw(t, "rows") {
		row := config.ClientRow{}
		switch rapid.IntRange(0, 2).Draw(t, "selector") {
		case 0:
			row.CIDR = drawPrefix(t, fmt.Sprint("cidr ", i), 64)
			if row.CIDR.Bits() == 0 || geoip.CheckCut(row.CIDR) != nil {
				row.CIDR = netip.MustParsePrefix("60.1.0.0/16")
			}
		case 1:
			row.Country = rapid.SampledFrom([]string{"US", "GB", "SG", "JP"}).Draw(t, "country")
		case 2:
			row.Continent = rapid.SampledFrom([]string{"EU", "AS", "NA"}).Draw(t, "continent")
		}
		if rapid.Bool().Draw(t, "order") {
			row.Order = some("row's order")
		}
		if rapid.Bool().Draw(t, "fence") {
			row.Only = append(some("only"), regions[0])
		}
		topology.Clients = append(topology.Clients, row)
	}
	return topology
}

// drawPrefix draws a client prefix that is likely to lie near what smallBase has.
func drawPrefix(t *rapid.T, label string, most6 int) netip.Prefix {
	near := rapid.SampledFrom([]string{
		"20.0.0.1", "21.128.3.4", "21.200.0.9", "60.1.2.3", "60.1.3.3", "81.255.1.1", "10.0.0.1", "9.9.9.9", "127.0.0.1",
		"2400:8000::1", "2600:100::1", "2a00:1:2:300::1", "2a00:1:2:400::", "fd00::1", "2001:db8::1", "::ffff:60.1.2.3", "64:ff9b::3c01:203", "2002:3c01:203::1", "2002:15c8::1",
	}).Draw(t, label+" near")
	addr := netip.MustParseAddr(near)
	most := addr.BitLen()
	if addr.Is6() {
		most = most6
	}
	p := netip.PrefixFrom(addr, rapid.IntRange(0, most).Draw(t, label+" bits"))
	// A few random bits at the end make neighbours.
	bytes := p.Masked().Addr().AsSlice()
	if p.Bits() > 8 {
		for i := range rapid.IntRange(0, 12).Draw(t, label+" flip") {
			bit := p.Bits() - 1 - i
			if bit >= 0 && rapid.Bool().Draw(t, label+" bit") {
				bytes[bit/8] ^= 0x80 >> (bit % 8)
			}
		}
	}
	flipped, _ := netip.AddrFromSlice(bytes)
	return netip.PrefixFrom(flipped, p.Bits()).Masked()
}

// world is one record over one table, with its twin.
type world struct {
	set  *Set
	own  Own
	slow slowRecord
}

func drawWorld(t *rapid.T, base *geoip.Base) world {
	all := []string{"ap", "eu", "jp", "sa", "us"}
	used := all[:rapid.IntRange(1, len(all)).Draw(t, "regions")]
	table, err := NewTable(base, NewTopology("t", drawTopology(t, used), places()), used, used)
	if err != nil {
		t.Fatalf("making the table: %v", err)
	}
	w := world{own: Own{Switches: &Switches{}}}
	var endpoints []Endpoint
	for i, region := range used {
		for j := range rapid.IntRange(1, 3).Draw(t, "endpoints") {
			name := fmt.Sprintf("%s%d", region, j)
			e := slowEndpoint{
				region: i, regionName: region,
				tier:   rapid.IntRange(1, 3).Draw(t, "tier"),
				weight: rapid.SampledFrom([]float64{0, 0.5, 1, 1, 5, 95}).Draw(t, "weight"),
				seed:   seedOf(name),
			}
			made := NewEndpoint(name, uint8(i), e.weight, e.tier)
			made.Regional = &Switch{}
			w.own.Words = append(w.own.Words, &Word{})
			w.slow.endpoints = append(w.slow.endpoints, e)
			endpoints = append(endpoints, made)
		}
	}
	w.set = NewSet(table, endpoints)
	if w.slow.failover = rapid.Bool().Draw(t, "failover"); !w.slow.failover {
		w.set.OneTier()
	}
	w.slow.minUp = rapid.IntRange(1, len(endpoints)).Draw(t, "min up")
	w.slow.lastGood = rapid.Bool().Draw(t, "last-good")
	if rapid.Bool().Draw(t, "fallback") {
		w.slow.lastGood = false
		w.slow.fallback = rapid.SliceOfN(rapid.IntRange(-1, len(used)-1), 1, 3).Draw(t, "fallback regions")
	}
	w.set.MinUp, w.set.LastGood = w.slow.minUp, w.slow.lastGood
	for _, region := range w.slow.fallback {
		w.set.Fallback = append(w.set.Fallback, Fallback{Region: region})
	}
	return w
}

// drawStates draws health and overrides into the words and the twin.
func (w world) drawStates(t *rapid.T) {
	regional := map[string]Setting{}
	drawSetting := func(label string) Setting {
		return Setting{
			Force: rapid.SampledFrom([]Force{NoForce, NoForce, NoForce, ForceUp, ForceDown}).Draw(t, label+" force"),
			Share: rapid.SampledFrom([]uint64{0, 0, 0, fullShare / 3, fullShare}).Draw(t, label+" share"),
		}
	}
	for i := range w.slow.endpoints {
		e, made := &w.slow.endpoints[i], &w.set.Endpoints[i]
		if _, ok := regional[e.regionName]; !ok {
			regional[e.regionName] = drawSetting(e.regionName)
		}
		state := rapid.SampledFrom([]State{New, Down, Up, Up, Up}).Draw(t, "state")
		e.lastDown = uint32(rapid.IntRange(0, 4).Draw(t, "last down"))
		w.own.Words[i].Store(NewHealth(state, ReasonProbed, 0, 0, e.lastDown))
		own := drawSetting("own")
		w.own.Switches.Store(made.Name, own)
		made.Regional.Store(regional[e.regionName])
		e.healthUp = state == Up
		e.force, e.share = max(own.Force, regional[e.regionName].Force), max(own.Share, regional[e.regionName].Share)
	}
}

func (w world) ask(p netip.Prefix) (Choice, uint8, *Class, Granule) {
	class, scope := w.set.Table.Find(p)
	g, bits := GranuleOf(p)
	var st, all States
	w.set.Begin(&st, w.own)
	ch := w.set.Choose(class, g, &st, w.own)
	w.set.Load(&all, w.own)
	knowing := w.set.Choose(class, g, &all, w.own)
	if ch.Candidates&^knowing.Candidates == 0 { // it may not have seen all of them
		ch.Candidates = knowing.Candidates
	}
	if ch != knowing || ch.Endpoint >= 0 && st.Health[ch.Endpoint] != all.Health[ch.Endpoint] {
		panic(fmt.Sprintf("with the words that it needs %+v, with all %+v", ch, knowing))
	}
	if ch.Shared {
		scope = max(scope, bits)
	}
	return ch, scope, class, g
}

func orderOf(c *Class) []int {
	var order []int
	for _, r := range c.Order {
		order = append(order, int(r))
	}
	return order
}

func permitsOf(c *Class, regions int) map[int]bool {
	m := map[int]bool{}
	for i := range regions {
		m[i] = c.Permits>>i&1 != 0
	}
	return m
}

func fallbacksOf(mask uint64) []int {
	var list []int
	for i := range 64 {
		if mask>>i&1 != 0 {
			list = append(list, i)
		}
	}
	return list
}

// Which endpoint may be taken, over random worlds: the twin agrees.
func TestChooseAgreesWithItsTwin(t *testing.T) {
	base := smallBase(t)
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t, base)
		for range 4 {
			w.drawStates(t)
			for range 4 {
				ch, _, class, g := w.ask(drawPrefix(t, "client", 128))
				got := slowChoice{ch.Endpoint, fallbacksOf(ch.Fallback), ch.From}
				if ch.From != FromFallback {
					got.fallback = nil
				}
				want := w.slow.choose(orderOf(class), permitsOf(class, len(w.set.Table.Regions)), g)
				if got.endpoint != want.endpoint || got.from != want.from || !slices.Equal(got.fallback, want.fallback) {
					t.Fatalf("got %+v, want %+v", got, want)
				}
			}
		}
	})
}

// Invariant 3: of two answers to prefixes that were at least as long as their scopes,
// where the scopes overlap the answers are the same; and a scope of 0 is everyone's.
func TestScopesAreRight(t *testing.T) {
	base := smallBase(t)
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t, base)
		w.drawStates(t)
		type seen struct {
			prefix   netip.Prefix
			scope    netip.Prefix
			endpoint int
			fallback uint64
		}
		var all []seen
		for i := range rapid.IntRange(2, 24).Draw(t, "clients") {
			p := drawPrefix(t, fmt.Sprint("client ", i), 128)
			ch, scope, _, _ := w.ask(p)
			if p.Bits() == 0 || int(scope) > p.Bits() {
				continue
			}
			at, err := p.Addr().Prefix(int(scope))
			if err != nil {
				t.Fatalf("%s: scope %d: %v", p, scope, err)
			}
			all = append(all, seen{p, at, ch.Endpoint, ch.Fallback})
		}
		for i, a := range all {
			for _, b := range all[:i] {
				together := a.scope.Overlaps(b.scope) || a.scope.Bits() == 0 || b.scope.Bits() == 0
				if together && (a.endpoint != b.endpoint || a.fallback != b.fallback) {
					t.Fatalf("%s (scope %d) got endpoint %d, %s (scope %d) got %d", a.prefix, a.scope.Bits(), a.endpoint, b.prefix, b.scope.Bits(), b.endpoint)
				}
			}
		}
	})
}
