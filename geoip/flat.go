package geoip

// The flat form of a class table, in which it is kept on disk. All numbers are little
// endian.
//
//	nests     of each: split (an octet), rest and inner (two octets each)
//	IPv4, then IPv6:
//	  sizes   leaves and blocks (four octets each), and an octet: its bits 0 and 1 say
//	          whether the leaves' and the inner nodes' classes have a high column
//	  blocks  columns: base (four octets each, of IPv6 eight), first (four), shift (one)
//	  leaves  columns of one octet each: units; low and high of the leaves' classes, then
//	          of the inner nodes'
//
// It is the memory of a table as it is, but for the index, which is quick to make. What
// is read is held to what Lookup relies on, so that no file whatever makes it reach out
// of bounds; whether a file says what was once written is for its reader to check, by a
// checksum.

import (
	"encoding/binary"
	"errors"
	"slices"
)

// AppendFlat appends the flat form of t.
func (t *Table) AppendFlat(to []byte) []byte {
	for _, n := range t.nests {
		to = append(to, flag(n.split, 0))
		to = binary.LittleEndian.AppendUint16(to, n.rest)
		to = binary.LittleEndian.AppendUint16(to, n.inner)
	}
	return t.v6.appendFlat(t.v4.appendFlat(to))
}

// flag is an octet with bit n as set says.
func flag(set bool, n int) byte {
	if set {
		return 1 << n
	}
	return 0
}

func (t *trie[K]) appendFlat(to []byte) []byte {
	s, blocks := &t.starts, len(t.starts.base)
	to = binary.LittleEndian.AppendUint32(to, uint32(t.leaves()))
	to = binary.LittleEndian.AppendUint32(to, uint32(blocks))
	to = append(to, flag(t.class.high != nil, 0)|flag(t.inner.high != nil, 1))
	for _, k := range s.base {
		to = appendKey(to, k)
	}
	for _, first := range s.first[:blocks] {
		to = binary.LittleEndian.AppendUint32(to, first)
	}
	for _, column := range [][]byte{s.shift, s.units, t.class.low, t.class.high, t.inner.low, t.inner.high} {
		to = append(to, column...)
	}
	return to
}

func appendKey[K key](to []byte, k K) []byte {
	if width[K]() == 32 {
		return binary.LittleEndian.AppendUint32(to, uint32(k))
	}
	return binary.LittleEndian.AppendUint64(to, uint64(k))
}

var errFlat = errors.New("the table is damaged")

// ReadFlat reads what AppendFlat wrote. All classes of the table must be below classes.
// data may be changed afterwards.
func ReadFlat(data []byte, classes int) (*Table, error) {
	in, t := &reader{rest: data}, &Table{}
	for i := range t.nests {
		t.nests[i] = nest{split: in.fixed(1)&1 != 0, rest: uint16(in.fixed(2)), inner: uint16(in.fixed(2))}
		in.hold(max(int(t.nests[i].rest), int(t.nests[i].inner)) < classes)
	}
	t.v4 = readTrie[uint32](in, classes)
	t.v6 = readTrie[uint64](in, classes)
	if in.bad || len(in.rest) > 0 {
		return nil, errFlat
	}
	return t, nil
}

// fixed takes a number of so many octets.
func (in *reader) fixed(octets int) uint64 {
	var b [8]byte
	copy(b[:], in.take(octets))
	return binary.LittleEndian.Uint64(b[:])
}

// hold marks the data as bad unless what it relies on is true.
func (in *reader) hold(ok bool) {
	if !ok {
		in.bad, in.rest = true, nil
	}
}

// column takes a column, as a copy: the file's octets are many, and let go.
func (in *reader) column(n int) []byte { return slices.Clone(in.take(n)) }

// readTrie returns nil where the data are bad.
func readTrie[K key](in *reader, classes int) *trie[K] {
	leaves, blocks, high := int(in.fixed(4)), int(in.fixed(4)), in.fixed(1)
	// Each takes an octet at least, so nothing is made that is larger than the data.
	in.hold(0 < blocks && blocks <= leaves && leaves <= len(in.rest))
	if in.bad {
		return nil
	}
	t := &trie[K]{starts: readStarts[K](in, leaves, blocks)}
	t.class = in.classes(leaves, high&1 != 0, classes)
	t.inner = in.classes(leaves, high&2 != 0, classes)
	if in.bad {
		return nil
	}
	t.starts.index = newIndex(t.starts.base)
	return t
}

// readStarts takes blocks, each of one key at least, and the keys' units.
func readStarts[K key](in *reader, leaves, blocks int) starts[K] {
	s := starts[K]{base: make([]K, blocks), first: make([]uint32, blocks+1)}
	for i := range s.base {
		s.base[i] = K(in.fixed(width[K]() / 8))
		in.hold(i == 0 && s.base[i] == 0 || i > 0 && s.base[i] > s.base[i-1])
	}
	s.first[blocks] = uint32(leaves)
	for i := range blocks {
		s.first[i] = uint32(in.fixed(4))
	}
	in.hold(s.first[0] == 0)
	for i := range blocks {
		in.hold(s.first[i] < s.first[i+1])
	}
	s.shift, s.units = in.column(blocks), in.column(leaves)
	return s
}

// classes takes a column of n classes, all of them below limit.
func (in *reader) classes(n int, high bool, limit int) column {
	c := column{low: in.column(n)}
	if high {
		c.high = in.column(n)
	}
	if in.bad {
		return column{}
	}
	most := int(slices.Max(c.low))
	for j := range c.high {
		most = max(most, int(c.at(j)))
	}
	in.hold(most < limit)
	return c
}
