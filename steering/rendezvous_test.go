package steering

import (
	"math"
	"net/netip"
	"testing"
)

// lots draws n granules of one /8 for a set of weights and counts who wins.
func lots(weights []float64, n int) []int {
	s := &Set{}
	var all uint64
	for i, w := range weights {
		s.Endpoints = append(s.Endpoints, NewEndpoint(string(rune('a'+i)), 0, w, 1))
		all |= 1 << i
	}
	wins := make([]int, len(weights))
	for i := range n {
		g, _ := GranuleOf(netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(i >> 16), byte(i >> 8), byte(i), 0}), 24))
		wins[s.pickShare(all, g)]++
	}
	return wins
}

// Shares are as the weights say, within five standard deviations of chance.
func TestSharesFollowWeights(t *testing.T) {
	const n = 200_000
	for _, weights := range [][]float64{{1, 1}, {95, 5}, {1, 2, 3, 4}, {0, 1}, {1e6, 1e6}, {0.001, 0.003}} {
		total := 0.0
		for _, w := range weights {
			total += w
		}
		for i, won := range lots(weights, n) {
			p := weights[i] / total
			if off := math.Abs(float64(won) - n*p); off > 5*math.Sqrt(n*p*(1-p))+1 {
				t.Errorf("weights %v: endpoint %d won %d of %d, want about %.0f", weights, i, won, n, n*p)
			}
		}
	}
}

// When an endpoint goes, its own clients move and no others.
func TestOnlyTheClientsOfWhatGoesMove(t *testing.T) {
	s := &Set{Endpoints: []Endpoint{NewEndpoint("a", 0, 1, 1), NewEndpoint("b", 0, 3, 1), NewEndpoint("c", 0, 2, 1)}}
	moved := 0
	for i := range 10_000 {
		g := Granule(scramble(uint64(i)))
		with, without := s.pickShare(0b111, g), s.pickShare(0b101, g)
		if with != 1 && with != without {
			t.Fatalf("granule %d was at %d and moved to %d when endpoint 1 went", i, with, without)
		}
		if with == 1 {
			moved++
		}
	}
	if moved < 4_500 || moved > 5_500 {
		t.Errorf("endpoint 1 of half the weight had %d of 10000", moved)
	}
}

func TestLogLot(t *testing.T) {
	for _, x := range []uint64{1, 3, 1<<20 | 1, 1<<63 - 1, 1<<63 | 1, math.MaxUint64, 0x123456789abcdef1} {
		got, want := float64(logLot(x))/(1<<32), -math.Log2(float64(x)/math.Exp2(64))
		if math.Abs(got-want) > math.Exp2(-21) {
			t.Errorf("logLot(%#x) = %v, want %v", x, got, want)
		}
	}
	// Servers of any kind and release must agree on who wins: the table never changes.
	var sum uint64
	for _, v := range logTable {
		sum = sum*31 + v
	}
	const want = 0x4cee20a471089200
	if sum != want {
		t.Errorf("the table of logarithms sums to %#x, not %#x", sum, uint64(want))
	}
}

// The granule of a prefix is that of its first address, and IPv6 that carries IPv4 has
// the IPv4 address's.
func TestGranuleOf(t *testing.T) {
	g := func(s string) Granule { g, _ := GranuleOf(netip.MustParsePrefix(s)); return g }
	bits := func(s string) uint8 { _, n := GranuleOf(netip.MustParsePrefix(s)); return n }
	for _, same := range [][2]string{
		{"192.0.2.0/24", "192.0.2.77/32"}, {"192.0.0.0/16", "192.0.0.0/24"}, {"2001:db8:1::/48", "2001:db8:1:2::/64"},
		{"192.0.2.0/24", "::ffff:192.0.2.9/128"}, {"192.0.2.0/24", "64:ff9b::c000:209/128"}, {"192.0.2.0/24", "2002:c000:209::/48"},
	} {
		if g(same[0]) != g(same[1]) {
			t.Errorf("%s and %s are not one granule", same[0], same[1])
		}
	}
	if g("192.0.2.0/24") == g("192.0.3.0/24") || g("2001:db8:1::/48") == g("2001:db8:2::/48") {
		t.Error("neighbours are one granule")
	}
	for prefix, want := range map[string]uint8{"192.0.2.0/24": 24, "2001:db8::/56": 48, "2002:c000:200::/40": 40, "64:ff9b::c000:200/120": 120} {
		if bits(prefix) != want {
			t.Errorf("the granule of %s has %d bits, want %d", prefix, bits(prefix), want)
		}
	}
}
