package view

// A zone and its tree of nodes.

import (
	"iter"

	"meridian/wire"
	"meridian/zones"
)

// Zone is one zone. A zone that was configured and never loaded has no apex node;
// its answers are SERVFAIL.
type Zone struct {
	Name wire.Name // canonical
	// Negative is the apex's SOA with the TTL that negative answers have (RFC 2308
	// section 5); the zero RRset while the zone isn't loaded.
	Negative wire.RRset
	// Serial is its serial; Hash and Labels are the name's.
	Serial uint32
	Hash   uint64
	Labels uint8

	// RRsets and Records are how many static ones there are.
	RRsets, Records int

	// Serials is how the zone's serial advances when the zone changes.
	Serials zones.SerialMode

	nodes  table[special]
	counts counts // of nodes by their marks
	// cutsAt counts, by labels below the apex, the nodes where the tree is cut (NS or
	// DNAME), so that a query probes for cuts only at depths that have any. It ends at
	// the deepest.
	cutsAt []int32
}

// cutAt says whether the tree is cut anywhere at a depth.
func (z *Zone) cutAt(depth int) bool { return depth < len(z.cutsAt) && z.cutsAt[depth] > 0 }

// NewZone returns a zone that isn't loaded.
func NewZone(name wire.Name) *Zone {
	name = name.Canonical()
	return &Zone{Name: name, Hash: name.Hash(), Labels: uint8(name.Labels())}
}

// Loaded says whether the zone has its SOA.
func (z *Zone) Loaded() bool { return !z.Negative.IsZero() }

// Len is how many nodes the zone has, empty non-terminals included.
func (z *Zone) Len() int { return z.nodes.count }

// Node returns the node of a canonical owner name; the zero Node for none.
func (z *Zone) Node(owner wire.Name) Node { return Node{get(&z.nodes, owner.Hash(), owner)} }

// Nodes yields all nodes, in no order.
func (z *Zone) Nodes() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		z.nodes.all(func(e entry[special]) bool { return yield(Node{e}) })
	}
}

// cutDepth is the depth below the apex at which a node cuts the tree; -1 where it doesn't.
func (z *Zone) cutDepth(key wire.Name, cuts bool) int {
	if !cuts {
		return -1
	}
	return key.Labels() - int(z.Labels)
}

// countCut counts the cuts at a depth by one more or less.
func (z *Zone) countCut(depth int, by int32) {
	if depth < 0 {
		return
	}
	for len(z.cutsAt) <= depth {
		z.cutsAt = append(z.cutsAt, 0)
	}
	z.cutsAt[depth] += by
}

// trimCuts ends cutsAt at the deepest cut.
func (z *Zone) trimCuts() {
	for n := len(z.cutsAt); n > 0 && z.cutsAt[n-1] == 0; n-- {
		z.cutsAt = z.cutsAt[:n-1]
	}
}

// setSOA sets what negative answers have from the zone's SOA RRset; none unloads it.
func (z *Zone) setSOA(soa wire.RRset) {
	z.Negative = wire.RRset{}
	if !soa.IsZero() {
		z.Negative, z.Serial = soa.WithTTL(min(soa.TTL(), soa.Minimum())), soa.Serial()
	}
}
