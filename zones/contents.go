package zones

// Contents: the RRsets of one zone as a set.
//
// They lie one after the other in the order in which they came; those of one owner name are
// chained, and an open hash table finds the first of a chain:
//
//	table            sets
//	┌─────────┐      ┌───┬─────────────┬───────────┬───┐
//	│ hash, 2 ├───┐  │ 0 │ example.com │ SOA       │ 3 ├──┐
//	├─────────┤   │  ├───┼─────────────┼───────────┼───┤  │
//	│         │   └─→│ 1 │ www         │ A         │ 0 │  │
//	├─────────┤      ├───┼─────────────┼───────────┼───┤  │
//	│ hash, 1 ├─┐    │ 2 │ example.com │ NS        │ 0 │←─┘
//	└─────────┘ └──→ └───┴─────────────┴───────────┴───┘     (numbers are from 1)
//
// A million of them so cost a few large pieces of memory.

import (
	"cmp"
	"hash/maphash"
	"iter"
	"math"
	"math/bits"
	"slices"

	"github.com/miekg/dns"

	"meridian/config"
	"meridian/wire"
)

// Contents are the RRsets of one zone, at most one of each owner name and type.
type Contents struct {
	Name  wire.Name // canonical
	sets  placedSets
	seed  maphash.Seed // so that nobody can choose names that collide
	table []slot       // a power of two; empty before the first set
	taken int          // slots, those of owners whose sets are all gone included
	count int          // RRsets
	files []string     // that positions point into
	lists [][]byte     // room for RDATA of RRsets of one record
	// unread are the types of records that were there but could not be read: nobody
	// needs to be told that they are missing.
	unread map[wire.Name][]uint16
}

// placed is an RRset with the place of its first record. One without RDATA is gone.
type placed struct {
	RRset
	at   place
	next uint32 // of the same owner, from 1; 0 is the end
	head bool   // the first of its owner
}

// placedSets are placed RRsets in pieces of memory, so that many of them needn't be moved
// when more come.
type placedSets struct {
	chunks [][]placed // all but the last are full; the first grows
	count  int
}

const chunkLen = 1 << 10

func (s *placedSets) at(i uint32) *placed { return &s.chunks[i/chunkLen][i%chunkLen] }

// add adds one and returns where it is, until the next.
func (s *placedSets) add(p placed) *placed {
	switch {
	case s.count == 0:
		s.chunks = [][]placed{nil}
	case s.count%chunkLen == 0:
		s.chunks = append(s.chunks, make([]placed, 0, chunkLen))
	}
	s.count++
	last := &s.chunks[len(s.chunks)-1]
	*last = append(*last, p)
	return &(*last)[len(*last)-1]
}

// all yields all of them, those that are gone too.
func (s *placedSets) all() iter.Seq2[uint32, *placed] {
	return func(yield func(uint32, *placed) bool) {
		i := uint32(0)
		for _, chunk := range s.chunks {
			for j := range chunk {
				if !yield(i, &chunk[j]) {
					return
				}
				i++
			}
		}
	}
}

// slot leads to an owner's first RRset.
type slot struct {
	hash  uint32
	first uint32 // from 1; 0 is an empty slot
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
	return &Contents{Name: name.Canonical(), seed: maphash.MakeSeed()}
}

// Len returns the number of RRsets.
func (c *Contents) Len() int { return c.count }

// Put sets the RRset of s's owner and type, which has RDATA.
func (c *Contents) Put(s RRset) { c.put(s, place{}) }

// PutAt is Put for an RRset that was read at a known position.
func (c *Contents) PutAt(s RRset, p Position) { c.put(s, c.place(p)) }

func (c *Contents) put(s RRset, at place) {
	p, was := c.enter(s.Owner, c.hash(s.Owner.Canonical()), s.Type)
	if !was {
		c.count++
	}
	p.RRset, p.at = s, at
}

// enter returns where the RRset of an owner, with its hash, and type is or is to be put,
// until the next time it is called.
func (c *Contents) enter(name wire.Name, hash uint32, typ uint16) (p *placed, was bool) {
	owner := name.Canonical()
	at := c.slot(hash, owner)
	if at.first == 0 {
		if c.taken++; 4*c.taken > 3*len(c.table) {
			c.grow()
			at = c.slot(hash, owner)
		}
		p = c.sets.add(placed{RRset: RRset{Owner: name, Type: typ}, head: true})
		*at = slot{hash, uint32(c.sets.count)}
		return p, false
	}
	for i := at.first; ; {
		p = c.sets.at(i - 1)
		if p.Type == typ {
			return p, p.RDATA != nil
		}
		if p.next == 0 {
			p.next = uint32(c.sets.count + 1)
			return c.sets.add(placed{RRset: RRset{Owner: name, Type: typ}}), false
		}
		i = p.next
	}
}

func (c *Contents) hash(owner wire.Name) uint32 { return uint32(maphash.String(c.seed, string(owner))) }

// warmAtOnce is how many slots are warmed at once: as many as a cache has room for.
const warmAtOnce = 1024

// warm brings the slots into the cache that hashes lead to. All at once that takes little
// longer than one, while entering one name after the other waits for each. (Inlined it
// would be left out, as nobody uses what it returns.)
//
//go:noinline
func (c *Contents) warm(hashes []uint32) (touched uint32) {
	if len(c.table) == 0 {
		return 0
	}
	mask := uint32(len(c.table) - 1)
	for _, hash := range hashes {
		touched += c.table[hash&mask].first
	}
	return touched
}

// slot finds a canonical owner's slot, or the empty one that it may have.
func (c *Contents) slot(hash uint32, owner wire.Name) *slot {
	if len(c.table) == 0 {
		return &slot{}
	}
	mask := uint32(len(c.table) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		s := &c.table[i]
		if s.first == 0 || s.hash == hash && c.sets.at(s.first-1).isOf(owner) {
			return s
		}
	}
}

func (p *placed) isOf(owner wire.Name) bool { return p.Owner == owner || p.Owner.Canonical() == owner }

// maxReserve bounds the owners that room is made for before they are there: 16 MiB of it.
const maxReserve = 1 << 20

// reserve makes room for so many owners.
func (c *Contents) reserve(owners int) {
	if len(c.table) == 0 && owners > 0 {
		c.table = make([]slot, 1<<bits.Len(uint(owners+owners/3)))
	}
}

// grow doubles the table.
func (c *Contents) grow() {
	old := c.table
	c.table = make([]slot, max(8, 2*len(old)))
	mask := uint32(len(c.table) - 1)
	for _, s := range old {
		if s.first == 0 {
			continue
		}
		i := s.hash & mask
		for c.table[i].first != 0 {
			i = (i + 1) & mask
		}
		c.table[i] = s
	}
}

// Delete takes out the RRset of a key, if there is one.
func (c *Contents) Delete(k Key) {
	if p := c.find(k.Owner, k.Type); p != nil {
		p.RDATA, p.at = nil, place{}
		c.count--
	}
}

// node yields the RRsets of a canonical owner name, in no order.
func (c *Contents) node(owner wire.Name) iter.Seq[*placed] {
	return func(yield func(*placed) bool) {
		if first := c.slot(c.hash(owner), owner).first; first > 0 {
			c.chain(first-1, yield)
		}
	}
}

// chain is node by the place of the first set.
func (c *Contents) chain(i uint32, yield func(*placed) bool) {
	for {
		p := c.sets.at(i)
		if p.RDATA != nil && !yield(p) || p.next == 0 {
			return
		}
		i = p.next - 1
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

// find points at an RRset, until the next put.
func (c *Contents) find(owner wire.Name, typ uint16) *placed {
	for p := range c.node(owner) {
		if p.Type == typ {
			return p
		}
	}
	return nil
}

// Types returns the types at a canonical owner name in ascending order.
func (c *Contents) Types(owner wire.Name) []uint16 {
	types := []uint16{}
	for p := range c.node(owner) {
		types = append(types, p.Type)
	}
	slices.Sort(types)
	return types
}

// All yields every RRset: owner names in canonical order (RFC 4034 section 6.1), so
// the apex first; at one owner the SOA first and then by type.
func (c *Contents) All() iter.Seq[RRset] {
	return func(yield func(RRset) bool) {
		var sets []RRset
		for _, owner := range c.Owners() {
			sets = sets[:0]
			for p := range c.node(owner) {
				sets = append(sets, p.RRset)
			}
			slices.SortFunc(sets, bySOAThenType)
			for _, s := range sets {
				if !yield(s) {
					return
				}
			}
		}
	}
}

func bySOAThenType(a, b RRset) int {
	if (a.Type == dns.TypeSOA) != (b.Type == dns.TypeSOA) {
		if a.Type == dns.TypeSOA {
			return -1
		}
		return 1
	}
	return cmp.Compare(a.Type, b.Type)
}

// Nodes yields the RRsets of each owner name in the order of their types, the owners in
// no order. What is yielded is valid until the next.
func (c *Contents) Nodes() iter.Seq[[]RRset] { return c.nodesOf(0, c.sets.count) }

// Parts is Nodes in n parts, which may be gone over at the same time.
func (c *Contents) Parts(n int) []iter.Seq[[]RRset] {
	parts := make([]iter.Seq[[]RRset], n)
	for i := range parts {
		parts[i] = c.nodesOf(i*c.sets.count/n, (i+1)*c.sets.count/n)
	}
	return parts
}

// nodesOf yields the nodes whose first RRsets lie from one place to another.
func (c *Contents) nodesOf(from, to int) iter.Seq[[]RRset] {
	return func(yield func([]RRset) bool) {
		var sets []RRset
		for i := from; i < to; i++ {
			if !c.sets.at(uint32(i)).head {
				continue
			}
			sets = sets[:0]
			c.chain(uint32(i), func(p *placed) bool {
				sets = append(sets, p.RRset)
				return true
			})
			if len(sets) > 1 {
				slices.SortFunc(sets, func(a, b RRset) int { return cmp.Compare(a.Type, b.Type) })
			}
			if len(sets) > 0 && !yield(sets) {
				return
			}
		}
	}
}

// Owners returns every canonical owner name that has records, in canonical order.
func (c *Contents) Owners() []wire.Name {
	owners := make([]wire.Name, 0, c.taken)
	for sets := range c.Nodes() {
		owners = append(owners, sets[0].Owner.Canonical())
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

// locate is a problem with the position.
func (p Position) locate(problem config.Problem) config.Problem {
	problem.File, problem.Line, problem.Column = p.File, p.Line, p.Column
	return problem
}

func (p place) before(q place) bool {
	return cmp.Or(cmp.Compare(p.file, q.file), cmp.Compare(p.line, q.line), cmp.Compare(p.column, q.column)) < 0
}
