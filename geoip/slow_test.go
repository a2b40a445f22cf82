package geoip

// The slow, readable twin of Project and Table: it keeps prefixes as they were given,
// cuts the client's prefix wherever anything begins or ends, and looks at each piece.

import (
	"math/big"
	"net/netip"
	"slices"
)

// slowTable answers as a Table does.
type slowTable struct {
	data     map[netip.Prefix]Location
	cuts     []netip.Prefix
	classify func(Location, Kind, int) uint16
	narrow   func(uint16, []uint16) uint16
}

// slowPiece is a range of addresses of one class.
type slowPiece struct {
	class uint16
	size  *big.Int
	idle  bool
}

// lookup returns what Table.Lookup must: the class, and the exact scope where the
// prefix has one class; spans says that it has several.
func (s *slowTable) lookup(client netip.Prefix) (class uint16, scope int, spans bool) {
	if v4, before, ok := slowCarried(client); ok {
		class, scope, spans = s.lookup(v4)
		return class, before + scope, spans
	}
	pieces := s.pieces(client)
	if class, spans = s.classOf(pieces); spans {
		return class, 0, true
	}
	for scope = client.Bits(); scope > 0; scope-- { // the shortest prefix around it of one class
		if _, spans := s.classOf(s.pieces(netip.PrefixFrom(client.Addr(), scope-1).Masked())); spans {
			break
		}
	}
	return class, scope, false
}

// slowCarried takes the IPv4 prefix out of one that lies wholly where IPv4 is carried.
func slowCarried(p netip.Prefix) (v4 netip.Prefix, before int, ok bool) {
	for _, c := range carriers {
		if p.Addr().Is6() && c.prefix.Bits() <= p.Bits() && c.prefix.Contains(p.Addr()) {
			b := p.Addr().As16()
			at := c.prefix.Bits() / 8
			return netip.PrefixFrom(netip.AddrFrom4([4]byte(b[at:at+4])), min(p.Bits()-at*8, 32)), at * 8, true
		}
	}
	return netip.Prefix{}, 0, false
}

// classOf gives pieces one class.
func (s *slowTable) classOf(pieces []slowPiece) (class uint16, spans bool) {
	voting, idle := map[uint16]*big.Int{}, map[uint16]*big.Int{}
	var inside []uint16
	for _, p := range pieces {
		if voting[p.class] == nil {
			voting[p.class], idle[p.class] = new(big.Int), new(big.Int)
			inside = append(inside, p.class)
		}
		if p.idle {
			idle[p.class].Add(idle[p.class], p.size)
		} else {
			voting[p.class].Add(voting[p.class], p.size)
		}
	}
	slices.Sort(inside)
	if len(inside) == 1 {
		return inside[0], false
	}
	votes := idle
	for _, n := range voting {
		if n.Sign() > 0 {
			votes = voting
		}
	}
	majority := inside[0]
	for _, c := range inside {
		if votes[c].Cmp(votes[majority]) > 0 {
			majority = c
		}
	}
	return s.narrow(majority, inside), true
}

// pieces cuts a prefix wherever the class may change.
func (s *slowTable) pieces(p netip.Prefix) []slowPiece {
	starts := []netip.Addr{p.Addr()}
	for _, b := range s.boundaries(p.Addr().Is4()) {
		if p.Contains(b) {
			starts = append(starts, b)
		}
	}
	slices.SortFunc(starts, netip.Addr.Compare)
	starts = slices.Compact(starts)
	var out []slowPiece
	for i, a := range starts {
		end := new(big.Int).Add(number(lastAddr(p)), big.NewInt(1))
		if i+1 < len(starts) {
			end = number(starts[i+1])
		}
		size := end.Sub(end, number(a))
		v4 := unwrap(a)
		class, kind := s.at(v4)
		out = append(out, slowPiece{class, size, kind == KindSpecial || kind == KindNone || v4 != a})
		if hi, _ := key6(a); a.Is6() && v4 != a && hi>>48 != 0x2002 {
			// A /96's addresses are too few to count; they count as their /64's.
			rest, _ := s.at(addrOf(hi).Next())
			out[len(out)-1].size = new(big.Int)
			out = append(out, slowPiece{rest, size, true})
		}
	}
	return out
}

// boundaries are the addresses at which something begins, and those behind its end.
func (s *slowTable) boundaries(v4 bool) []netip.Addr {
	var out []netip.Addr
	both := func(p netip.Prefix) {
		out = append(out, p.Masked().Addr())
		if next := lastAddr(p).Next(); next.IsValid() {
			out = append(out, next)
		}
	}
	all := append(slices.Clone(s.cuts), specialPurpose[:]...)
	for p := range s.data {
		all = append(all, p)
	}
	for _, p := range all {
		if p.Addr().Is4() == v4 {
			both(p)
		}
		if p.Addr().Is4() && !v4 {
			for _, c := range carriers {
				b, a := c.prefix.Addr().As16(), p.Addr().As4()
				copy(b[c.prefix.Bits()/8:], a[:])
				both(netip.PrefixFrom(netip.AddrFrom16(b), c.prefix.Bits()+p.Bits()))
			}
		}
	}
	if !v4 {
		for _, c := range carriers {
			both(c.prefix)
		}
	}
	return out
}

// at is the class of one address that carries no other.
func (s *slowTable) at(a netip.Addr) (uint16, Kind) {
	cut, loc, kind, longest := -1, Location{}, KindNone, -1
	for i, c := range s.cuts {
		if c.Contains(a) && (cut < 0 || c.Bits() > s.cuts[cut].Bits()) {
			cut = i
		}
	}
	for p, l := range s.data {
		if p.Contains(a) && p.Bits() > longest {
			loc, kind, longest = l, KindData, p.Bits()
		}
	}
	for _, p := range specialPurpose {
		if p.Contains(a) {
			loc, kind = Location{}, KindSpecial
		}
	}
	return s.classify(loc, kind, cut), kind
}

func lastAddr(p netip.Prefix) netip.Addr {
	b := p.Masked().Addr().AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 1 << (7 - i%8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

func number(a netip.Addr) *big.Int { return new(big.Int).SetBytes(a.AsSlice()) }
