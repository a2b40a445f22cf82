package zones

// A whole zone validated, with the positions of its records.

import (
	"slices"
	"sync"

	"github.com/miekg/dns"

	"meridian/config"
	"meridian/wire"
)

// Validate returns what is wrong with the zone, in the order of the positions at which
// its records were read; together with what ReadFile found that is everything.
// steered are the types of the steered records in the zone by canonical owner name.
func (c *Contents) Validate(steered map[wire.Name][]uint16) config.Problems {
	if c.Name == "" {
		return nil // nothing was read, and that has been said
	}
	z := newSurroundings(c, steered)
	var all findings
	check := func(owner wire.Name) {
		if !owner.IsSubdomainOf(c.Name) {
			all.add(ValidateOwner(c.Name, owner, z)...)
			return
		}
		v := newValidator(c.Name, owner, z)
		v.here()
		v.above()
		for _, f := range v.found {
			p := c.findPlace(owner, f.typ)
			f.File, f.Line, f.Column = p.File, p.Line, p.Column
			all.add(f.Problem)
		}
	}
	plain := c.plain(steered)
	for i, p := range c.sets.all() {
		if p.head {
			if owner := p.Owner.Canonical(); !plain.is(i, owner) && c.has(owner) {
				check(owner)
			}
		}
	}
	for owner := range steered {
		if !c.has(owner) {
			check(owner)
		}
	}
	if _, isSteered := steered[c.Name]; !isSteered && !c.has(c.Name) {
		check(c.Name)
	}
	return all.all()
}

// findPlace returns where an owner's records of a type were read, else where anything
// at the owner was, else the first file.
func (c *Contents) findPlace(owner wire.Name, typ uint16) Position {
	if p, ok := c.Position(Key{owner, typ}); ok {
		return p
	}
	first := place{}
	for s := range c.node(owner) {
		if first.line == 0 || s.at.line != 0 && s.at.before(first) {
			first = s.at
		}
	}
	if first.line == 0 && len(c.files) > 0 {
		return Position{File: c.files[0]}
	}
	return c.position(first)
}

// Surroundings returns c with steered records in it as ValidateOwner sees it. c must
// not change while that is used.
func (c *Contents) Surroundings(steered map[wire.Name][]uint16) Surroundings {
	return newSurroundings(c, steered)
}

// has says whether a canonical owner name has any records.
func (c *Contents) has(owner wire.Name) bool {
	for range c.node(owner) {
		return true
	}
	return false
}

// plainOwners tells owners at which nothing can be wrong without a closer look, which is
// nearly all of a large zone: those of records that have to do with no others.
type plainOwners struct {
	*Contents
	steered map[wire.Name][]uint16
	cutting map[wire.Name]bool // owners of NS below the apex, and of DNAME
}

func (c *Contents) plain(steered map[wire.Name][]uint16) plainOwners {
	p := plainOwners{c, steered, map[wire.Name]bool{}}
	for _, s := range c.sets.all() {
		if s.RDATA == nil || s.Type != dns.TypeNS && s.Type != dns.TypeDNAME {
			continue
		}
		if owner := s.Owner.Canonical(); owner != c.Name || s.Type == dns.TypeDNAME {
			p.cutting[owner] = true
		}
	}
	return p
}

// is says whether an owner is plain, whose first RRset is at a place.
func (p plainOwners) is(first uint32, owner wire.Name) bool {
	if owner == p.Name || !owner.IsSubdomainOf(p.Name) || p.unread[owner] != nil {
		return false
	}
	plain := true
	p.chain(first, func(s *placed) bool {
		switch s.Type {
		case dns.TypeSOA, dns.TypeNS, dns.TypeCNAME, dns.TypeDNAME, TypeALIAS:
			plain = false
		default:
			plain = s.WireLen() <= MaxWireLen
		}
		return plain
	})
	if plain && len(p.steered) > 0 {
		_, steered := p.steered[owner]
		plain = !steered
	}
	for name := owner; plain && len(p.cutting) > 0; {
		if plain = !p.cutting[name]; name == p.Name {
			break
		}
		name, _ = name.Parent()
	}
	return plain
}

type surroundings struct {
	*Contents
	steered map[wire.Name][]uint16
	parents func() map[wire.Name]struct{} // every name that has something below it
}

func newSurroundings(c *Contents, steered map[wire.Name][]uint16) *surroundings {
	return &surroundings{c, steered, sync.OnceValue(func() map[wire.Name]struct{} {
		parents := make(map[wire.Name]struct{})
		for _, s := range c.sets.all() {
			if s.RDATA != nil {
				c.addParents(parents, s.Owner.Canonical())
			}
		}
		for owner := range steered {
			c.addParents(parents, owner)
		}
		return parents
	})}
}

func (c *Contents) addParents(parents map[wire.Name]struct{}, owner wire.Name) {
	for owner != c.Name {
		parent, ok := owner.Parent()
		if _, seen := parents[parent]; seen || !ok {
			return
		}
		parents[parent] = struct{}{}
		owner = parent
	}
}

// Types counts records that were there but could not be read, so that nothing is said
// to be missing because of them.
func (z *surroundings) Types(owner wire.Name) []uint16 {
	types := z.Contents.Types(owner)
	for _, typ := range z.unread[owner] {
		if !slices.Contains(types, typ) {
			types = append(types, typ)
		}
	}
	return types
}

func (z *surroundings) HasBelow(owner wire.Name) bool {
	_, ok := z.parents()[owner]
	return ok
}

func (z *surroundings) Steered(owner wire.Name) ([]uint16, bool) {
	types, ok := z.steered[owner]
	return types, ok
}
