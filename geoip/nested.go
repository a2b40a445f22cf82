package geoip

// Prefixes that may nest, flattened into runs: each address has the value of the
// innermost prefix that covers it.

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
)

// Lengths beyond which nothing is told apart. What a topology names may be longer
// than what a database may: a prefix that RFC 7871 section 11.1 has resolvers send
// is /24 or /56 at most, so longer runs of a database would only make crumbs.
const (
	maxCut6      = 64 // a site; behind it lie one network's own addresses
	maxDatabase4 = 24
	maxDatabase6 = 56
)

// CheckCut says what is wrong with a prefix as a topology's cidr row, or nil.
func CheckCut(p netip.Prefix) error {
	switch {
	case !p.IsValid():
		return fmt.Errorf("the prefix is not valid: write ADDRESS/LENGTH")
	case p != p.Masked():
		return fmt.Errorf("%s has bits set beyond its length: write %s", p, p.Masked())
	case p.Addr().Is4():
		return nil
	}
	for _, c := range carriers {
		if c.prefix.Bits() <= p.Bits() && c.prefix.Contains(p.Addr()) {
			return fmt.Errorf("%s holds IPv6 addresses that carry IPv4 ones, and their clients are told apart by those: write the IPv4 prefix", p)
		}
	}
	if p.Bits() > maxCut6 {
		return fmt.Errorf("%s is longer than /%d, and IPv6 clients aren't told apart behind that: write a shorter one", p, maxCut6)
	}
	return nil
}

// nested is a prefix of one family with its value.
type nested[K key] struct {
	first K
	bits  int
	value uint32
}

func (n nested[K]) last() K { return n.first | ^mask[K](n.bits) }

// flatten turns prefixes into runs; what none covers has value 0. Of two equal
// prefixes the first given wins.
func flatten[K key](prefixes []nested[K]) *runs[K] {
	slices.SortStableFunc(prefixes, func(a, b nested[K]) int {
		return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.bits, b.bits))
	})
	out := &runs[K]{}
	out.add(0, 0)
	open := []nested[K]{{value: 0, bits: 0}} // those that cover the place we are at, outermost first
	closeUntil := func(k K, all bool) {
		for n := len(open) - 1; n > 0 && (all || open[n].last() < k); n-- {
			after := open[n].last() + 1
			open = open[:n]
			if after != 0 { // 0: the family's end
				out.add(after, open[n-1].value)
			}
		}
	}
	for _, p := range prefixes {
		closeUntil(p.first, false)
		if top := open[len(open)-1]; len(open) > 1 && top.first == p.first && top.bits == p.bits {
			continue
		}
		out.add(p.first, p.value)
		open = append(open, p)
	}
	closeUntil(0, true)
	return out
}

// flattenCuts flattens prefixes of both families. values[i] is the value of cuts[i].
func flattenCuts(cuts []netip.Prefix, value func(i int) uint32) (*runs[uint32], *runs[uint64]) {
	var v4 []nested[uint32]
	var v6 []nested[uint64]
	for i, c := range cuts {
		if c.Addr().Is4() {
			v4 = append(v4, nested[uint32]{key4(c.Masked().Addr()), c.Bits(), value(i)})
			continue
		}
		hi, _ := key6(c.Masked().Addr())
		v6 = append(v6, nested[uint64]{hi, c.Bits(), value(i)})
	}
	return flatten(v4), flatten(v6)
}
