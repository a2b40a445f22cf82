package zones

import (
	"testing"
	"time"

	"github.com/miekg/dns"
	"pgregory.net/rapid"

	"meridian/wire"
)

func TestNext(t *testing.T) {
	now := time.Date(2026, 3, 9, 23, 59, 0, 0, time.FixedZone("", -3600)) // the 10th in UTC
	for _, tt := range []struct {
		mode      SerialMode
		old, want uint32
	}{
		{Increment, 1, 2},
		{Increment, 1<<32 - 1, 0},
		{DateCounter, 1, 2026031000},
		{DateCounter, 2026030999, 2026031000},
		{DateCounter, 2026031000, 2026031001},
		{DateCounter, 2026031099, 2026031100}, // ahead of the date
		{DateCounter, 2026031100, 2026031101},
		{DateCounter, 2027010100, 2027010101},
		{DateCounter, 1<<32 - 1, 2026031000}, // less than half the circle ahead
		{DateCounter, 4200000000, 2026031000},
		{DateCounter, 4100000000, 4100000001}, // more than half
		{DateCounter, 2026031000 + 1<<31 - 1, 2026031000 + 1<<31},
	} {
		if got := Next(tt.mode, tt.old, now); got != tt.want {
			t.Errorf("%s after %d: got %d, want %d", tt.mode, tt.old, got, tt.want)
		}
	}
}

func TestImport(t *testing.T) {
	now := time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		ours, files, want uint32
		taken             bool
	}{
		{5, 6, 6, true},
		{5, 5, 6, false},
		{5, 4, 6, false},
		{5, 5 + 1<<31, 6, false}, // neither is greater
		{1<<32 - 1, 0, 0, true},
	} {
		got, taken := Import(Increment, tt.ours, tt.files, now)
		if got != tt.want || taken != tt.taken {
			t.Errorf("ours %d, the file's %d: got %d, %t", tt.ours, tt.files, got, taken)
		}
	}
	if got, taken := Import(DateCounter, 2026030901, 7, now); got != 2026031000 || taken {
		t.Errorf("got %d, %t", got, taken)
	}
}

// Serials go forward whatever is done to them, across 2^32 too.
func TestAlwaysForward(t *testing.T) {
	serials := rapid.OneOf(rapid.Uint32(), rapid.Uint32Range(1<<32-3, 1<<32-1), rapid.Uint32Range(0, 2),
		rapid.Uint32Range(1<<31-2, 1<<31+2), rapid.Uint32Range(2026031000, 2026031199))
	rapid.Check(t, func(t *rapid.T) {
		old, files := serials.Draw(t, "old"), serials.Draw(t, "file's")
		mode := rapid.SampledFrom([]SerialMode{DateCounter, Increment}).Draw(t, "mode")
		now := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "now"), 0)
		// RFC 1982 section 3.2 as it stands there.
		later := func(a, b uint32) bool {
			i1, i2 := int64(b), int64(a)
			return i1 < i2 && i2-i1 < 1<<31 || i1 > i2 && i1-i2 > 1<<31
		}
		if Greater(files, old) != later(files, old) {
			t.Fatalf("Greater(%d, %d)", files, old)
		}
		if next := Next(mode, old, now); !later(next, old) {
			t.Fatalf("%d after %d", next, old)
		}
		if next, taken := Import(mode, old, files, now); !later(next, old) || taken != later(files, old) || taken && next != files {
			t.Fatalf("%d, %t after %d with the file's %d", next, taken, old, files)
		}
	})
}

func TestParseSerialMode(t *testing.T) {
	for _, mode := range []SerialMode{DateCounter, Increment} {
		if got, err := ParseSerialMode(string(mode)); err != nil || got != mode {
			t.Errorf("%s: got %s, %v", mode, got, err)
		}
	}
	if _, err := ParseSerialMode("unixtime"); err == nil || err.Error() != `"unixtime" is no serial mode: use date-counter or increment` {
		t.Errorf("got %v", err)
	}
}

func TestSOA(t *testing.T) {
	soa, err := ParseRecord("@ 600 SOA ns1 hostmaster 41 3600 900 604800 300", wire.MustParseName("example.com."), 0)
	if err != nil {
		t.Fatal(err)
	}
	next := soa.WithSerial(42)
	before, err1 := soa.Serial()
	after, err2 := next.Serial()
	if before != 41 || after != 42 || err1 != nil || err2 != nil {
		t.Errorf("got %d, %v and %d, %v", before, err1, after, err2)
	}
	if got, want := next.Data()[0], "ns1.example.com. hostmaster.example.com. 42 3600 900 604800 300"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := soa.NegativeTTL(); got != 300 {
		t.Errorf("the minimum is lower, got %d", got)
	}
	if soa.TTL = 60; soa.NegativeTTL() != 60 {
		t.Errorf("the TTL is lower, got %d", soa.NegativeTTL())
	}
	for _, s := range []RRset{{}, {Type: dns.TypeSOA}, {Type: dns.TypeSOA, RDATA: [][]byte{{0}}}, {Type: dns.TypeA, RDATA: soa.RDATA}} {
		if _, err := s.Serial(); err == nil {
			t.Errorf("%v has a serial", s)
		}
	}
}
