package view

// A node: one owner name in a zone's tree, and what stands there.
//
//	1 flags  2 how many RRsets  4 how many children; where it has any
//	…  the owner name as it was written, where that isn't canonical
//	…  each RRset: 4 its length, its encoding (wire.RRset), in the order of types
//
// That is the value of its record in the zone's table; its marks are the record's, and
// what can't be octets (a steered record, an ALIAS) hangs on a pointer.

import (
	"encoding/binary"
	"iter"
	"slices"

	"meridian/wire"
)

// Node is one owner name. It is a value that points into the view; nodes of one view are
// equal when they are the same. The zero value is none. A node without RRsets is an empty
// non-terminal.
type Node struct{ e entry[special] }

// special is what few nodes have.
type special struct {
	steered *Steered
	alias   *Alias
}

// Flags of a node.
const (
	flagCut      = 1 << iota // the zone is delegated here: NS off the apex
	flagRedirect             // names below are elsewhere: DNAME
	flagWildcard             // the node "*" is below this one
	flagChildren             // there are names below
	flagWritten              // the owner name has capital letters
)

const (
	flagsAt    = 0
	setCountAt = 1
	childrenAt = 3
	setLen     = 4
)

// Exists says whether there is a node.
func (n Node) Exists() bool { return n.e.exists() }

// Name is the owner name as it was written; Canonical is what it is looked up by.
func (n Node) Name() wire.Name {
	if v := n.e.value(); v[flagsAt]&flagWritten != 0 {
		at := n.nameAt(v)
		return wire.Name(v[at : at+n.e.keyLen()])
	}
	return n.e.key()
}
func (n Node) Canonical() wire.Name { return n.e.key() }

// Cut says that the zone is delegated here (NS off the apex), Redirect that names below
// are elsewhere (DNAME), HasChildren that there are names below this one.
func (n Node) Cut() bool         { return n.flag(flagCut) }
func (n Node) Redirect() bool    { return n.flag(flagRedirect) }
func (n Node) HasChildren() bool { return n.flag(flagChildren) }

// Steered is the node's steered record, Alias its ALIAS record; nil for most.
func (n Node) Steered() *Steered {
	if n.e.more == nil {
		return nil
	}
	return n.e.more.steered
}
func (n Node) Alias() *Alias {
	if n.e.more == nil {
		return nil
	}
	return n.e.more.alias
}

// Set returns the static RRset of a type; the zero RRset for none.
func (n Node) Set(typ uint16) wire.RRset {
	if !n.Exists() {
		return wire.RRset{}
	}
	at, count := n.sets()
	for range count {
		var s wire.RRset
		if s, at = n.setAt(at); s.Type() == typ {
			return s
		}
	}
	return wire.RRset{}
}

// Sets yields the static RRsets in the order of their types, an ALIAS among them.
func (n Node) Sets() iter.Seq[wire.RRset] {
	return func(yield func(wire.RRset) bool) {
		if !n.Exists() {
			return
		}
		at, count := n.sets()
		for range count {
			var s wire.RRset
			if s, at = n.setAt(at); !yield(s) {
				return
			}
		}
	}
}

// First returns the first RRset that can be an answer, which an ALIAS can't; the zero
// RRset for none.
func (n Node) First() wire.RRset {
	for s := range n.Sets() {
		if s.Type() != TypeALIAS {
			return s
		}
	}
	return wire.RRset{}
}

// marks are those of the node's record; none of what doesn't exist.
func (n Node) marks() marks {
	if !n.Exists() {
		return 0
	}
	return n.e.marks()
}

func (n Node) flag(f byte) bool { return n.Exists() && n.e.value()[flagsAt]&f != 0 }

func (n Node) children() int32 {
	if !n.flag(flagChildren) {
		return 0
	}
	return int32(read32(n.e.value()[childrenAt:]))
}

// nameAt is where in the value the name as it was written is, or would be.
func (n Node) nameAt(v string) int {
	if v[flagsAt]&flagChildren != 0 {
		return childrenAt + 4
	}
	return childrenAt
}

// sets is where in the record the RRsets begin, and how many there are.
func (n Node) sets() (at, count int) {
	r, keyLen := n.e.record, n.e.keyLen()
	at = recordKey + keyLen
	flags := r[at+flagsAt]
	count = int(r[at+setCountAt]) | int(r[at+setCountAt+1])<<8
	at += childrenAt
	if flags&flagChildren != 0 {
		at += 4
	}
	if flags&flagWritten != 0 {
		at += keyLen
	}
	return at, count
}

// setAt is the RRset at a place in the record, and where the next one is.
func (n Node) setAt(at int) (s wire.RRset, next int) {
	r := n.e.record
	next = at + setLen + int(read32(r[at:]))
	return wire.RRsetOf(r[at+setLen : next]), next
}

// draft is a node as it is being changed.
type draft struct {
	key, owner wire.Name // canonical, and as written
	sets       []wire.RRset
	special    special
	children   int32
	wildcard   bool
}

// draft returns a node to be changed; one that doesn't exist is empty.
func (n Node) draft(owner wire.Name) draft {
	d := draft{key: owner.Canonical(), owner: owner}
	if n.Exists() {
		d.owner, d.sets, d.children, d.wildcard = n.Name(), slices.Collect(n.Sets()), n.children(), n.flag(flagWildcard)
		if n.e.more != nil {
			d.special = *n.e.more
		}
	}
	return d
}

// empty says whether nothing stands at the node itself.
func (d *draft) empty() bool { return len(d.sets) == 0 && d.special.steered == nil }

// inTree says whether the node exists.
func (d *draft) inTree() bool { return !d.empty() || d.children > 0 }

func (d *draft) set(typ uint16) wire.RRset {
	for _, s := range d.sets {
		if s.Type() == typ {
			return s
		}
	}
	return wire.RRset{}
}

// put adds a set, replaces it or (the zero RRset) removes it.
func (d *draft) put(typ uint16, set wire.RRset) {
	d.sets = slices.DeleteFunc(d.sets, func(s wire.RRset) bool { return s.Type() == typ })
	if !set.IsZero() {
		i, _ := slices.BinarySearchFunc(d.sets, typ, func(s wire.RRset, t uint16) int { return int(s.Type()) - int(t) })
		d.sets = slices.Insert(d.sets, i, set)
	}
}

// cuts says whether the tree is cut at the node: a delegation off the apex, or a DNAME.
func (d *draft) cuts(apex wire.Name) bool {
	return d.delegates(apex) || !d.set(wire.TypeDNAME).IsZero()
}

func (d *draft) delegates(apex wire.Name) bool {
	return d.key != apex && !d.set(wire.TypeNS).IsZero()
}

// appendValue appends what stands at the node in a zone with the apex.
func (d *draft) appendValue(b []byte, apex wire.Name) []byte {
	flags := byte(0)
	mark := func(f byte, is bool) {
		if is {
			flags |= f
		}
	}
	mark(flagCut, d.delegates(apex))
	mark(flagRedirect, !d.set(wire.TypeDNAME).IsZero())
	mark(flagWildcard, d.wildcard)
	b = appendHead(b, flags, len(d.sets), d.children, d.owner, d.key)
	for _, s := range d.sets {
		b = binary.NativeEndian.AppendUint32(b, uint32(s.Bytes()))
		b = append(b, s.Encoding()...)
	}
	return b
}

// appendHead appends what stands before a node's RRsets.
func appendHead(b []byte, flags byte, sets int, children int32, owner, key wire.Name) []byte {
	at := len(b)
	b = append(b, flags, byte(sets), byte(sets>>8))
	if children > 0 {
		b[at] |= flagChildren
		b = binary.NativeEndian.AppendUint32(b, uint32(children))
	}
	if owner != key {
		b[at] |= flagWritten
		b = append(b, owner...)
	}
	return b
}

// withChildren appends a value that had none.
func withChildren(b []byte, value string, children int32, wildcard bool) []byte {
	b = append(b, value[:childrenAt]...)
	b[flagsAt] |= flagChildren
	if wildcard {
		b[flagsAt] |= flagWildcard
	}
	b = binary.NativeEndian.AppendUint32(b, uint32(children))
	return append(b, value[childrenAt:]...)
}

func (d *draft) marks() marks {
	var m marks
	if d.special.steered != nil {
		m |= markSteered
	}
	if d.special.alias != nil {
		m |= markAlias
	}
	if !d.set(wire.TypeNS).IsZero() {
		m |= markServers
	}
	return m
}

// more is what hangs on the node's pointer; nil for nothing.
func (d *draft) more() *special {
	if d.special == (special{}) {
		return nil
	}
	s := d.special
	return &s
}
