package geoip

import (
	"fmt"
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

// baseOf makes a base table of prefixes.
func baseOf(data map[netip.Prefix]Location) *Base {
	d := newDecoder()
	var prefixes []netip.Prefix
	var values []uint32
	for p, l := range data {
		prefixes = append(prefixes, p)
		values = append(values, d.intern(l))
	}
	v4, v6 := flattenCuts(prefixes, func(i int) uint32 { return values[i] })
	return newBase(d.locations, v4, v6, false, nil)
}

// drawPrefix draws a prefix near where things are decided, of at most max4 or max6 bits.
func drawPrefix(max4, max6 int) *rapid.Generator[netip.Prefix] {
	places := rapid.SampledFrom([]string{
		"8.0.0.0", "8.8.0.0", "8.8.8.0", "9.255.255.255", "10.0.0.0", "0.0.0.0", "192.0.2.0", "223.255.255.255", "255.255.255.255",
		"2000::", "2001:200::", "2001:db8::", "2001:ffff::", "2003::", "2a00::", "2a00:0:0:ffff::", "3fff::", "fc00::",
		"2002:808:808::", "2002::", "2002:ffff::", "::", "::1", "::ffff:0:0", "::fffe:ffff:ffff", "::ffff:808:808", "::1:0:0:0", "0:0:0:1::",
		"64:ff9b::", "64:ff9b::808:808", "64:ff9b::1:0:0", "64:ff9b:1::",
	})
	return rapid.Custom(func(t *rapid.T) netip.Prefix {
		a := netip.MustParseAddr(places.Draw(t, "place"))
		most := max6
		if a.Is4() {
			most = max4
		}
		b := a.AsSlice()
		if bit := rapid.IntRange(0, 2*len(b)*8).Draw(t, "flipped bit"); bit < len(b)*8 {
			b[bit/8] ^= 1 << (7 - bit%8)
		}
		a, _ = netip.AddrFromSlice(b)
		return netip.PrefixFrom(a, rapid.IntRange(0, most).Draw(t, "bits")).Masked()
	})
}

// drawTables draws a table and its twin.
func drawTables(t *rapid.T) (*Table, *slowTable) {
	s := &slowTable{data: map[netip.Prefix]Location{}}
	for _, p := range rapid.SliceOfN(drawPrefix(24, 56), 0, 8).Draw(t, "data") {
		s.data[p] = Location{Country: rapid.SampledFrom([]string{"IS", "NO", "NZ"}).Draw(t, "country")}
	}
	for _, p := range rapid.SliceOfN(drawPrefix(32, 64), 0, 4).Draw(t, "cuts") {
		if CheckCut(p) == nil {
			s.cuts = append(s.cuts, p)
		}
	}
	classes := rapid.Uint16Range(1, 5).Draw(t, "classes")
	stretch := rapid.SampledFrom([]uint16{1, 200}).Draw(t, "stretch") // classes of one octet, or two
	s.classify = func(l Location, k Kind, cut int) uint16 {
		n := uint16(cut+1)*7 + uint16(k)*3
		for _, c := range []byte(l.Country) {
			n += uint16(c)
		}
		return n % classes * stretch
	}
	s.narrow = func(majority uint16, inside []uint16) uint16 {
		n := majority
		for _, c := range inside {
			n = n*31 + c
		}
		return n
	}
	table, err := Project(baseOf(s.data), s.cuts, s.classify, s.narrow)
	if err != nil {
		t.Fatal(err)
	}
	return table, s
}

func TestTableAgreesWithItsTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table, slow := drawTables(t)
		for _, client := range rapid.SliceOfN(drawPrefix(32, 128), 1, 8).Draw(t, "clients") {
			class, scope := table.Lookup(client)
			wantClass, wantScope, spans := slow.lookup(client)
			if class != wantClass || spans != (int(scope) > client.Bits()) || !spans && int(scope) != wantScope {
				t.Fatalf("%s: class %d scope %d, the twin says class %d scope %d (spans %v)", client, class, scope, wantClass, wantScope, spans)
			}
		}
	})
}

// RFC 7871 section 7.2.1: what two answers say of the same clients must be the same.
func TestScopesNeverContradict(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table, _ := drawTables(t)
		type answer struct {
			scope netip.Prefix
			class uint16
		}
		var answers []answer
		for _, client := range rapid.SliceOfN(drawPrefix(32, 128), 2, 12).Draw(t, "clients") {
			class, scope := table.Lookup(client)
			if int(scope) > client.Addr().BitLen() {
				t.Fatalf("%s: scope %d is longer than an address", client, scope)
			}
			if int(scope) <= client.Bits() {
				answers = append(answers, answer{netip.PrefixFrom(client.Addr(), int(scope)).Masked(), class})
			}
		}
		for _, a := range answers {
			for _, b := range answers {
				if a.scope.Overlaps(b.scope) && a.class != b.class {
					t.Fatalf("%s has class %d, %s has class %d", a.scope, a.class, b.scope, b.class)
				}
			}
		}
	})
}

// byCountry gives each country a class of its own, and cuts theirs: 100 and up.
func byCountry(l Location, k Kind, cut int) uint16 {
	switch {
	case cut >= 0:
		return 100 + uint16(cut)
	case l.Country == "IS":
		return 1
	case l.Country == "NO":
		return 2
	}
	return 0
}

func mustProject(t testing.TB, data map[string]string, cuts []string, narrow func(uint16, []uint16) uint16) *Table {
	t.Helper()
	rows := map[netip.Prefix]Location{}
	for p, c := range data {
		rows[netip.MustParsePrefix(p)] = Location{Country: c}
	}
	var prefixes []netip.Prefix
	for _, c := range cuts {
		prefixes = append(prefixes, netip.MustParsePrefix(c))
	}
	table, err := Project(baseOf(rows), prefixes, byCountry, narrow)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestTableLookup(t *testing.T) {
	table := mustProject(t, map[string]string{
		"8.0.0.0/8": "IS", "8.8.0.0/16": "NO", "9.0.0.0/8": "IS",
		"2a00::/16": "IS", "2a01::/16": "NO",
	}, []string{"10.0.0.0/8", "10.9.0.0/16", "192.0.2.128/25", "2a00:1::/48"}, nil)
	for _, c := range []struct {
		client string
		class  uint16
		scope  uint8
	}{
		{"8.8.8.0/24", 2, 16},
		{"8.8.0.0/16", 2, 16},
		{"8.8.0.0/15", 1, 16},                // Iceland's half begins behind 8.8.0.0/16's
		{"8.0.0.0/7", 1, 8},                  // most of both is Iceland's
		{"9.1.2.3/32", 1, 8},                 // 9.0.0.0/8's neighbours differ
		{"0.0.0.0/0", 1, 2},                  // space without entry and special space have no say
		{"10.1.0.0/16", 100, 13},             // special space that a cut names
		{"10.9.0.0/24", 101, 16},             //
		{"172.16.0.0/12", 0, 2},              // special space that none names: with its neighbours without entry
		{"192.0.2.129/32", 102, 25},          // longer than any database
		{"2a00:1::/48", 103, 48},             //
		{"2a00:1:0:1::/64", 103, 48},         //
		{"2a01:1:2:3:4:5:6:7/128", 2, 16},    //
		{"::ffff:8.8.8.8/128", 2, 96 + 16},   // IPv4-mapped
		{"64:ff9b::808:808/128", 2, 96 + 16}, // translated
		{"2002:808:808::/48", 2, 16 + 16},    // 6to4
		{"2002:800::/22", 1, 16 + 13},        // 8.0.0.0/6, whose right half begins with 10.0.0.0/13
		{"::ffff:0:0/96", 1, 96 + 2},         // all that is carried: as 0.0.0.0/0
		{"64:ff9b::/96", 1, 96 + 2},          //
		{"2002::/16", 1, 16 + 2},             //
		{"2002::/15", 0, 16},                 // 6to4 has no say in who asks from IPv6
		{"::1/128", 0, 81},                   // beside the IPv4-mapped addresses
		{"::/64", 0, 96},                     // around them
		{"64:ff9b::/65", 0, 96},              //
		{"64:ff9b:0:0:8000::/65", 0, 65},     //
		{"2001:0:808:808::1/128", 0, 15},     // Teredo isn't decoded: special space
	} {
		class, scope := table.Lookup(netip.MustParsePrefix(c.client))
		if class != c.class || scope != c.scope {
			t.Errorf("%s: class %d scope %d, want %d and %d", c.client, class, scope, c.class, c.scope)
		}
	}
}

func TestNarrowSeesEveryClassInside(t *testing.T) {
	seen := map[string]int{}
	mustProject(t, map[string]string{"8.0.0.0/8": "IS", "9.0.0.0/8": "NO"}, nil, func(majority uint16, inside []uint16) uint16 {
		seen[fmt.Sprint(majority, inside)]++
		return majority
	})
	// 8/7 holds both (a draw: the lower class), what is around it space of no country too.
	for _, want := range []string{"1 [1 2]", "1 [0 1 2]"} {
		if seen[want] != 1 {
			t.Errorf("%s: asked %d times, want once; asked were %v", want, seen[want], seen)
		}
	}
}

func TestCheckCut(t *testing.T) {
	for cut, want := range map[string]string{
		"10.0.0.0/32":         "",
		"::/0":                "",
		"2a00::/64":           "",
		"10.0.0.1/8":          "10.0.0.1/8 has bits set beyond its length: write 10.0.0.0/8",
		"2a00::/65":           "2a00::/65 is longer than /64, and IPv6 clients aren't told apart behind that: write a shorter one",
		"2002:a00::/24":       "2002:a00::/24 holds IPv6 addresses that carry IPv4 ones, and their clients are told apart by those: write the IPv4 prefix",
		"::ffff:10.0.0.0/104": "::ffff:10.0.0.0/104 holds IPv6 addresses that carry IPv4 ones, and their clients are told apart by those: write the IPv4 prefix",
	} {
		got := ""
		if err := CheckCut(netip.MustParsePrefix(cut)); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", cut, got, want)
		}
	}
	if CheckCut(netip.Prefix{}) == nil {
		t.Error("the zero prefix is taken")
	}
	if _, err := Project(baseOf(nil), []netip.Prefix{netip.MustParsePrefix("2002::/16")}, byCountry, nil); err == nil {
		t.Error("Project takes a cut that CheckCut refuses")
	}
}

func TestLookupAllocatesNothing(t *testing.T) {
	table := mustProject(t, map[string]string{"8.0.0.0/8": "IS", "2a00::/16": "NO"}, nil, nil)
	for _, s := range []string{"8.8.8.0/24", "2a00::/56", "::1/128", "::ffff:8.8.8.8/128"} {
		client := netip.MustParsePrefix(s)
		if n := testing.AllocsPerRun(100, func() { table.Lookup(client) }); n != 0 {
			t.Errorf("%s: %v allocations", s, n)
		}
	}
}

func TestMajority(t *testing.T) {
	for _, c := range []struct {
		counts []count
		want   uint16
	}{
		{[]count{{3, 1, 0}, {4, 2, 0}}, 4},
		{[]count{{3, 2, 0}, {4, 2, 9}}, 3},       // a draw: the lower class, whatever is idle
		{[]count{{3, 0, 1 << 63}, {4, 1, 0}}, 4}, // idle space has no say
		{[]count{{3, 0, 1}, {4, 0, 2}}, 4},       // but where there is nothing else
	} {
		if got := majority(c.counts); got != c.want {
			t.Errorf("%v: class %d, want %d", c.counts, got, c.want)
		}
	}
}

// Every address counts as one, and a 6to4 address as the /48 behind it.
func TestWhatIsCounted(t *testing.T) {
	table := mustProject(t, map[string]string{
		"8.8.8.0/32": "IS", "8.8.8.1/32": "NO", "8.8.8.2/32": "NO", "8.8.8.3/32": "NZ",
		"0.0.0.0/1": "IS", "128.0.0.0/2": "IS",
	}, []string{"2003::/18", "2003:4000::/18", "2003:8000::/18"}, nil)
	for client, want := range map[string]uint16{
		"8.8.8.0/30": 2,
		"2002::/15":  1, // no clients on either side, and three quarters of IPv4 are more than a quarter of 2003::/16
	} {
		if class, _ := table.Lookup(netip.MustParsePrefix(client)); class != want {
			t.Errorf("%s: class %d, want %d", client, class, want)
		}
	}
}

func TestOfEqualCutsTheFirstWins(t *testing.T) {
	table := mustProject(t, nil, []string{"8.0.0.0/8", "8.0.0.0/8", "8.0.0.0/7"}, nil)
	for client, want := range map[string]uint16{"8.8.8.0/24": 100, "9.9.9.0/24": 102} {
		if class, _ := table.Lookup(netip.MustParsePrefix(client)); class != want {
			t.Errorf("%s: class %d, want %d", client, class, want)
		}
	}
}
