package zones

// Contents: the RRsets of one zone as a set.

import (
	"cmp"
	"iter"
	"math"
	"slices"

	"github.com/miekg/dns"

	"meridian/config"
	"meridian/wire"
)

// Contents are the RRsets of one zone, at most one of each owner name and type.
type Contents struct {
	Name  wire.Name // canonical
	nodes map[wire.Name][]placed
	count int
	files []string // that positions point into
	// unread are the types of records that were there but could not be read: nobody
	// needs to be told that they are missing.
	unread map[wire.Name][]uint16
}

// placed is an RRset with the place of its first record.
type placed struct {
	RRset
	at place
}

// place is a Position in 8 octets. The zero value is none.
type place struct {
	line         uint32
	file, column uint16
}

// Position is where a record was read.
type Position struct {
	File         string
	Line, Column int // from 1; a column counts octets
}

// NewContents returns a zone without records.
func NewContents(name wire.Name) *Contents {
	return &Contents{Name: name.Canonical(), nodes: make(map[wire.Name][]placed)}
}

// Len returns the number of RRsets.
func (c *Contents) Len() int { return c.count }

// Put sets the RRset of s's owner and type.
func (c *Contents) Put(s RRset) { c.put(s, place{}) }

// PutAt is Put for an RRset that was read at a known position.
func (c *Contents) PutAt(s RRset, p Position) { c.put(s, c.place(p)) }

func (c *Contents) put(s RRset, at place) {
	owner := s.Owner.Canonical()
	sets := c.nodes[owner]
	i, found := slices.BinarySearchFunc(sets, s.Type, byType)
	if found {
		sets[i] = placed{s, at}
		return
	}
	c.nodes[owner] = slices.Insert(sets, i, placed{s, at})
	c.count++
}

func byType(p placed, typ uint16) int { return cmp.Compare(p.Type, typ) }

// Delete takes out the RRset of a key, if there is one.
func (c *Contents) Delete(k Key) {
	sets := c.nodes[k.Owner]
	i, found := slices.BinarySearchFunc(sets, k.Type, byType)
	if !found {
		return
	}
	c.count--
	if sets = slices.Delete(sets, i, i+1); len(sets) > 0 {
		c.nodes[k.Owner] = sets
	} else {
		delete(c.nodes, k.Owner)
	}
}

// RRset returns the RRset of a canonical owner name and type.
func (c *Contents) RRset(owner wire.Name, typ uint16) (RRset, bool) {
	p := c.find(owner, typ)
	if p == nil {
		return RRset{}, false
	}
	return p.RRset, true
}

// find points into the node, until the next put or Delete.
func (c *Contents) find(owner wire.Name, typ uint16) *placed {
	sets := c.nodes[owner]
	if i, found := slices.BinarySearchFunc(sets, typ, byType); found {
		return &sets[i]
	}
	return nil
}

// Types returns the types at a canonical owner name in ascending order.
func (c *Contents) Types(owner wire.Name) []uint16 {
	sets := c.nodes[owner]
	types := make([]uint16, len(sets))
	for i := range sets {
		types[i] = sets[i].Type
	}
	return types
}

// All yields every RRset: owner names in canonical order (RFC 4034 section 6.1), so
// the apex first; at one owner the SOA first and then by type.
func (c *Contents) All() iter.Seq[RRset] {
	return func(yield func(RRset) bool) {
		for _, owner := range c.Owners() {
			sets := c.nodes[owner]
			if i, found := slices.BinarySearchFunc(sets, dns.TypeSOA, byType); found {
				if !yield(sets[i].RRset) {
					return
				}
			}
			for i := range sets {
				if sets[i].Type != dns.TypeSOA && !yield(sets[i].RRset) {
					return
				}
			}
		}
	}
}

// Owners returns every canonical owner name that has records, in canonical order.
func (c *Contents) Owners() []wire.Name {
	owners := make([]wire.Name, 0, len(c.nodes))
	for owner := range c.nodes {
		owners = append(owners, owner)
	}
	sortCanonical(owners)
	return owners
}

// Position returns where the first record of a key's RRset was read, if it was read
// from a file.
func (c *Contents) Position(k Key) (Position, bool) {
	p := c.find(k.Owner, k.Type)
	if p == nil || p.at.line == 0 {
		return Position{}, false
	}
	return c.position(p.at), true
}

func (c *Contents) position(at place) Position {
	if at.line == 0 {
		return Position{}
	}
	return Position{File: c.files[at.file], Line: int(at.line), Column: int(at.column)}
}

func (c *Contents) place(p Position) place {
	if p.Line <= 0 || p.Line > math.MaxUint32 {
		return place{}
	}
	return place{
		line:   uint32(p.Line),
		file:   c.fileIndex(p.File),
		column: uint16(min(p.Column, math.MaxUint16)),
	}
}

// fileIndex finds or adds a file's name. Beyond 65,536 files (a hostile $INCLUDE
// tree) the last one stands for all that follow.
func (c *Contents) fileIndex(name string) uint16 {
	if last := len(c.files) - 1; last >= 0 && c.files[last] == name {
		return uint16(last)
	}
	i := slices.Index(c.files, name)
	if i < 0 && len(c.files) <= math.MaxUint16 {
		i = len(c.files)
		c.files = append(c.files, name)
	}
	if i < 0 {
		i = math.MaxUint16
	}
	return uint16(i)
}

// problem is a Problem at a position.
func (p Position) problem(message, hint string) config.Problem {
	return config.Problem{File: p.File, Line: p.Line, Column: p.Column, Message: message, Hint: hint}
}

func (p place) before(q place) bool {
	return cmp.Or(cmp.Compare(p.file, q.file), cmp.Compare(p.line, q.line), cmp.Compare(p.column, q.column)) < 0
}
