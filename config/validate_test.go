package config_test

// Validation of whole configurations, and of what no manifest can say. What is wrong
// with each setting, and in what words, stands in the manifest's testdata.

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"meridian/config"
	"meridian/wire"
)

var (
	zone = wire.MustParseName("example.com")
	www  = wire.MustParseName("www.example.com")
)

func addresses(texts ...string) (all []netip.Addr) {
	for _, text := range texts {
		all = append(all, netip.MustParseAddr(text))
	}
	return all
}

// good is a configuration with nothing wrong.
func good() config.Set {
	return config.Set{
		Regions: map[string]config.Region{
			"eu-west": {Location: config.Location{Text: "aws:eu-west-1", Set: true}},
			"us-east": {Location: config.Location{Lat: 38.9, Lon: -77.4, Set: true}, Check: "port", Address: netip.MustParseAddr("192.0.2.1")},
		},
		Topologies: map[string]config.Topology{"world": {Default: []string{"us-east"}}},
		Checks:     map[string]config.Check{"web": {Kind: config.KindHTTP}, "port": {Kind: config.KindTCP, Port: 22}},
		Steered: map[wire.Name]map[wire.Name]config.Steered{zone: {www: {
			Topology: "world", Check: "web", Endpoints: map[string]config.Endpoint{"eu-west": {Addresses: addresses("192.0.2.10", "2001:db8::10")}},
		}}},
	}
}

func TestSetValidate(t *testing.T) {
	if ps := good().Validate(config.Around{}); len(ps) > 0 {
		t.Fatal(ps)
	}
	noPlace := func(text string) error { return errors.New(text + " is nowhere") }
	bad := good()
	bad.Checks["web"] = config.Check{Kind: "http", Path: "x"}
	delete(bad.Checks, "port")
	bad.Topologies["world"] = config.Topology{Default: []string{"us-west"}}
	bad.Steered[zone][zone] = config.Steered{}
	want := `regions.eu-west.location: aws:eu-west-1 is nowhere
regions.us-east.check: there is no check "port" (define it under checks, or name one of those that there are)
topologies.world.default.0: there is no region "us-west" (did you mean eu-west?)
checks.web.path: "x" is no path (write a path that begins with / and has no spaces, as in /healthz)
zones.example.com.steered.@.endpoints: the record has no endpoints: it has nothing to answer with (add at least one)`
	if diff := cmp.Diff(want, bad.Validate(config.Around{Place: noPlace}).Error()); diff != "" {
		t.Error(diff)
	}
}

func TestSteeredOutsideManifests(t *testing.T) {
	around := config.Around{Regions: good().Regions}
	offers := map[string]config.Endpoint{"eu-west": {Addresses: addresses("192.0.2.1")}}
	for _, test := range []struct {
		name   string
		owner  string
		record config.Steered
		want   string
	}{
		{"another zone's", "www.example.net", config.Steered{Endpoints: offers}, "www.example.net. is not in the zone example.com. (put it under its own zone)"},
		{"above the zone", "com", config.Steered{Endpoints: offers}, "com. is not in the zone example.com. (put it under its own zone)"},
		{"negative", "www.example.com", config.Steered{Endpoints: offers, TTL: -5e9}, "ttl: -5s is out of range (write a duration from 1s to 24h0m0s)"},
		{"no address", "www.example.com", config.Steered{Endpoints: map[string]config.Endpoint{"eu-west": {Addresses: []netip.Addr{{}}}}},
			"endpoints.eu-west.addresses.0: there is no address (write an IPv4 or IPv6 address)"},
		{"negative count", "www.example.com", config.Steered{Endpoints: map[string]config.Endpoint{"eu-west": {Addresses: addresses("192.0.2.1"), MinAddresses: -1}}},
			"endpoints.eu-west.min_addresses: -1 is out of range (write at least 1)"},
	} {
		ps := around.Steered(nil, zone, wire.MustParseName(test.owner), test.record)
		if got := ps.Error(); got != test.want {
			t.Errorf("%s: %s\nwant %s", test.name, got, test.want)
		}
	}
}

func TestNames(t *testing.T) {
	for name, ok := range map[string]bool{
		"eu-west": true, "1": true, "a_b": true, strings.Repeat("a", 63): true,
		"": false, "-a": false, "a-": false, "EU": false, "a.b": false, "a b": false, "é": false, strings.Repeat("a", 64): false,
	} {
		ps := config.Around{}.Topology(nil, name, config.Topology{})
		if (len(ps) == 0) != ok {
			t.Errorf("%q: %v", name, ps)
		}
	}
}

func TestSteeredPath(t *testing.T) {
	for _, test := range []struct{ zone, owner, want string }{
		{"example.com", "example.com", "zones example.com steered @"},
		{"example.com", "*.a.Example.COM", "zones example.com steered *.a"},
		{"example.com", `\@.example.com`, `zones example.com steered \@`},
		{".", ".", "zones . steered @"},
		{".", "com", "zones . steered com"},
	} {
		zone, owner := wire.MustParseName(test.zone), wire.MustParseName(test.owner)
		path := config.SteeredPath(zone, owner)
		if got := strings.Join(path, " "); got != test.want {
			t.Errorf("%s in %s: %s, want %s", test.owner, test.zone, got, test.want)
		}
		if back, err := wire.RelativeName(path[3], zone); err != nil || back.Canonical() != owner.Canonical() {
			t.Errorf("%s is read back as %s (%v)", path[3], back, err)
		}
	}
}

func TestClosest(t *testing.T) {
	names := []string{"eu-west", "us-east", "http", "web"}
	for name, want := range map[string]string{
		"eu-wset": "eu-west", "us-eats": "us-east", "us-eest": "us-east", "htp": "http", "https": "http", "wbe": "web",
		"icmp": "", "ap-south": "", "": "",
	} {
		if got := config.Closest(name, names); got != want {
			t.Errorf("%q is closest to %q, want %q", name, got, want)
		}
	}
}

func TestMoreRegionsThanMasksHold(t *testing.T) {
	around := config.Around{Regions: map[string]config.Region{}}
	record := config.Steered{Endpoints: map[string]config.Endpoint{}}
	for i := range config.MaxEndpoints {
		name := "r" + string(rune('a'+i/26)) + string(rune('a'+i%26))
		around.Regions[name] = config.Region{}
		record.Endpoints[name] = config.Endpoint{Addresses: []netip.Addr{netip.AddrFrom4([4]byte{192, 0, 2, byte(i)})}}
	}
	around.Regions["one-more"] = config.Region{}
	if ps := around.Steered(nil, zone, www, record); len(ps) > 0 {
		t.Fatal(ps)
	}
	record.WhenAllDown.Fallback = []config.Fallback{{Address: netip.MustParseAddr("192.0.2.99"), Region: "one-more"}}
	want := "when_all_down.fallback: with the fallback's the record has 65 regions, more than 64 (use regions of the endpoints)"
	if got := around.Steered(nil, zone, www, record).Error(); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}
