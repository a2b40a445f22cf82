package steering

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"meridian/config"
)

// rank is the order of a topology's regions for a client, as names; fenced-off ones in
// parentheses.
func rank(t *testing.T, settings config.Topology, client string) string {
	t.Helper()
	regions := []string{"ap", "eu", "jp", "sa", "us"}
	topology := NewTopology("t", settings, places())
	who, _ := topology.ClientAt(smallBase(t), netip.MustParseAddr(client))
	r := topology.Rank(who, regions)
	var words []string
	for _, i := range r.Order {
		word := regions[i]
		if r.Permits>>i&1 == 0 {
			word = "(" + word + ")"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

func TestRank(t *testing.T) {
	cidr := func(s string) netip.Prefix { return netip.MustParsePrefix(s) }
	const london, tokyo, private, unknown = "21.128.1.1", "60.200.0.1", "10.1.2.3", "9.9.9.9"
	for _, test := range []struct {
		name     string
		settings config.Topology
		client   string
		want     string
	}{
		{"distance alone, the tail by name", config.Topology{OrderDepth: 2}, london, "eu us ap jp sa"},
		{"the tail is the default order", config.Topology{OrderDepth: 1, Default: []string{"sa", "jp"}}, london, "eu sa jp ap us"},
		{"special-purpose space has the default order", config.Topology{Default: []string{"jp", "eu"}}, private, "jp eu ap sa us"},
		{"so has space without data", config.Topology{Default: []string{"jp", "eu"}}, unknown, "jp eu ap sa us"},
		{"a row's order comes first, all of it", config.Topology{OrderDepth: 2, Clients: []config.ClientRow{{Country: "GB", Order: []string{"sa", "jp", "ap"}}}}, london, "sa jp ap eu us"},
		{"cost fills up to the depth", config.Topology{OrderDepth: 3, Clients: []config.ClientRow{{Country: "GB", Order: []string{"sa"}}}}, london, "sa eu us ap jp"},
		{"the longest cidr wins over a country", config.Topology{Clients: []config.ClientRow{
			{Country: "GB", Order: []string{"sa"}}, {CIDR: cidr("21.128.0.0/16"), Order: []string{"jp"}}, {CIDR: cidr("21.0.0.0/8"), Order: []string{"ap"}},
		}}, london, "jp eu us sa ap"},
		{"an order row never lifts a fence", config.Topology{Clients: []config.ClientRow{
			{CIDR: cidr("21.128.0.0/16"), Order: []string{"jp"}}, {Continent: "EU", Never: []string{"jp", "us"}},
		}}, london, "(jp) eu (us) sa ap"},
		{"of two fences the more specific holds", config.Topology{Clients: []config.ClientRow{
			{Country: "JP", Only: []string{"jp"}}, {Continent: "AS", Only: []string{"ap"}},
		}}, tokyo, "jp (ap) (eu) (us) (sa)"},
		{"a cidr row speaks for special-purpose space", config.Topology{Clients: []config.ClientRow{{CIDR: cidr("10.0.0.0/8"), Order: []string{"us"}}}}, private, "us ap eu jp sa"},
		{"a country row doesn't speak for space without data", config.Topology{Clients: []config.ClientRow{{Country: "US", Order: []string{"us"}}}}, unknown, "ap eu jp sa us"},
		{"IPv6 that carries IPv4 is where that is", config.Topology{}, "64:ff9b::1580:101", "eu us sa jp ap"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := rank(t, test.settings, test.client); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// A prefix that spans a fence gets only what all inside may have.
func TestSpanningPrefixKeepsFences(t *testing.T) {
	regions := []string{"ap", "eu", "us"}
	topology := NewTopology("t", config.Topology{Clients: []config.ClientRow{
		{CIDR: netip.MustParsePrefix("20.0.0.0/10"), Never: []string{"us"}},
	}}, places())
	table, err := NewTable(smallBase(t), topology, regions, regions)
	if err != nil {
		t.Fatal(err)
	}
	class, scope := table.Find(netip.MustParsePrefix("20.0.0.0/8"))
	if scope <= 8 {
		t.Errorf("the scope of a prefix that spans a fence is %d", scope)
	}
	if class.Permits != 0b011 || table.Regions[class.Order[0]] != "us" {
		t.Errorf("order %v, permits %b: want the majority's order without the fenced region", class.Order, class.Permits)
	}
}

func TestFenceThatLeavesNothingIsRefused(t *testing.T) {
	topology := NewTopology("t", config.Topology{Clients: []config.ClientRow{{Country: "GB", Only: []string{"us"}}}}, places())
	_, err := NewTable(smallBase(t), topology, []string{"ap", "us"}, []string{"ap"})
	if err == nil || !strings.Contains(err.Error(), "the row {country: GB} leaves these clients no region") {
		t.Errorf("got %v", err)
	}
}

// A scope is 0 only where every client gets the same.
func TestScopeZero(t *testing.T) {
	for _, test := range []struct {
		regions []string
		client  string
		want    bool
	}{
		{[]string{"eu"}, "20.0.0.0/24", true}, {[]string{"eu"}, "2a00::/48", true},
		{[]string{"eu", "us"}, "20.0.0.0/24", false}, {[]string{"eu", "us"}, "fd00::/48", false},
	} {
		table, err := NewTable(smallBase(t), NewTopology("", config.Topology{}, places()), test.regions, test.regions)
		if err != nil {
			t.Fatal(err)
		}
		if _, scope := table.Find(netip.MustParsePrefix(test.client)); (scope == 0) != test.want {
			t.Errorf("%v, %s: scope %d", test.regions, test.client, scope)
		}
	}
}

func TestClassesAreInterned(t *testing.T) {
	cs := newClasses()
	a, _ := cs.intern(Class{Order: []uint8{0, 1}, Permits: 3})
	b, _ := cs.intern(Class{Order: []uint8{1, 0}, Permits: 3})
	c, _ := cs.intern(Class{Order: slices.Clone([]uint8{0, 1}), Permits: 3})
	if a == b || a != c {
		t.Errorf("numbers %d %d %d", a, b, c)
	}
}
