package geoip

// Where the leaves of a trie begin: a sorted list of keys, packed to about an octet each.
//
// The list is cut into blocks. A block has a first key and a unit, a power of two; each
// of its keys is so many units (0 to 255) after the first:
//
//	key     10.0.0.0  10.0.2.0  10.0.3.0  | 10.9.0.0  10.9.64.0  10.12.0.0
//	block   base 10.0.0.0, unit a /24     | base 10.9.0.0, unit a /18
//	units   0         2         3         | 0         1          12
//
// (10.9.0.0 is more than 255 /24s after 10.0.0.0, so it begins a block.) Leaves that are
// close together are of like length, so of a city database a block holds some thirty
// keys. It is smaller than the keys themselves by far, and faster: what a search
// touches lies on few lines of the processor's cache.

import "math/bits"

// starts is a packed sorted list of different keys, the first of them 0.
type starts[K key] struct {
	units []uint8 // of all keys
	base  []K     // of each block: its first key
	first []uint32
	shift []uint8
	index index[K]
}

// newStarts packs keys.
func newStarts[K key](keys []K) starts[K] {
	s := starts[K]{units: make([]uint8, len(keys))}
	for i := 0; i < len(keys); {
		j, shift := block(keys, i)
		for k := i; k < j; k++ {
			s.units[k] = uint8((keys[k] - keys[i]) >> shift)
		}
		s.base = append(s.base, keys[i])
		s.first = append(s.first, uint32(i))
		s.shift = append(s.shift, uint8(shift))
		i = j
	}
	s.first = append(s.first, uint32(len(keys)))
	s.index = newIndex(s.base)
	return s
}

// block returns where the block that begins with key i ends, and the shift of its unit.
func block[K key](keys []K, i int) (end, shift int) {
	shift = width[K]() - 1
	for end = i + 1; end < len(keys); end++ {
		d := uint64(keys[end] - keys[i])
		n := min(shift, bits.TrailingZeros64(d))
		if d>>n > 255 {
			break
		}
		shift = n
	}
	return end, shift
}

// find returns the last key at or before k: its place in the list, itself, and the key
// behind it (0, the family's end seen modulo its size, behind the last).
func (s *starts[K]) find(k K) (j int, at, next K) {
	b, n := s.index.bounds(k, len(s.base))
	for n > 1 {
		half := n / 2
		b += ifReached(half, uint64(s.base[b+half]), uint64(k))
		n -= half
	}
	base, shift := s.base[b], s.shift[b]
	unit := uint64((k - base) >> shift)
	j, end := int(s.first[b]), int(s.first[b+1])
	for n := end - j; n > 1; {
		half := n / 2
		j += ifReached(half, uint64(s.units[j+half]), unit)
		n -= half
	}
	at = base + K(s.units[j])<<shift
	switch {
	case j+1 < end:
		next = base + K(s.units[j+1])<<shift
	case b+1 < len(s.base):
		next = s.base[b+1]
	}
	return j, at, next
}

// ifReached returns n when k is at or behind at, else 0. It is the step of a search
// without a branch: half of those would be foretold wrongly, and that costs more than
// all the rest of the step.
func ifReached(n int, at, k uint64) int {
	_, below := bits.Sub64(k, at, 0)
	return n & (int(below) - 1)
}

func (s *starts[K]) bytes() int {
	return len(s.units) + len(s.base)*width[K]()/8 + len(s.first)*4 + len(s.shift) + len(s.index.first)*4
}

// index narrows a search among sorted keys by their first bits. It covers the part of
// the family where keys are dense: IPv4 whole, of IPv6 the global unicast space 2000::/3.
type index[K key] struct {
	base  K
	shift uint8
	// first[b] is the last key at or before the first of bucket b; one more than buckets.
	first []uint32
}

// newIndex makes about half as many buckets as there are keys, at most 2^16 (256 KiB):
// more would only push the keys out of the processor's cache.
func newIndex[K key](keys []K) index[K] {
	base, prefix := K(0), 0
	if width[K]() == 64 {
		base, prefix = ^K(0)/7&^(^K(0)>>3), 3 // 001 and zeros
	}
	n := min(bits.Len(uint(len(keys)))-1, 16)
	x := index[K]{base: base, shift: uint8(width[K]() - prefix - n), first: make([]uint32, 1<<n+1)}
	i, last := 0, len(x.first)-1
	for b := range x.first {
		k := base + K(b)<<x.shift
		if b == last {
			k-- // the last key covered: the next one may be past the family's end
		}
		for i+1 < len(keys) && keys[i+1] <= k {
			i++
		}
		x.first[b] = uint32(i)
	}
	return x
}

// bounds returns where to search for k among n keys: from low, over count keys.
func (x *index[K]) bounds(k K, n int) (low, count int) {
	b := uint64((k - x.base) >> x.shift)
	if b+1 >= uint64(len(x.first)) {
		return 0, n // outside the dense part
	}
	low = int(x.first[b])
	return low, int(x.first[b+1]) - low + 1
}
