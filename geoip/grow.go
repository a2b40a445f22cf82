package geoip

// Growing a trie from pieces of classes: the leaves, then each inner prefix's class.

import "math/bits"

// piece is the value of a run that a trie is grown from: the class, with isIdle for
// space from which no client asks, or isCarrier and a number for a place where another
// trie hangs.
type piece = uint32

const (
	isIdle    piece = 1 << 16
	isCarrier piece = 1 << 17
)

// sameLeaf says whether two pieces may be parts of one leaf.
func sameLeaf(a, b piece) bool { return a&^isIdle == b&^isIdle }

// grower makes a trie from left to right. As in a sum of binary fractions, the subtrees
// that are complete but for their right sibling lie on a stack, each longer than the one
// below it; a new one as long as the top is its sibling, and both become their parent.
type grower[K key] struct {
	starts []K      // of the leaves
	class  []uint16 // of each leaf
	nodes  []uint16 // class of the inner node whose right half begins with each leaf
	inner  *narrower
	hung   map[piece][]count // what hangs at each carrier piece
	stack  []subtree
	counts []count // of all subtrees on the stack, one after the other
	spare  []count
}

// subtree is a complete prefix whose sibling is still to come.
type subtree struct {
	bits  int // its length
	first int // its first leaf
	at    int // where its counts begin
}

// grow makes the trie of pieces and returns it with the counts of the whole family.
func grow[K key](pieces *runs[K], hung map[piece][]count, inner *narrower) (*trie[K], []count) {
	g := &grower[K]{inner: inner, hung: hung}
	for i, n := 0, len(pieces.starts); i < n; {
		j := i + 1
		for j < n && sameLeaf(pieces.values[i], pieces.values[j]) {
			j++
		}
		g.addRange(pieces, i, j)
		i = j
	}
	return &trie[K]{newStarts(g.starts), newColumn(g.class), newColumn(g.nodes)}, g.counts
}

// addRange cuts pieces i to j-1, all of one class, into the largest aligned prefixes.
func (g *grower[K]) addRange(pieces *runs[K], i, j int) {
	first, last := pieces.starts[i], ^K(0)
	if j < len(pieces.starts) {
		last = pieces.starts[j] - 1
	}
	for {
		n := longest(first, last)
		end := first | ^mask[K](n)
		c := count{class: uint16(pieces.values[i])}
		for at := first; ; i++ {
			until := end
			if i+1 < j {
				until = min(end, pieces.starts[i+1]-1)
			}
			if pieces.values[i]&isIdle != 0 {
				c.idle += uint64(until-at) + 1
			} else {
				c.voting += uint64(until-at) + 1
			}
			if until == end {
				break
			}
			at = until + 1
		}
		g.addLeaf(first, n, pieces.values[i], c)
		if end == last {
			return
		}
		first = end + 1
		if i+1 < j && pieces.starts[i+1] == first {
			i++
		}
	}
}

// longest returns the length of the largest prefix that begins at first and ends at or
// before last.
func longest[K key](first, last K) int {
	w := width[K]()
	aligned, fits := w, w
	if first != 0 {
		aligned = bits.TrailingZeros64(uint64(first))
	}
	if size := last - first + 1; size != 0 { // 0: the whole family
		fits = bits.Len64(uint64(size)) - 1
	}
	return w - min(aligned, fits)
}

// addLeaf adds the next leaf and completes the parents that end with it.
func (g *grower[K]) addLeaf(start K, n int, p piece, c count) {
	top := subtree{bits: n, first: len(g.starts), at: len(g.counts)}
	g.starts = append(g.starts, start)
	g.nodes = append(g.nodes, 0)
	if p&isCarrier != 0 {
		g.class = append(g.class, 0) // never asked for: what hangs here is
		g.counts = append(g.counts, g.hung[p]...)
	} else {
		g.class = append(g.class, uint16(p))
		g.counts = append(g.counts, c)
	}
	for len(g.stack) > 0 && g.stack[len(g.stack)-1].bits == top.bits {
		left := g.stack[len(g.stack)-1]
		g.stack = g.stack[:len(g.stack)-1]
		g.spare = merge(g.spare[:0], g.counts[left.at:top.at], g.counts[top.at:])
		g.nodes[top.first] = g.inner.class(g.spare)
		g.counts = append(g.counts[:left.at], g.spare...)
		top = subtree{bits: top.bits - 1, first: left.first, at: left.at}
	}
	g.stack = append(g.stack, top)
}
