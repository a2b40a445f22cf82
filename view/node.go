package view

// A node: one owner name in a zone's tree, and what stands there.

import (
	"slices"

	"meridian/wire"
)

// Node is one owner name. A node without RRsets is an empty non-terminal.
type Node struct {
	Name    wire.Name // as it was written; Canonical for look-ups
	Hash    uint64    // of the canonical name
	Sets    []*wire.RRset
	Steered *Steered // nil for most
	Alias   *Alias   // of the ALIAS RRset in Sets; nil for most

	// Wildcard is the node "*" below this one, nil for none.
	Wildcard *Node
	// Cut says that the zone is delegated here (NS off the apex), Redirect that
	// names below are elsewhere (DNAME).
	Cut, Redirect bool

	children int32
}

// Set returns the static RRset of a type, or nil.
func (n *Node) Set(typ uint16) *wire.RRset {
	for _, s := range n.Sets {
		if s.Type == typ {
			return s
		}
	}
	return nil
}

// Served returns the sets that can be answers: all but an ALIAS, which stands last.
func (n *Node) Served() []*wire.RRset {
	if n.Alias != nil {
		return n.Sets[:len(n.Sets)-1]
	}
	return n.Sets
}

// empty says whether nothing stands at the node itself.
func (n *Node) empty() bool { return len(n.Sets) == 0 && n.Steered == nil }

// withSet returns the node's sets with one added, replaced, or (nil) removed.
func (n *Node) withSet(typ uint16, set *wire.RRset) []*wire.RRset {
	sets := slices.DeleteFunc(slices.Clone(n.Sets), func(s *wire.RRset) bool { return s.Type == typ })
	if set != nil {
		sets = append(sets, set)
		slices.SortFunc(sets, func(a, b *wire.RRset) int { return int(a.Type) - int(b.Type) })
	}
	return sets
}

// HasChildren says whether there are names below this one.
func (n *Node) HasChildren() bool { return n.children > 0 }
