package view

// Marks: which nodes of a zone are of a kind that someone must be able to list without
// walking the tree.

import (
	"iter"

	"meridian/wire"
)

// mark is a kind of node.
type mark int

const (
	markSteered mark = iota // has a steered record
	markAlias               // has an ALIAS record
	markServers             // has an NS RRset: the apex and the zone cuts
	numMarks
)

func (n *Node) has(m mark) bool {
	switch {
	case n == nil:
		return false
	case m == markSteered:
		return n.Steered != nil
	case m == markAlias:
		return n.Alias != nil
	}
	return n.Set(wire.TypeNS) != nil
}

// SteeredOwners yields the canonical owner names of steered records, in no order.
func (z *Zone) SteeredOwners() iter.Seq[wire.Name] { return z.owners(markSteered) }

// HasSteered says whether the zone has any steered record.
func (z *Zone) HasSteered() bool { return z.marks[markSteered].count > 0 }

// Aliases yields the nodes that have an ALIAS record, in no order.
func (z *Zone) Aliases() iter.Seq[*Node] { return z.marked(markAlias) }

// Servers yields the nodes that have an NS RRset, in no order.
func (z *Zone) Servers() iter.Seq[*Node] { return z.marked(markServers) }

func (z *Zone) owners(m mark) iter.Seq[wire.Name] {
	return func(yield func(wire.Name) bool) {
		done := false
		z.marks[m].each(func(e entry[struct{}]) { done = done || !yield(e.key) })
	}
}

func (z *Zone) marked(m mark) iter.Seq[*Node] {
	return func(yield func(*Node) bool) {
		for owner := range z.owners(m) {
			if !yield(z.Node(owner)) {
				return
			}
		}
	}
}

// remark is the zone's marks after an edit's changes.
func (e *Edit) remark() [numMarks]table[struct{}] {
	marks := e.zone.marks
	for m := range numMarks {
		var updates []update[struct{}]
		for key, n := range e.changed {
			if is := n.has(m); is || e.zone.Node(key).has(m) {
				updates = append(updates, update[struct{}]{hash: n.Hash, key: key, remove: !is})
			}
		}
		if len(updates) > 0 {
			marks[m] = marks[m].with(updates)
		}
	}
	return marks
}
