package ratelimit

import (
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

var client = netip.MustParseAddr("192.0.2.1")

// run takes n responses spread evenly over a time and counts the verdicts.
func run(l *Limiter, to netip.Addr, kind Kind, n int, from, millis uint32) (counts [3]int) {
	for i := range n {
		counts[l.Take(to, kind, 7, from+uint32(uint64(i)*uint64(millis)/uint64(n)))]++
	}
	return counts
}

func TestWithinTheRateAllIsSent(t *testing.T) {
	l := New(100)
	if got := run(l, client, Positive, 1000, 1000, 10_000); got != [3]int{1000, 0, 0} {
		t.Errorf("100 a second at a limit of 100: %v", got)
	}
}

// Over the rate, as much is sent as the rate allows; of the rest, half slips.
func TestOverTheRate(t *testing.T) {
	l := New(100)
	got := run(l, client, Positive, 10_000, 1000, 10_000)
	if got[Send] < 1050 || got[Send] > 1150 {
		t.Errorf("sent %d of 10000 in 10 s at 100 a second", got[Send])
	}
	if d := got[Slip] - got[Drop]; d < -1 || d > 1 {
		t.Errorf("slipped %d, dropped %d", got[Slip], got[Drop])
	}
}

// Steered answers are allowed fifty times as much, and are slipped, never dropped.
func TestSteeredNamesAreNeverDropped(t *testing.T) {
	l := New(10)
	if got := run(l, client, Steered, 2000, 1000, 4000); got != [3]int{2000, 0, 0} {
		t.Errorf("500 a second: %v", got)
	}
	if got := run(l, client, Steered, 20_000, 100_000, 4000); got[Drop] != 0 || got[Slip] == 0 {
		t.Errorf("5000 a second: %v", got)
	}
}

func TestWhatIsCountedTogether(t *testing.T) {
	limited := func(to string, kind Kind, subject uint64) bool {
		l := New(1)
		l.Take(client, Positive, 7, 1000)
		return l.Take(netip.MustParseAddr(to), kind, subject, 1000) != Send
	}
	for _, test := range []struct {
		to      string
		kind    Kind
		subject uint64
		want    bool
	}{
		{"192.0.2.1", Positive, 7, true},
		{"192.0.2.200", Positive, 7, true},
		{"192.0.3.1", Positive, 7, false},
		{"192.0.2.1", NoData, 7, false},
		{"192.0.2.1", Positive, 8, false},
		{"2001:db8::1", Positive, 7, false},
	} {
		if got := limited(test.to, test.kind, test.subject); got != test.want {
			t.Errorf("%s %s %d: limited %v, want %v", test.to, test.kind, test.subject, got, test.want)
		}
	}
	l := New(1)
	l.Take(netip.MustParseAddr("2001:db8:0:100::1"), NoName, 7, 1000)
	if l.Take(netip.MustParseAddr("2001:db8:0:1ff::1"), NoName, 7, 1000) == Send {
		t.Error("two addresses of one /56 are counted apart")
	}
}

// However responses are spread over time, a network is never sent more of one kind in a
// second than twice the rate, and nobody within the rate is limited.
func TestBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.IntRange(1, 200).Draw(t, "rate")
		l := New(rate)
		now := uint32(rapid.Uint32().Draw(t, "begin"))
		var sentAt []uint32
		for range rapid.IntRange(1, 400).Draw(t, "responses") {
			now += uint32(rapid.IntRange(0, 50).Draw(t, "pause"))
			if l.Take(client, Positive, 7, now) == Send {
				sentAt = append(sentAt, now)
			}
		}
		for i := range sentAt {
			inSecond := 0
			for j := i; j < len(sentAt) && sentAt[j]-sentAt[i] < 1000; j++ {
				inSecond++
			}
			if inSecond > 2*rate+1 {
				t.Fatalf("%d sent within a second at a rate of %d", inSecond, rate)
			}
		}
	})
}

func TestNoAllocation(t *testing.T) {
	l := New(10)
	now := uint32(0)
	if n := testing.AllocsPerRun(100, func() { now++; l.Take(client, Steered, uint64(now), now) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
