package zones

// A whole zone validated, with the positions of its records.

import (
	"slices"

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
	for owner := range c.nodes {
		check(owner)
	}
	for owner := range steered {
		if len(c.nodes[owner]) == 0 {
			check(owner)
		}
	}
	if len(c.nodes[c.Name]) == 0 && steered[c.Name] == nil {
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
	for _, s := range c.nodes[owner] {
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

type surroundings struct {
	*Contents
	steered map[wire.Name][]uint16
	parents map[wire.Name]struct{} // every name that has something below it
}

func newSurroundings(c *Contents, steered map[wire.Name][]uint16) *surroundings {
	z := &surroundings{c, steered, make(map[wire.Name]struct{})}
	for owner := range c.nodes {
		z.addParents(owner)
	}
	for owner := range steered {
		z.addParents(owner)
	}
	return z
}

func (z *surroundings) addParents(owner wire.Name) {
	for owner != z.Name {
		parent, ok := owner.Parent()
		if _, seen := z.parents[parent]; seen || !ok {
			return
		}
		z.parents[parent] = struct{}{}
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
	_, ok := z.parents[owner]
	return ok
}

func (z *surroundings) Steered(owner wire.Name) ([]uint16, bool) {
	types, ok := z.steered[owner]
	return types, ok
}
