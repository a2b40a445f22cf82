package geoip

// The class table: client prefix → class and scope.

import "net/netip"

// Table is a class table. Its zero value is not useful; Project makes one. It is
// immutable and may be used by any number of goroutines.
type Table struct {
	v4 *trie[uint32]
	v6 *trie[uint64]
	// nests are the two /64s of which a /96 carries IPv4.
	nests [2]nest
}

// nest is a /64 of which a /96 carries IPv4 addresses. Keys end at 64 bits, so what
// lies between is worked out: the prefixes that branch off on the way to the /96 have
// one class, rest, and those on the way hold the /96 and the rest.
type nest struct {
	split       bool // false: the /64 and all IPv4 are one class, which the trie knows
	rest, inner uint16
}

// Lookup returns the class of a client prefix and its scope: how many of the first bits
// of the client's address the class rests on, in the client's own family (for IPv6 that
// carries IPv4 that is 96, in 2002::/16 16, plus the IPv4 scope). A scope over the
// client's own length says that the prefix spans several classes; class is then that
// of most of its addresses, as Project's narrow made it. client must be valid; bits
// beyond its length count as 0. Lookup costs the same for any length, and allocates
// nothing.
func (t *Table) Lookup(client netip.Prefix) (class uint16, scope uint8) {
	addr, n := client.Addr(), max(client.Bits(), 0)
	if addr.Is4() {
		return t.v4.lookup(key4(addr)&mask[uint32](n), n)
	}
	hi, lo := key6(addr)
	if n < 64 {
		hi, lo = hi&mask[uint64](n), 0
	} else {
		lo &= mask[uint64](n - 64)
	}
	if v4, before, ok := carriedIPv4(hi, lo, n); ok {
		n -= before
		class, scope = t.v4.lookup(v4&mask[uint32](n), n)
		return class, uint8(before) + scope
	}
	if n >= 64 {
		for i := range t.nests {
			if hi == carriers[i].hi && t.nests[i].split {
				return t.nests[i].lookup(lo, n, carriers[i].lo)
			}
		}
	}
	return t.v6.lookup(hi, n)
}

// Bytes is the table's size in memory.
func (t *Table) Bytes() int { return t.v4.bytes() + t.v6.bytes() }

// Leaves counts the longest prefixes of one class. What carries IPv4 counts as one.
func (t *Table) Leaves() (v4, v6 int) { return t.v4.leaves(), t.v6.leaves() }
