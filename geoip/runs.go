package geoip

// Runs: a whole address family cut into ranges, each with a value.
//
//	starts:  0         1.0.0.0   1.0.1.0   …
//	values:  0         17        4         …
//
// A run ends where the next begins, the last at the family's end. Neighbours have
// different values, and starts[0] is 0. Runs are half as many as the prefixes that
// they would be cut into, and two families' worth of arrays are quick to walk.

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
	"slices"
)

// key is an address of one family as a number: IPv4 whole, of IPv6 the first 64 bits.
// Nothing that steers is told apart behind them (carried IPv4 aside; see carried.go).
type key interface{ uint32 | uint64 }

// width is the bits of a key.
func width[K key]() int { return bits.Len64(uint64(^K(0))) }

// mask has the first n bits of a key set.
func mask[K key](n int) K { return ^(^K(0) >> n) }

// key4 is an IPv4 address as a key.
func key4(a netip.Addr) uint32 {
	b := a.As4()
	return binary.BigEndian.Uint32(b[:])
}

// key6 is an IPv6 address as two halves, of which the first is its key.
func key6(a netip.Addr) (hi, lo uint64) {
	b := a.As16()
	return binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
}

// addrOf is the first address of a key.
func addrOf[K key](k K) netip.Addr {
	var b [16]byte
	if width[K]() == 32 {
		binary.BigEndian.PutUint32(b[:], uint32(k))
		return netip.AddrFrom4([4]byte(b[:4]))
	}
	binary.BigEndian.PutUint64(b[:], uint64(k))
	return netip.AddrFrom16(b)
}

// runs is a family cut into ranges. It is immutable once built.
type runs[K key] struct {
	starts []K
	values []uint32
}

// add begins a run at start, unless the last run has the same value. Starts must
// come in ascending order, 0 first; a second value for one start replaces the first.
func (r *runs[K]) add(start K, value uint32) {
	if n := len(r.starts); n > 0 && r.starts[n-1] == start {
		r.starts, r.values = r.starts[:n-1], r.values[:n-1]
	}
	if n := len(r.values); n > 0 && r.values[n-1] == value {
		return
	}
	r.starts = append(r.starts, start)
	r.values = append(r.values, value)
}

// find returns the index of the run that holds k.
func (r *runs[K]) find(k K) int {
	i, found := slices.BinarySearch(r.starts, k)
	if found {
		return i
	}
	return i - 1
}

// around returns the longest prefix length of an aligned block that holds k and lies
// wholly in run i.
func (r *runs[K]) around(k K, i int) int {
	first, last := r.starts[i], ^K(0)
	if i+1 < len(r.starts) {
		last = r.starts[i+1] - 1
	}
	for n := 0; ; n++ {
		if m := mask[K](n); k&m >= first && k|^m <= last {
			return n
		}
	}
}

// zip walks two families' cuts at once and gives each common piece the value that
// value makes of the two; equal neighbours become one.
func zip[K key](a, b *runs[K], value func(a, b uint32) uint32) *runs[K] {
	out := &runs[K]{
		starts: make([]K, 0, len(a.starts)+len(b.starts)),
		values: make([]uint32, 0, len(a.starts)+len(b.starts)),
	}
	for i, j, start := 0, 0, K(0); ; {
		out.add(start, value(a.values[i], b.values[j]))
		moreA, moreB := i+1 < len(a.starts), j+1 < len(b.starts)
		switch {
		case !moreA && !moreB:
			return out
		case moreA && moreB && a.starts[i+1] == b.starts[j+1]:
			i, j = i+1, j+1
			start = a.starts[i]
		case moreA && (!moreB || a.starts[i+1] < b.starts[j+1]):
			i++
			start = a.starts[i]
		default:
			j++
			start = b.starts[j]
		}
	}
}

// pairs remembers what a function gave for two values. Most pairs have 0 in the
// second place (no cut, no second file), and those are remembered in a plain array.
type pairs struct {
	make func(a, b uint32) uint32
	byA  []uint32 // result + 1 for (a, 0), 0 for not asked yet
	rest map[uint64]uint32
}

// newPairs remembers f, whose first argument is under n.
func newPairs(n int, f func(a, b uint32) uint32) *pairs {
	return &pairs{make: f, byA: make([]uint32, n), rest: map[uint64]uint32{}}
}

func (p *pairs) get(a, b uint32) uint32 {
	if b == 0 {
		if p.byA[a] == 0 {
			p.byA[a] = p.make(a, 0) + 1
		}
		return p.byA[a] - 1
	}
	k := uint64(a)<<32 | uint64(b)
	v, ok := p.rest[k]
	if !ok {
		v = p.make(a, b)
		p.rest[k] = v
	}
	return v
}
