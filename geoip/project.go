package geoip

// Projecting a base table: location rows and cuts become classes, equal neighbours one.

import (
	"fmt"
	"net/netip"
	"slices"
)

// Project makes a class table of a base table.
//
// cuts are prefixes that a topology names, in any order; they may nest. classify gives
// the class of the clients with one location and one innermost covering cut (its index
// in cuts, -1 for none); it is called once for each such combination. Special-purpose
// space comes with KindSpecial, space without entry with KindNone, both with a zero
// Location. Of IPv6 that carries IPv4 the class is the IPv4 address's; IPv6 cuts that
// cover such space say nothing of it.
//
// narrow gives the class of a prefix that spans several: majority is the class of most
// of its addresses (of equals the lower), inside all classes in it, sorted; inside must
// not be kept. It is called once for each such pair, and must depend on them alone; nil
// means the majority. Only addresses from which clients ask have a say in the majority:
// special-purpose space, space without entry and IPv6 that carries IPv4 have one only
// where there is nothing else.
//
// The error is that of a cut that CheckCut refuses.
func Project(b *Base, cuts []netip.Prefix, classify func(loc Location, kind Kind, cut int) uint16, narrow func(majority uint16, inside []uint16) uint16) (*Table, error) {
	for _, c := range cuts {
		if err := CheckCut(c); err != nil {
			return nil, fmt.Errorf("projecting the geo data: %w", err)
		}
	}
	cuts4, cuts6 := flattenCuts(cuts, func(i int) uint32 { return uint32(i + 1) })
	classes := newPairs(len(b.rows), func(r, cut uint32) piece {
		p := piece(classify(b.rows[r].Location, b.rows[r].kind, int(cut)-1))
		if k := b.rows[r].kind; k == KindNone || k == KindSpecial {
			p |= isIdle
		}
		return p
	})
	inner := &narrower{narrow: narrow, memo: map[string]uint16{}}

	t := &Table{}
	var all4 []count
	t.v4, all4 = grow(zip(b.v4, cuts4, classes.get), nil, inner)
	pieces, hung := t.hang(zip(b.v6, cuts6, classes.get), all4, inner)
	t.v6, _ = grow(pieces, hung, inner)
	return t, nil
}

// hang puts pieces for the IPv4 trie where IPv6 carries IPv4, and returns with them
// what hangs at each. Where IPv4 and the space around it are one class, that class
// stands there and nothing hangs.
func (t *Table) hang(pieces *runs[uint64], all4 []count, inner *narrower) (*runs[uint64], map[piece][]count) {
	places := make([]netip.Prefix, len(carriers))
	stands := make([]piece, len(carriers))
	hung := map[piece][]count{}
	for i, c := range carriers {
		places[i] = netip.PrefixFrom(c.prefix.Addr(), min(c.prefix.Bits(), 64)).Masked()
		stands[i] = isCarrier + piece(i)
		if i == sixToFour {
			// Behind each IPv4 address lie 2^16 /64s.
			hung[stands[i]] = idle(all4, 16)
			if len(all4) == 1 {
				stands[i] = piece(all4[0].class) | isIdle
			}
			continue
		}
		rest := pieces.values[pieces.find(c.hi)]
		if len(all4) == 1 && sameLeaf(piece(all4[0].class), rest) {
			stands[i] = rest
			continue
		}
		// Of the /64's addresses nearly all are the rest's: all IPv4 is 2^-32 of them.
		counts := merge(nil, []count{{class: uint16(rest), idle: 1}}, idle(all4, -64))
		t.nests[i] = nest{split: true, rest: uint16(rest), inner: inner.of(uint16(rest), counts)}
		hung[stands[i]] = counts
	}
	_, at := flattenCuts(places, func(i int) uint32 { return uint32(i + 1) })
	return zip(pieces, at, func(p, place uint32) uint32 {
		if place == 0 {
			return p
		}
		return stands[place-1]
	}), hung
}

// idle returns counts as idle ones, shifted left (or right) into another unit.
func idle(counts []count, shift int) []count {
	out := slices.Clone(counts)
	for i, c := range out {
		all := c.voting + c.idle
		if shift < 0 {
			out[i] = count{class: c.class, idle: all >> -shift}
		} else {
			out[i] = count{class: c.class, idle: all << shift}
		}
	}
	return out
}
