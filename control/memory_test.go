package control_test

// What a steered name takes in memory. scripts/figures runs this.

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"runtime"
	"testing"

	"meridian/config"
	"meridian/control"
	"meridian/wire"
)

// BenchmarkSteeredMemory reports how much more of the heap is in use for each steered
// name: its part of the view, its settings, and the targets that only it has. Names
// share their addresses, or each has its own. Class tables don't count: there are as many
// as sets of regions.
func BenchmarkSteeredMemory(b *testing.B) {
	for _, c := range []struct {
		name         string
		endpoints    int
		own, checked bool
		families     int
	}{
		{"20 shared endpoints", 20, false, false, 1},
		{"20 shared endpoints, checked", 20, false, true, 1},
		{"3 endpoints of its own", 3, true, false, 1},
		{"3 endpoints of its own, checked", 3, true, true, 1},
		{"20 endpoints of its own", 20, true, false, 1},
		{"20 endpoints of its own, of both families", 20, true, false, 2},
		{"20 endpoints of its own, checked", 20, true, true, 1},
	} {
		b.Run(c.name, func(b *testing.B) {
			w := startWith(b, b.TempDir(), false)
			record := func(name int) *config.Steered {
				s := &config.Steered{Endpoints: map[string]config.Endpoint{}}
				if c.checked {
					s.Check = "web"
				}
				if !c.own {
					name = 0
				}
				for i := range c.endpoints {
					s.Endpoints[fmt.Sprintf("region-%02d", i)] = config.Endpoint{Addresses: numbered(name*c.endpoints+i, c.families)}
				}
				return s
			}
			steer := func(from, to int) {
				var change control.Change
				for i := from; i < to; i++ {
					change.Zone(zoneName).Steer(wire.MustParseName(fmt.Sprintf("s%d.example.com.", i)), record(i))
				}
				w.commit(change)
			}
			w.commit(twentyRegions(b))
			steer(0, 1) // its class table is there when counting begins
			const names = 20_000
			before := heapInUse()
			steer(1, 1+names)
			for b.Loop() { // nothing more: it is memory that is measured
			}
			b.ReportMetric((heapInUse()-before)/names, "B/name")
			b.ReportMetric(0, "ns/op")
			runtime.KeepAlive(w)
		})
	}
}

// twentyRegions is the zone with nothing steered in it, 20 regions, and a check.
func twentyRegions(t testing.TB) control.Change {
	c := control.Change{Regions: map[string]*config.Region{}, Checks: map[string]*config.Check{
		"web": {Kind: "http", Host: "www.example.com"},
	}}
	for i := range 20 {
		c.Regions[fmt.Sprintf("region-%02d", i)] = &config.Region{Location: config.Location{Lat: float64(3 * i), Lon: float64(8*i - 80), Set: true}}
	}
	c.Zone(zoneName).Contents = contents(t, zoneText)
	return c
}

// numbered are the addresses of a number, one of each family.
func numbered(n, families int) []netip.Addr {
	v6 := [16]byte{0x20, 0x01, 0x0d, 0xb8}
	binary.BigEndian.PutUint32(v6[12:], uint32(n))
	return []netip.Addr{netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)}), netip.AddrFrom16(v6)}[:families]
}

func heapInUse() float64 {
	runtime.GC()
	runtime.GC() // what the first found weakly held
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}
