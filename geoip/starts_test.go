package geoip

import (
	"slices"
	"sort"
	"testing"

	"pgregory.net/rapid"
)

// checkStarts compares a packed list with the plain one.
func checkStarts[K key](t *rapid.T, draw *rapid.Generator[K]) {
	keys := append(rapid.SliceOfN(draw, 0, 600).Draw(t, "keys"), 0)
	slices.Sort(keys)
	keys = slices.Compact(keys)
	s := newStarts(keys)
	for _, k := range append(rapid.SliceOfN(draw, 1, 50).Draw(t, "asked"), keys...) {
		for _, k := range []K{k - 1, k, k + 1} {
			want := sort.Search(len(keys), func(i int) bool { return keys[i] > k }) - 1
			next := K(0)
			if want+1 < len(keys) {
				next = keys[want+1]
			}
			if j, at, after := s.find(k); j != want || at != keys[want] || after != next {
				t.Fatalf("%x: place %d, %x, then %x; want place %d, %x, then %x", k, j, at, after, want, keys[want], next)
			}
		}
	}
}

func TestStartsAgreeWithAPlainList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkStarts(t, rapid.Custom(func(t *rapid.T) uint32 { // near each other, or anywhere
			return rapid.Uint32Range(0, 600).Draw(t, "n") << rapid.IntRange(0, 23).Draw(t, "shift")
		}))
		checkStarts(t, rapid.Custom(func(t *rapid.T) uint64 {
			return rapid.Uint64Range(0, 600).Draw(t, "n") << rapid.IntRange(0, 55).Draw(t, "shift")
		}))
		checkStarts(t, rapid.Custom(func(t *rapid.T) uint64 {
			return 0x2a00<<48 + rapid.Uint64Range(0, 1000).Draw(t, "n")<<rapid.SampledFrom([]int{8, 16, 32}).Draw(t, "shift")
		}))
	})
}

// A dense list takes little more than an octet a key.
func TestStartsAreSmall(t *testing.T) {
	keys := []uint32{}
	for i := range uint32(1 << 16) {
		keys = append(keys, i<<8)
	}
	if s := newStarts(keys); s.bytes() > len(keys)*5/4 {
		t.Errorf("%d keys take %d octets", len(keys), s.bytes())
	}
}

func TestColumnsOfOneOctetAndTwo(t *testing.T) {
	for _, classes := range [][]uint16{{0, 255, 7}, {0, 255, 256, 65535, 3}} {
		c := newColumn(classes)
		for i, want := range classes {
			if got := c.at(i); got != want {
				t.Errorf("%v at %d: %d", classes, i, got)
			}
		}
		if want := len(classes) * (1 + len(c.high)/max(len(classes), 1)); c.bytes() != want {
			t.Errorf("%v: %d octets, want %d", classes, c.bytes(), want)
		}
	}
}
