package manifest_test

// Export against Parse: what is written is read back as the same.

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"meridian/config"
	"meridian/manifest"
	"meridian/wire"
)

// sameMeaning compares configurations by what they say, defaults filled in.
func sameMeaning(a, b config.Set) string {
	return cmp.Diff(a, b, cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{}), cmpopts.EquateEmpty(),
		cmp.Transformer("defaults", func(s config.Steered) filledSteered { return filledSteered(s.WithDefaults()) }),
		cmp.Transformer("defaults", func(c config.Check) filledCheck { return filledCheck(c.WithDefaults()) }),
		cmp.Transformer("defaults", func(t config.Topology) filledTopology {
			if t.OrderDepth == 0 {
				t.OrderDepth = config.DefaultOrderDepth
			}
			return filledTopology(t)
		}))
}

// The same types without the methods, so that a transformer is used once.
type (
	filledSteered  config.Steered
	filledCheck    config.Check
	filledTopology config.Topology
)

var (
	someName     = rapid.StringMatching(`[a-z0-9]([a-z0-9_-]{0,5}[a-z0-9])?`)
	someText     = rapid.OneOf(rapid.StringN(1, 8, -1), rapid.SampledFrom([]string{"~", "null", "yes", "-", "- a", "a: b", "a #b", "#", "'", `\`, "\n", " ", "1e3", "{}", "é\u2028\u00a0\ufeff"}))
	someIPv4     = rapid.Map(rapid.Uint32(), func(v uint32) netip.Addr { return netip.AddrFrom4([4]byte{192, 0, byte(v >> 8), byte(v)}) })
	someIPv6     = rapid.Map(rapid.Uint64(), func(v uint64) netip.Addr { return netip.AddrFrom16([16]byte{0x20, 1, 2: byte(v), 15: byte(v >> 8)}) })
	someAddress  = rapid.OneOf(someIPv4, someIPv6)
	someDuration = rapid.Map(rapid.IntRange(0, 3_600_000), func(ms int) config.Duration { return config.Duration(time.Duration(ms) * time.Millisecond) })
	someLocation = rapid.OneOf(
		rapid.Map(rapid.SampledFrom([]string{"IS", "NO", "aws:eu-west-1"}), func(s string) config.Location { return config.Location{Text: s, Set: true} }),
		rapid.Custom(func(t *rapid.T) config.Location {
			return config.Location{Lat: rapid.Float64Range(-90, 90).Draw(t, "lat"), Lon: rapid.Float64Range(-180, 180).Draw(t, "lon"), Set: true}
		}))
	someNames = rapid.SliceOfN(someName, 0, 3)
)

func someRegion(t *rapid.T) config.Region {
	r := config.Region{Location: someLocation.Draw(t, "location"), Capacity: rapid.SampledFrom([]float64{0, 0.25, 1e9}).Draw(t, "capacity")}
	if rapid.Bool().Draw(t, "checked") {
		r.Check, r.Address = someName.Draw(t, "check"), someAddress.Draw(t, "address")
	}
	return r
}

func someTopology(t *rapid.T) config.Topology {
	topology := config.Topology{Default: someNames.Draw(t, "default"), OrderDepth: rapid.IntRange(0, 5).Draw(t, "depth")}
	for range rapid.IntRange(0, 4).Draw(t, "rows") {
		row := config.ClientRow{Order: someNames.Draw(t, "order"), Only: someNames.Draw(t, "only"), Never: someNames.Draw(t, "never")}
		switch rapid.IntRange(0, 4).Draw(t, "selector") {
		case 0:
			row.CIDR, _ = someAddress.Draw(t, "cidr").Prefix(20)
		case 1:
			row.ASN = rapid.Uint32Min(1).Draw(t, "asn")
		case 2:
			row.Subdivision = "US-CA"
		case 3:
			row.Country = "NO"
		default:
			row.Continent = "NA"
		}
		topology.Clients = append(topology.Clients, row)
	}
	return topology
}

func someCheck(t *rapid.T) config.Check {
	c := config.Check{
		Kind: rapid.SampledFrom([]string{"http", "https", "tcp"}).Draw(t, "kind"),
		Port: uint16(rapid.SampledFrom([]int{0, 80, 443, 9000}).Draw(t, "port")), Interval: someDuration.Draw(t, "interval"),
		Timeout: someDuration.Draw(t, "timeout"), Rise: rapid.IntRange(0, 4).Draw(t, "rise"), Fall: rapid.IntRange(0, 4).Draw(t, "fall"),
	}
	if c.SendsHost() && rapid.Bool().Draw(t, "settings") {
		c.Method, c.Path, c.Host = "HEAD", someText.Draw(t, "path"), someText.Draw(t, "host")
		c.Status = []config.StatusRange{{First: 200, Last: 200}, {First: 300, Last: 399}}
		c.Body, c.Insecure, c.FollowRedirects = someText.Draw(t, "body"), true, rapid.Bool().Draw(t, "follow")
	}
	return c
}

func someSteered(t *rapid.T) config.Steered {
	s := config.Steered{
		Policy: rapid.SampledFrom([]string{"", "nearest", "failover"}).Draw(t, "policy"), Topology: rapid.SampledFrom([]string{"", "world"}).Draw(t, "topology"),
		TTL: someDuration.Draw(t, "ttl"), Check: rapid.SampledFrom([]string{"", "web"}).Draw(t, "check"), MinUp: rapid.IntRange(0, 2).Draw(t, "min_up"),
		Endpoints: map[string]config.Endpoint{},
	}
	switch rapid.IntRange(0, 2).Draw(t, "when_all_down") {
	case 1:
		s.WhenAllDown.Mode = rapid.SampledFrom([]string{"as-if-up", "last-good"}).Draw(t, "mode")
	case 2:
		s.WhenAllDown.Fallback = []config.Fallback{{Address: someAddress.Draw(t, "fallback")}, {Address: someAddress.Draw(t, "fallback"), Region: "eu-west"}}
	}
	if rapid.Bool().Draw(t, "https") {
		s.HTTPS = &config.HTTPS{Port: uint16(rapid.SampledFrom([]int{0, 8443}).Draw(t, "port")), ALPN: rapid.SampledFrom([][]string{nil, {"h3", "h2"}}).Draw(t, "alpn")}
	}
	for name := range rapid.MapOfN(someName, rapid.Bool(), 1, 4).Draw(t, "endpoints") {
		e := config.Endpoint{
			Region: rapid.SampledFrom([]string{"", "eu-west"}).Draw(t, "region"), Tier: rapid.IntRange(0, 3).Draw(t, "tier"),
			Check: rapid.SampledFrom([]string{"", "web", "web2"}).Draw(t, "check"), MinAddresses: rapid.IntRange(0, 2).Draw(t, "min_addresses"),
		}
		if rapid.Bool().Draw(t, "named") {
			e.Name = someName.Draw(t, "name") + ".example.net."
		} else {
			e.Addresses = rapid.SliceOfN(someAddress, 1, 8).Draw(t, "addresses")
		}
		if rapid.Bool().Draw(t, "weighted") {
			weight := rapid.SampledFrom([]float64{0, 0.5, 1, 1e6, 1e-9}).Draw(t, "weight")
			e.Weight = &weight
		}
		s.Endpoints[name] = e
	}
	return s
}

func someSet(t *rapid.T) config.Set {
	set := config.Set{
		Regions:    rapid.MapOfN(someName, rapid.Custom(someRegion), 0, 3).Draw(t, "regions"),
		Topologies: rapid.MapOfN(someName, rapid.Custom(someTopology), 0, 2).Draw(t, "topologies"),
		Checks:     rapid.MapOfN(someName, rapid.Custom(someCheck), 0, 3).Draw(t, "checks"),
		Steered:    map[wire.Name]map[wire.Name]config.Steered{},
	}
	owners := []string{"@", "www", "*", "a.b", `\@`, `x\.y`, `\255\000`, "yes", "1"}
	for _, zone := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{".", "example.com", `odd\ zone.example`, "1.in-addr.arpa"}), 0, 2, rapid.ID).Draw(t, "zones") {
		name := wire.MustParseName(zone)
		set.Steered[name] = map[wire.Name]config.Steered{}
		for _, owner := range rapid.SliceOfNDistinct(rapid.SampledFrom(owners), 0, 3, rapid.ID).Draw(t, "owners") {
			n, err := wire.RelativeName(owner, name)
			if err != nil {
				t.Fatal(err)
			}
			set.Steered[name][n] = someSteered(t)
		}
	}
	return set
}

// TestExportIsReadBack takes any configuration, also one that validation refuses.
func TestExportIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set := someSet(t)
		document := manifest.Export(set)
		m, ps := manifest.Parse("m", document)
		if m == nil {
			t.Fatalf("%v\n%s", ps, document)
		}
		if diff := sameMeaning(set, m.Set()); diff != "" {
			t.Fatalf("%s\n%v\n%s", document, ps, diff)
		}
		if again := manifest.Export(m.Set()); string(again) != string(document) {
			t.Fatalf("exported again it differs:\n%s\n%s", document, again)
		}
	})
}

func TestExportOverrides(t *testing.T) {
	day := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	zone := wire.MustParseName("example.com")
	got := string(manifest.Export(config.Set{},
		manifest.Override{Region: "eu-west", Override: config.Override{Drain: 1, Reason: "new\nrouters", Author: "ann", Since: day, Expires: day.Add(time.Hour)}},
		manifest.Override{Region: "us-east", Override: config.Override{Drain: 0.125, Force: "down", Author: "bob"}},
		manifest.Override{Zone: zone, Owner: wire.MustParseName("www.example.com"), Endpoint: "canary", Override: config.Override{Force: "up", Since: day}},
	))
	want := strings.Join([]string{
		`# override: drain region eu-west 100% "new\nrouters" by ann since 2026-11-24T08:00:00Z until 2026-11-24T09:00:00Z`,
		`# override: force-down and drain region us-east 12.5% by bob`,
		`# override: force-up endpoint example.com www canary since 2026-11-24T08:00:00Z`,
		`{}`, ``}, "\n")
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if _, ps := manifest.Parse("m", []byte(got)); len(ps) > 0 {
		t.Error(ps)
	}
}

// TestExportLayout: what fits on a line stands on one.
func TestExportLayout(t *testing.T) {
	wide := config.Steered{Endpoints: map[string]config.Endpoint{}}
	for i := range 3 {
		wide.Endpoints[fmt.Sprintf("eu-west-%d", i)] = config.Endpoint{Region: "eu-west", Addresses: []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::")}}
	}
	zone := wire.MustParseName("example.com")
	got := string(manifest.Export(config.Set{
		Regions: map[string]config.Region{"eu-west": {Location: config.Location{Text: "NO", Set: true}}},
		Steered: map[wire.Name]map[wire.Name]config.Steered{zone: {zone: wide}},
	}))
	want := `regions:
  eu-west: {location: "NO"}

zones:
  example.com:
    steered:
      "@":
        endpoints:
          eu-west-0: {region: eu-west, addresses: [192.0.2.1, "2001:db8::"]}
          eu-west-1: {region: eu-west, addresses: [192.0.2.1, "2001:db8::"]}
          eu-west-2: {region: eu-west, addresses: [192.0.2.1, "2001:db8::"]}
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
