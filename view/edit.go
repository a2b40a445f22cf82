package view

// The one way to make a zone from another.

import (
	"fmt"
	"slices"

	"meridian/wire"
	"meridian/zones"
)

// Edit collects changes to one zone. Done makes the new zone; the old one stays as
// it is. One goroutine uses an Edit.
type Edit struct {
	zone    *Zone
	serials zones.SerialMode
	changed map[wire.Name]*draft
	present map[wire.Name]bool // of those that were settled: whether they are in the tree
}

// Edit begins to change z.
func (z *Zone) Edit() *Edit {
	return &Edit{zone: z, serials: z.Serials, changed: map[wire.Name]*draft{}, present: map[wire.Name]bool{}}
}

// Put sets a static RRset, whose owner is at or below the apex; one without RDATA is
// removed. It returns whether that changes anything.
func (e *Edit) Put(s zones.RRset) bool {
	owner, old := e.standing(s.Owner, s.Type)
	if len(s.RDATA) == 0 {
		if old.IsZero() {
			return false
		}
		d := e.draft(s.Owner)
		d.put(s.Type, wire.RRset{})
		if s.Type == zones.TypeALIAS {
			d.special.alias = nil
		}
		return true
	}
	set := wire.EncodeRRset(s.Owner, e.zone.Name, s.Type, s.TTL, s.RDATA)
	if owner == s.Owner && set == old {
		return false
	}
	d := e.draft(s.Owner)
	d.owner = s.Owner
	d.put(s.Type, set)
	if s.Type == zones.TypeALIAS {
		d.special.alias = newAlias(s)
	}
	return true
}

// SetSerials sets how the zone's serial advances.
func (e *Edit) SetSerials(m zones.SerialMode) { e.serials = m }

// Steer sets the steered record of an owner; nil removes it.
func (e *Edit) Steer(owner wire.Name, s *Steered) { e.draft(owner).special.steered = s }

// standing is an owner's name and RRset of a type as the edit stands; zero for none.
func (e *Edit) standing(owner wire.Name, typ uint16) (wire.Name, wire.RRset) {
	key := owner.Canonical()
	if d := e.changed[key]; d != nil {
		return d.owner, d.set(typ)
	}
	n := e.zone.Node(key)
	if !n.Exists() {
		return "", wire.RRset{}
	}
	return n.Name(), n.Set(typ)
}

// draft returns the node of an owner as one that may be changed.
func (e *Edit) draft(owner wire.Name) *draft {
	key := owner.Canonical()
	if d := e.changed[key]; d != nil {
		return d
	}
	if !key.IsSubdomainOf(e.zone.Name) {
		panic(fmt.Sprintf("%s is not in zone %s", owner, e.zone.Name))
	}
	d := e.zone.Node(key).draft(owner)
	e.changed[key] = &d
	return &d
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
	updates := make([]update[special], 0, len(e.changed))
	for key, d := range e.changed {
		old := e.zone.Node(key)
		if !d.inTree() && !old.Exists() {
			continue
		}
		u := update[special]{hash: key.Hash(), key: key, remove: !d.inTree()}
		if !u.remove {
			u.value, u.marks, u.more = string(d.appendValue(nil, z.Name)), d.marks(), d.more()
		}
		z.count(old, d)
		updates = append(updates, u)
	}
	z.trimCuts()
	z.nodes = e.zone.nodes.with(updates)
	if d := e.changed[z.Name]; d != nil {
		z.setSOA(d.set(wire.TypeSOA))
	}
	return &z
}

// count keeps the zone's counts where a node becomes another.
func (z *Zone) count(old Node, d *draft) {
	z.countCut(z.cutDepth(d.key, old.Cut() || old.Redirect()), -1)
	z.countCut(z.cutDepth(d.key, d.cuts(z.Name)), 1)
	z.counts.add(old.marks(), -1)
	z.counts.add(d.marks(), 1)
	for s := range old.Sets() {
		z.RRsets, z.Records = z.RRsets-1, z.Records-s.Count()
	}
	for _, s := range d.sets {
		z.RRsets, z.Records = z.RRsets+1, z.Records+s.Count()
	}
}

// settle brings a touched node's ancestors up to date: each counts its children in
// the tree and knows the wildcard below it. It climbs as long as nodes come or go.
func (e *Edit) settle(key wire.Name) {
	for d := e.changed[key]; ; {
		was, is := e.inTree(key), d.inTree()
		e.present[key] = is
		if key == e.zone.Name || was == is {
			return
		}
		name, _ := key.Parent()
		parent := e.draft(name)
		if is {
			parent.children++
		} else {
			parent.children--
		}
		if key.IsWildcard() {
			parent.wildcard = is
		}
		key, d = name, parent
	}
}

// inTree says whether a node is in the tree as the edit stands.
func (e *Edit) inTree(key wire.Name) bool {
	if is, ok := e.present[key]; ok {
		return is
	}
	return e.zone.Node(key).Exists()
}
