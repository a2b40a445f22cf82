package zones

import (
	"bufio"
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"meridian/wire"
)

// sent is what Send writes.
func sent(t testing.TB, c *Contents) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := c.Send(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func receive(octets []byte, zone wire.Name, files []string) (c *Contents, found int, err error) {
	c, problems, err := Receive(bufio.NewReader(bytes.NewReader(octets)), zone, files, false)
	return c, len(problems), err
}

func TestContentsTravel(t *testing.T) {
	c, problems := Parse("example.com.zone", million(5_000), "", nil, ReadOptions{})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	back, found, err := receive(sent(t, c), c.Name, c.Files())
	if err != nil || found > 0 {
		t.Fatal(err, found)
	}
	if diff := cmp.Diff(rrsets(c), rrsets(back)); diff != "" || back.Len() != c.Len() {
		t.Errorf("(-sent +received):\n%s", diff)
	}
	for key := range rrsets(c) {
		want, _ := c.Position(key)
		if got, ok := back.Position(key); !ok || got != want {
			t.Errorf("%s was read at %v, and travelled as %v", key, want, got)
		}
	}
}

// What is wrong with single RRsets is told with its position, all at once.
func TestWrongContentsTravel(t *testing.T) {
	zone := wire.MustParseName("example.com.")
	wrong := NewContents(zone)
	for i, s := range []RRset{
		{Owner: wire.MustParseName("a.example.com."), Type: 1, TTL: 5, RDATA: [][]byte{{1, 2, 3}}},
		{Owner: wire.MustParseName("b.example.com."), Type: 1, TTL: 1 << 31, RDATA: [][]byte{{1, 2, 3, 4}}},
		{Owner: wire.MustParseName("c.example.net."), Type: 1, TTL: 5, RDATA: [][]byte{{1, 2, 3, 4}}},
		{Owner: wire.MustParseName("d.example.com."), Type: 1, TTL: 5, RDATA: [][]byte{}},
		{Owner: wire.MustParseName("e.example.com."), Type: 255, TTL: 5, RDATA: [][]byte{{}}},
		{Owner: wire.MustParseName("f.example.com."), Type: 2, TTL: 5, RDATA: [][]byte{{0xc0, 0}}},
	} {
		wrong.PutAt(s, Position{"x.zone", i + 1, 1})
	}
	octets := sent(t, wrong)
	octets = append(octets[:len(octets)-1], octets[1:]...) // all of it twice
	c, problems, err := Receive(bufio.NewReader(bytes.NewReader(octets)), zone, wrong.Files(), false)
	if err != nil || c.Len() != 0 {
		t.Fatal(err, c.Len())
	}
	var got []string
	for _, p := range problems {
		got = append(got, p.String())
	}
	text := strings.Join(got, "\n")
	for _, want := range []string{
		"x.zone:1:1: a.example.com. A: the RDATA in wire form are not those of its type", "x.zone:2:1: the TTL 2147483648 is over",
		"x.zone:3:1: c.example.net. lies outside of the zone example.com.", "x.zone:4:1: d.example.com. A has no data",
		"x.zone:5:1: e.example.com.: type 255 cannot stand in a zone", "x.zone:6:1: f.example.com. NS: the RDATA in wire form",
	} {
		if strings.Count(text, want) != 2 {
			t.Errorf("%q is not told twice in:\n%s", want, text)
		}
	}
}

func TestDoubleRRsetsTravel(t *testing.T) {
	c := NewContents(wire.MustParseName("example.com."))
	c.Put(RRset{Owner: wire.MustParseName("A.example.com."), Type: 1, TTL: 5, RDATA: [][]byte{{1, 2, 3, 4}}})
	octets := sent(t, c)
	if back, found, err := receive(append(octets[:len(octets)-1], octets[1:]...), c.Name, nil); err != nil || found != 1 || back.Len() != 1 {
		t.Error(back, err, found)
	}
}

// FuzzReceive reads any octets as contents. What it takes is written to the store and sent
// on as it is, and is never more than there are octets for.
func FuzzReceive(f *testing.F) {
	c, _ := Parse("example.com.zone", million(20), "", nil, ReadOptions{})
	octets := sent(f, c)
	f.Add(octets)
	f.Add(octets[:len(octets)/2])
	f.Add([]byte("\x00\xff\xff\xff\xff\x03"))
	f.Add([]byte("\x00\x00"))
	f.Add([]byte("\x01\x0d\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\xff\xff\x03"))
	f.Fuzz(func(t *testing.T, octets []byte) {
		c, _, err := receive(octets, wire.MustParseName("example.com."), []string{"a.zone", "b.zone"})
		if err != nil {
			return
		}
		if c.Len() > len(octets)/10 {
			t.Fatalf("%d RRsets of %d octets", c.Len(), len(octets))
		}
		sameAfterStoring(t, c)
		for s := range c.All() {
			wire.EncodeRRset(s.Owner, c.Name, s.Type, s.TTL, s.RDATA)
		}
		c.Validate(nil)
		back, found, err := receive(sent(t, c), c.Name, c.Files())
		if err != nil || found > 0 {
			t.Fatal(err, found)
		}
		if diff := cmp.Diff(rrsets(c), rrsets(back)); diff != "" {
			t.Fatalf("(-sent +received):\n%s", diff)
		}
	})
}
