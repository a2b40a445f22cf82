package view

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"testing"

	"pgregory.net/rapid"

	"meridian/config"
	"meridian/steering"
	"meridian/wire"
)

// drawSteered draws the settings of a record of addresses or of names.
func drawSteered(t *rapid.T) config.Steered {
	s := config.Steered{TTL: config.Duration(rapid.IntRange(0, 2).Draw(t, "ttl") * 1e9), Endpoints: map[string]config.Endpoint{}}
	named := rapid.Bool().Draw(t, "of names")
	addresses := func(label string) (all []netip.Addr) {
		for i := range rapid.IntRange(0, 3).Draw(t, label) {
			addr := netip.AddrFrom4([4]byte{192, 0, byte(rapid.IntRange(0, 255).Draw(t, "octet")), byte(i)})
			if rapid.Bool().Draw(t, "of IPv6") {
				addr = netip.AddrFrom16([16]byte{0x20, 1, 15: addr.As4()[2]})
			}
			all = append(all, addr)
		}
		return all
	}
	for i := range rapid.IntRange(1, 4).Draw(t, "endpoints") {
		e := config.Endpoint{Tier: rapid.IntRange(0, 1).Draw(t, "tier")}
		if named {
			e.Name = rapid.SampledFrom([]string{"CDN.Example.", "lb.example.net.", "."}).Draw(t, "name")
		} else {
			e.Addresses = addresses("addresses")
		}
		s.Endpoints[fmt.Sprintf("e%d", i)] = e
	}
	for _, a := range addresses("fallback") {
		s.WhenAllDown.Fallback = append(s.WhenAllDown.Fallback, config.Fallback{Address: a})
	}
	return s
}

func text(t *rapid.T, v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Packed settings are the same when they are put together again, their skeleton has
// nothing of their addresses, and each endpoint's answers are found where they are.
func TestPackedSettings(t *testing.T) {
	zone := wire.MustParseName("example.")
	owner := wire.MustParseName("www.example.")
	rapid.Check(t, func(t *rapid.T) {
		s := drawSteered(t)
		before := text(t, s)
		skeleton, own := Pack(zone, owner, s)
		if text(t, s) != before {
			t.Fatal("packing changed the settings")
		}
		again, _ := Pack(zone, owner, skeleton)
		if text(t, again) != text(t, skeleton) {
			t.Fatalf("the skeleton %s has a skeleton of its own: %s", text(t, skeleton), text(t, again))
		}
		var types []TypeShape
		for _, typ := range []uint16{wire.TypeA, wire.TypeAAAA, wire.TypeCNAME} {
			set := &steering.Set{}
			for _, name := range s.EndpointNames() {
				if typ != wire.TypeCNAME || s.HasNames() {
					set.Endpoints = append(set.Endpoints, steering.NewEndpoint(name, 0, 1, 1))
				}
			}
			types = append(types, TypeShape{Type: typ, Choice: set})
		}
		record := &Steered{Shape: NewShape(skeleton, types, nil), Own: own}
		if got := text(t, record.Settings()); got != before {
			t.Fatalf("%s has become %s", before, got)
		}
		for typ := range record.Types() {
			for i, e := range typ.Choice.Endpoints {
				if typ.Type == wire.TypeCNAME {
					want := wire.EncodeRRset(owner, zone, typ.Type, typ.ttl, [][]byte{[]byte(wire.MustParseName(s.Endpoints[e.Name].Name))})
					if typ.CNAME(i) != want {
						t.Fatalf("the CNAME of %s isn't that of %q", e.Name, s.Endpoints[e.Name].Name)
					}
					continue
				}
				if got, want := octets(typ, i), packed(s.Endpoints[e.Name].Addresses, typ.Type); got != want {
					t.Fatalf("type %d of %s: %x, want %x", typ.Type, e.Name, got, want)
				}
			}
			var fallback []netip.Addr
			for _, f := range s.WhenAllDown.Fallback {
				fallback = append(fallback, f.Address)
			}
			if got, want := octets(typ, -1), packed(fallback, typ.Type); typ.Type != wire.TypeCNAME && got != want {
				t.Fatalf("type %d of the fallback: %x, want %x", typ.Type, got, want)
			}
		}
	})
}

func octets(typ SteeredType, endpoint int) string { return typ.Addresses(endpoint).Octets }

// packed are the addresses of one type.
func packed(addresses []netip.Addr, typ uint16) (octets string) {
	for _, a := range addresses {
		if a.Is4() == (typ == wire.TypeA) {
			octets += string(a.AsSlice())
		}
	}
	return octets
}
