package zones

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
	"pgregory.net/rapid"

	"meridian/wire"
)

// anyName draws names of few labels with odd octets in them, below a zone.
func anyName(zone wire.Name) *rapid.Generator[wire.Name] {
	label := rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom([]byte("ab*.\\\"$@;( \x00\x01\x02\xff0Z-_")), rapid.Byte()), 1, 5)
	return rapid.Custom(func(t *rapid.T) wire.Name {
		var front []byte
		for _, l := range rapid.SliceOfN(label, 0, 4).Draw(t, "labels") {
			front = append(append(front, byte(len(l))), l...)
		}
		return wire.Name(front) + zone
	})
}

func TestSortCanonical(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfN(anyName(wire.Root), 0, 20).Draw(t, "names")
		for i := range names {
			names[i] = names[i].Canonical()
		}
		want := slices.Clone(names)
		slices.SortFunc(want, wire.Name.Compare)
		sortCanonical(names)
		if diff := cmp.Diff(want, names); diff != "" {
			t.Fatalf("(-Compare +sortCanonical):\n%s", diff)
		}
	})
}

// Contents are a map by key, in an order of their own; any of them are written as a
// master file that reads back equal.
func TestContents(t *testing.T) {
	zone := wire.MustParseName("Example.com.")
	rapid.Check(t, func(t *rapid.T) {
		c, want := NewContents(zone), make(map[Key]RRset)
		for range rapid.IntRange(0, 20).Draw(t, "changes") {
			s := RRset{
				Owner: anyName(rapid.SampledFrom([]wire.Name{zone, zone.Canonical()}).Draw(t, "zone")).Draw(t, "owner"),
				Type:  rapid.SampledFrom([]uint16{dns.TypeA, dns.TypeTXT, dns.TypeNULL, 65280}).Draw(t, "type"),
				TTL:   rapid.Uint32Range(0, MaxTTL).Draw(t, "TTL"),
			}
			for range rapid.IntRange(1, 3).Draw(t, "records") {
				rdata := rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "RDATA")
				if s.Type == dns.TypeTXT {
					rdata = append([]byte{4}, rdata...)
				}
				s.RDATA = append(s.RDATA, rdata)
			}
			s.sort()
			if rapid.IntRange(0, 3).Draw(t, "delete") == 0 {
				c.Delete(s.Key())
				delete(want, s.Key())
			} else {
				c.Put(s)
				want[s.Key()] = s
			}
		}
		if diff := cmp.Diff(want, rrsets(c)); diff != "" || c.Len() != len(want) {
			t.Fatalf("%d RRsets (-want +got):\n%s", c.Len(), diff)
		}
		for k, s := range want {
			got, ok := c.RRset(k.Owner, k.Type)
			if !ok || !cmp.Equal(got, s) || !slices.Contains(c.Types(k.Owner), k.Type) {
				t.Fatalf("%s is %v, %t", k, got, ok)
			}
		}
		sameAfterWriting(t, c)
		sameAfterStoring(t, c)
	})
}

func TestPosition(t *testing.T) {
	c := NewContents(wire.MustParseName("example.com."))
	s, err := ParseRecord("www 300 A 192.0.2.1", c.Name, 0)
	if err != nil {
		t.Fatal(err)
	}
	if c.Put(s); c.Len() != 1 {
		t.Errorf("%d RRsets", c.Len())
	}
	if p, ok := c.Position(s.Key()); ok {
		t.Errorf("a position from nowhere: %v", p)
	}
	want := Position{"a.zone", 7, 3}
	c.PutAt(s, want)
	if p, ok := c.Position(s.Key()); !ok || p != want || c.Len() != 1 {
		t.Errorf("got %v, want %v", p, want)
	}
	c.PutAt(s, Position{"b.zone", 1, 1 << 20})
	if p, _ := c.Position(s.Key()); p.File != "b.zone" || p.Column != 1<<16-1 {
		t.Errorf("got %v", p)
	}
}

func TestParseRecord(t *testing.T) {
	zone := wire.MustParseName("example.com.")
	for line, want := range map[string]string{
		"www 60 A 192.0.2.1":           "www.example.com. 60 A [192.0.2.1]",
		"www A 192.0.2.1":              "www.example.com. 300 A [192.0.2.1]",
		"  @ IN 1h MX 10 Mail ; or so": "example.com. 3600 MX [10 Mail.example.com.]",
		"www.example.net. a 192.0.2.1": "www.example.net. 300 A [192.0.2.1]",
		"a TXT ( b\n c )":              `a.example.com. 300 TXT ["b" "c"]`,
	} {
		s, err := ParseRecord(line, zone, 300)
		if err != nil {
			t.Errorf("%q: %v", line, err)
			continue
		}
		if got := describe(s); got != want {
			t.Errorf("%q: got %s, want %s", line, got, want)
		}
	}
	for line, want := range map[string]string{
		"":                        "there is no record (write NAME TTL TYPE DATA, for example: www 300 A 192.0.2.1)",
		"; nothing":               "there is no record (write NAME TTL TYPE DATA, for example: www 300 A 192.0.2.1)",
		"$TTL 300":                "$TTL is no record (write NAME TTL TYPE DATA, for example: www 300 A 192.0.2.1)",
		"www":                     "the record of www.example.com. has no type (write NAME TTL TYPE DATA, for example: www 300 A 192.0.2.1)",
		"a A 192.0.2.1\nb A ::1":  "there is more than one record (give one at a time)",
		"a A (":                   `the parenthesis that opens here is never closed (add ")" after the last of the record's data)`,
		"a A ::1":                 "::1 is an IPv6 address in an A record (use AAAA)",
		"a 4294967295 A 192.0.2.": "the TTL 4294967295 is over 2147483647 seconds (RFC 2181 section 8) (a week, 1w, is long already)",
	} {
		if _, err := ParseRecord(line, zone, 300); err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", line, err, want)
		}
	}
	if _, err := ParseRecord("a A 192.0.2.1", zone, MaxTTL+1); err == nil {
		t.Error("a TTL that is too large was taken")
	}
}

func describe(s RRset) string {
	return s.Owner.String() + " " + strconv.Itoa(int(s.TTL)) + " " + TypeName(s.Type) + " [" + strings.Join(s.Data(), ", ") + "]"
}

func TestWith(t *testing.T) {
	var sets []RRset
	for _, line := range []string{"www 300 A 192.0.2.2", "www 60 A 192.0.2.1", "www 600 A 192.0.2.2"} {
		s, err := ParseRecord(line, wire.MustParseName("example.com."), 0)
		if err != nil {
			t.Fatal(err)
		}
		sets = append(sets, s)
	}
	if got, want := describe(sets[0].With(sets[1]).With(sets[2])), "www.example.com. 60 A [192.0.2.1, 192.0.2.2]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := describe(sets[0]), "www.example.com. 300 A [192.0.2.2]"; got != want {
		t.Errorf("the RRset itself became %s", got)
	}
}

func TestFromRRs(t *testing.T) {
	rr := func(s string) dns.RR {
		rr, err := dns.NewRR(s)
		if err != nil {
			t.Fatal(err)
		}
		return rr
	}
	sets, err := FromRRs([]dns.RR{rr("b. 300 A 192.0.2.2"), rr("a. 300 MX 1 X."), rr("B. 60 A 192.0.2.1"), rr("a. 300 MX 1 x."), rr("b. 300 A 192.0.2.2")})
	if err != nil || len(sets) != 2 {
		t.Fatal(sets, err)
	}
	for i, want := range []string{"b. 60 A [192.0.2.1, 192.0.2.2]", "a. 300 MX [1 X.]"} {
		if got := describe(sets[i]); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	for _, bad := range []dns.RR{
		rr("a. 300 CH TXT x"), rr("a. 2147483648 A 192.0.2.1"),
		&dns.OPT{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeOPT, Class: dns.ClassINET}},
		&dns.A{Hdr: dns.RR_Header{Name: "a..b", Rrtype: dns.TypeA, Class: dns.ClassINET}},
		&dns.DS{Hdr: dns.RR_Header{Name: "a.", Rrtype: dns.TypeDS, Class: dns.ClassINET}, Digest: "xyz"},
	} {
		if _, err := FromRRs([]dns.RR{bad}); err == nil {
			t.Errorf("%v was taken", bad)
		}
	}
}
