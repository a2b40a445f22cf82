package geoip

// The structure that a query looks into: all prefixes of one address family and the
// class of each, inner ones too, in three columns.
//
// Think of the full binary trie of the family. Its leaves are the longest prefixes of
// one class; here of an address of 3 bits, with classes A to C:
//
//	                 0/0
//	           ·            ·
//	       0/1                 1/1
//	     /     \             /     \
//	  00/2     01/2=B     10/2=A    11/2
//	 /    \                        /    \
//	000=A 001=C                 110=B  111=C
//
//	leaf j       0     1     2     3     4     5
//	starts[j]    000   001   010   100   110   111
//	class[j]     A     C     B     A     B     C
//	inner[j]           00/2  0/1   0/0   1/1   11/2   (the class for that prefix)
//
// Only the leaves' starts are kept (packed; see starts.go): they cover everything, so a leaf is as long as the
// distance to the next start says. And every inner node splits at its midpoint, which
// is where exactly one leaf begins: the first of its right half. The other way round,
// the bits of a leaf's start say of which inner node it is the midpoint (0 of none). So
// an inner node's class has a place of its own beside that leaf, inner[j], and to find
// it is to search for the midpoint among the starts.
//
// One search therefore answers every prefix P/L, short or long. Look for the leaf that
// holds the midpoint mid = P | 1<<(W-L-1) (for L = W: P itself). If that leaf begins at
// mid, P/L is an inner node: inner[j]. Else the leaf reaches over mid to both sides, so
// it covers P/L: class[j]. With P/L = 1/1: mid 110, starts[4] = 110: inner[4]. With
// P/L = 10/2: mid 101, in leaf 3, which begins at 100: class[3] = A.

import "math/bits"

// trie is one address family's classes. It is immutable once built.
type trie[K key] struct {
	starts starts[K]
	// class[j] is leaf j's class; inner[j] the class of the inner node whose right half
	// begins with leaf j (inner[0] has no meaning).
	class, inner column
}

// lookup returns the class of the prefix of n bits at p (no bits set beyond them; n over
// the family's width is a whole address) and
// the scope: the length of the leaf that covers it, or, when p spans several classes,
// the length (over n) of the leaf at its midpoint.
func (t *trie[K]) lookup(p K, n int) (class uint16, scope uint8) {
	half := (^K(0) ^ ^K(0)>>1) >> n // 0 for a whole address
	mid := p | half
	j, start, next := t.starts.find(mid)
	scope = uint8(width[K]() - bits.Len64(uint64(next-start-1)))
	if start == mid && half != 0 {
		return t.inner.at(j), scope
	}
	return t.class.at(j), scope
}

// leaves is how many there are.
func (t *trie[K]) leaves() int { return len(t.starts.units) }

// bytes is the trie's size in memory.
func (t *trie[K]) bytes() int { return t.starts.bytes() + t.class.bytes() + t.inner.bytes() }

// column is a list of classes, an octet each while none needs two.
type column struct {
	low, high []uint8 // high is nil while all are under 256
}

func newColumn(classes []uint16) column {
	c := column{low: make([]uint8, len(classes))}
	for i, v := range classes {
		c.low[i] = uint8(v)
		if v > 0xff && c.high == nil {
			c.high = make([]uint8, len(classes))
		}
		if c.high != nil {
			c.high[i] = uint8(v >> 8)
		}
	}
	return c
}

func (c *column) at(j int) uint16 {
	if c.high == nil {
		return uint16(c.low[j])
	}
	return uint16(c.high[j])<<8 | uint16(c.low[j])
}

func (c *column) bytes() int { return len(c.low) + len(c.high) }
