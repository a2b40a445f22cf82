package view

// A zone's tree of nodes, and the one way to make a zone from another.

import (
	"fmt"
	"iter"
	"slices"

	"meridian/wire"
	"meridian/zones"
)

// Zone is one zone. A zone that was configured and never loaded has no apex node;
// its answers are SERVFAIL.
type Zone struct {
	Name wire.Name // canonical
	// Negative is the apex's SOA with the TTL that negative answers have (RFC 2308
	// section 5); nil while the zone isn't loaded.
	Negative *wire.RRset
	// Serial is its serial; Hash and Labels are the name's.
	Serial uint32
	Hash   uint64
	Labels uint8

	// Serials is how the zone's serial advances when the zone changes.
	Serials zones.SerialMode

	nodes table[*Node]
	marks [numMarks]table[struct{}] // owner names by what stands there
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
func (z *Zone) Loaded() bool { return z.Negative != nil }

// Len is how many nodes the zone has, empty non-terminals included.
func (z *Zone) Len() int { return z.nodes.count }

// Node returns the node of a canonical owner name, or nil.
func (z *Zone) Node(owner wire.Name) *Node {
	n, _ := get(&z.nodes, owner.Hash(), owner)
	return n
}

// Nodes yields all nodes, in no order.
func (z *Zone) Nodes() iter.Seq[*Node] {
	return func(yield func(*Node) bool) {
		done := false
		z.nodes.each(func(e entry[*Node]) { done = done || !yield(e.val) })
	}
}

// Edit collects changes to one zone. Done makes the new zone; the old one stays as
// it is. One goroutine uses an Edit.
type Edit struct {
	zone    *Zone
	apex    int // labels of the apex
	serials zones.SerialMode

	negative *wire.RRset // when the SOA was put
	changed  map[wire.Name]*Node
	present  map[wire.Name]bool // of those that were settled: whether they are in the tree
}

// Edit begins to change z.
func (z *Zone) Edit() *Edit {
	return &Edit{zone: z, apex: z.Name.Labels(), serials: z.Serials, changed: map[wire.Name]*Node{}, present: map[wire.Name]bool{}}
}

// Put sets a static RRset, whose owner is at or below the apex; one without RDATA is
// removed. It returns whether that changes anything.
func (e *Edit) Put(s zones.RRset) bool {
	old := e.look(s.Owner)
	if len(s.RDATA) == 0 {
		if old == nil || old.Set(s.Type) == nil {
			return false
		}
		n := e.node(s.Owner)
		n.Sets = n.withSet(s.Type, nil)
		if s.Type == zones.TypeALIAS {
			n.Alias = nil
		}
		return true
	}
	set := wire.EncodeRRset(s.Owner, e.zone.Name, s.Type, s.TTL, s.RDATA)
	if old != nil && old.Name == s.Owner && set.Equal(old.Set(s.Type)) {
		return false
	}
	n := e.node(s.Owner)
	n.Name = s.Owner
	n.Sets = n.withSet(s.Type, set)
	if s.Type == zones.TypeALIAS {
		n.Alias = newAlias(s)
	}
	if s.Type == wire.TypeSOA && n.Name.Canonical() == e.zone.Name {
		e.negative = set.WithTTL(s.NegativeTTL())
	}
	return true
}

// SetSerials sets how the zone's serial advances.
func (e *Edit) SetSerials(m zones.SerialMode) { e.serials = m }

// Steer sets the steered record of an owner; nil removes it.
func (e *Edit) Steer(owner wire.Name, s *Steered) { e.node(owner).Steered = s }

// look returns the node of an owner as the edit stands, to be read; nil for none.
func (e *Edit) look(owner wire.Name) *Node {
	key := owner.Canonical()
	if n := e.changed[key]; n != nil {
		return n
	}
	return e.zone.Node(key)
}

// node returns the node of an owner as one that may be written.
func (e *Edit) node(owner wire.Name) *Node {
	key := owner.Canonical()
	if n := e.changed[key]; n != nil {
		return n
	}
	if !key.IsSubdomainOf(e.zone.Name) {
		panic(fmt.Sprintf("%s is not in zone %s", owner, e.zone.Name))
	}
	n := &Node{Name: owner}
	if old := e.zone.Node(key); old != nil {
		*n = *old
	}
	e.changed[key] = n
	return n
}

// Done returns the changed zone.
func (e *Edit) Done() *Zone {
	z := *e.zone
	z.Serials, z.cutsAt = e.serials, slices.Clone(z.cutsAt)
	touched := make([]wire.Name, 0, len(e.changed))
	for key := range e.changed {
		touched = append(touched, key)
	}
	for _, key := range touched {
		e.settle(key)
	}
	updates := make([]update[*Node], 0, len(e.changed))
	for key, n := range e.changed {
		e.countCut(&z, key, n)
		hash := key.Hash()
		n.Hash = hash
		updates = append(updates, update[*Node]{hash, key, n, !e.inTree(key)})
	}
	for n := len(z.cutsAt); n > 0 && z.cutsAt[n-1] == 0; n-- {
		z.cutsAt = z.cutsAt[:n-1]
	}
	z.nodes = e.zone.nodes.with(updates)
	z.marks = e.remark()
	if e.negative != nil {
		z.Negative, z.Serial = e.negative, e.negative.Serial()
	}
	if apex := z.Node(z.Name); apex == nil || apex.Set(wire.TypeSOA) == nil {
		z.Negative = nil
	}
	return &z
}

// settle brings a touched node's ancestors up to date: each counts its children in
// the tree and knows the wildcard below it. It climbs as long as nodes come or go.
func (e *Edit) settle(key wire.Name) {
	for n := e.changed[key]; ; {
		was, is := e.inTree(key), !n.empty() || n.children > 0
		e.present[key] = is
		if key == e.zone.Name || was == is && !key.IsWildcard() {
			return
		}
		parentName, _ := n.Name.Parent()
		parent := e.node(parentName)
		switch {
		case is && !was:
			parent.children++
		case was && !is:
			parent.children--
		}
		if key.IsWildcard() {
			if parent.Wildcard = n; !is {
				parent.Wildcard = nil
			}
		}
		key, _ = key.Parent()
		n = parent
	}
}

// inTree says whether a node is in the tree as the edit stands.
func (e *Edit) inTree(key wire.Name) bool {
	if is, ok := e.present[key]; ok {
		return is
	}
	return e.zone.Node(key) != nil
}

// countCut sets the node's cut marks and keeps the zone's count of them by depth.
func (e *Edit) countCut(z *Zone, key wire.Name, n *Node) {
	n.Cut = key != z.Name && n.Set(wire.TypeNS) != nil
	n.Redirect = n.Set(wire.TypeDNAME) != nil
	depth := key.Labels() - e.apex
	if old := e.zone.Node(key); old != nil && (old.Cut || old.Redirect) {
		z.cutsAt[depth]--
	}
	if n.Cut || n.Redirect {
		for len(z.cutsAt) <= depth {
			z.cutsAt = append(z.cutsAt, 0)
		}
		z.cutsAt[depth]++
	}
}
