package view

// All zones, and the descent to a question's zone and node.

import (
	"iter"

	"meridian/wire"
)

// View is all zones at one revision. Its zero value has none.
type View struct {
	Revision uint64

	zones table[Zone]
	// shortest and longest are the fewest and most labels of any apex, so that a query
	// probes only suffixes that can be one.
	shortest, longest int
}

// With returns the view at a revision with zones put in, by their names, and others
// removed.
func (v *View) With(revision uint64, put []*Zone, remove []wire.Name) *View {
	next := &View{Revision: revision}
	var updates []update[Zone]
	for _, z := range put {
		updates = append(updates, update[Zone]{hash: z.Hash, key: z.Name, more: z})
	}
	for _, name := range remove {
		if v.Zone(name) != nil {
			updates = append(updates, update[Zone]{hash: name.Hash(), key: name, remove: true})
		}
	}
	next.zones = v.zones.with(updates)
	next.shortest, next.longest = v.shortest, v.longest
	if v.zones.count == 0 {
		next.shortest = wire.MaxLabels
	}
	for _, z := range put {
		labels := z.Name.Labels()
		next.shortest, next.longest = min(next.shortest, labels), max(next.longest, labels)
	}
	return next
}

// Len is how many zones there are.
func (v *View) Len() int { return v.zones.count }

// Zone returns the zone with a canonical name, or nil.
func (v *View) Zone(name wire.Name) *Zone {
	return get(&v.zones, name.Hash(), name).more
}

// Zones yields all zones, in no order.
func (v *View) Zones() iter.Seq[*Zone] {
	return func(yield func(*Zone) bool) {
		v.zones.all(func(e entry[Zone]) bool { return yield(e.more) })
	}
}

// FindZone returns the zone with the longest apex that is suffix from or a suffix
// of it, and which suffix that is; nil where there is none.
func (v *View) FindZone(name *wire.Suffixes, from int) (*Zone, int) {
	for i := max(from, name.Count()-v.longest); i <= name.Count()-v.shortest; i++ {
		if z := get(&v.zones, name.Hash(i), name.At(i)).more; z != nil {
			return z, i
		}
	}
	return nil, 0
}

// Found is where a name leads in a zone.
type Found struct {
	// Node is the name's own node, or the wildcard that stands for it, or what hides the
	// name; none where the name does not exist.
	Node Node
	// Hash is that of the node's canonical name.
	Hash uint64
	// Hidden says that the node is the zone cut or the DNAME at or above the name that
	// hides all else; At is which suffix of the name it is.
	Hidden bool
	At     int
}

// Cut says that the name is at or below a zone cut.
func (f *Found) Cut() bool { return f.Hidden && f.Node.Cut() }

// Find descends from the apex (suffix apexAt of name) as RFC 1034 section 4.3.2 step
// 3 does. A cut at the name itself hides nothing from a question that the parent side
// answers (DS, RFC 4035 section 3.1.4.1): parentSide says so. A DNAME redirects only
// what is below it (RFC 6672 section 2.3).
func (z *Zone) Find(name *wire.Suffixes, apexAt int, parentSide bool) Found {
	for at := apexAt; at >= 0 && len(z.cutsAt) > 0; at-- {
		if !z.cutAt(apexAt - at) {
			continue
		}
		n := z.at(name, at)
		if n.Cut() && !(at == 0 && parentSide) || at > 0 && n.Redirect() {
			return Found{Node: n, Hash: name.Hash(at), Hidden: true, At: at}
		}
	}
	if n := z.at(name, 0); n.Exists() {
		return Found{Node: n, Hash: name.Hash(0)}
	}
	for at := 1; at <= apexAt; at++ {
		// The closest encloser alone may have the wildcard (RFC 4592 section 3.3.1).
		if n := z.at(name, at); n.Exists() {
			return z.wildcardBelow(n, name.Hash(at))
		}
	}
	return Found{}
}

func (z *Zone) at(name *wire.Suffixes, at int) Node {
	return Node{get(&z.nodes, name.Hash(at), name.At(at))}
}

// wildcardBelow finds the wildcard below a node with the given hash, if there is one.
func (z *Zone) wildcardBelow(n Node, hash uint64) Found {
	if !n.flag(flagWildcard) {
		return Found{}
	}
	var key [len(wire.Wildcard) + wire.MaxNameLen]byte
	length := copy(key[:], wire.Wildcard)
	length += copy(key[length:], n.Canonical())
	hash = wire.WildcardHash(hash)
	return Found{Node: Node{get(&z.nodes, hash, key[:length])}, Hash: hash}
}

// GlueNode returns the node that an NS target names; the zero Node for none.
func (z *Zone) GlueNode(t wire.Target) Node { return Node{get(&z.nodes, t.Hash, t.Name)} }
