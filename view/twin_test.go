package view

// The slow readable twin of a zone: what is in it, by key, from which the whole tree is
// worked out anew whenever it is asked for.

import (
	"encoding/binary"
	"maps"
	"slices"

	"pgregory.net/rapid"

	"meridian/wire"
	"meridian/zones"
)

type slowZone struct {
	apex    wire.Name
	sets    map[zones.Key]zones.RRset
	steered map[wire.Name]*Steered
}

func newSlowZone(apex wire.Name) *slowZone {
	return &slowZone{apex: apex, sets: map[zones.Key]zones.RRset{}, steered: map[wire.Name]*Steered{}}
}

func (z *slowZone) clone() *slowZone {
	return &slowZone{z.apex, maps.Clone(z.sets), maps.Clone(z.steered)}
}

// put is Edit.Put.
func (z *slowZone) put(s zones.RRset) (changes bool) {
	old, there := z.sets[s.Key()]
	if len(s.RDATA) == 0 {
		delete(z.sets, s.Key())
		return there
	}
	z.sets[s.Key()] = s
	return !there || old.TTL != s.TTL || !slices.EqualFunc(old.RDATA, s.RDATA, slices.Equal[[]byte])
}

// steer is Edit.Steer.
func (z *slowZone) steer(owner wire.Name, s *Steered) {
	if delete(z.steered, owner); s != nil {
		z.steered[owner] = s
	}
}

// has says whether a type's RRset stands at a name.
func (z *slowZone) has(n wire.Name, typ uint16) bool {
	_, ok := z.sets[zones.Key{Owner: n, Type: typ}]
	return ok
}

// slowNode is all that can be told of a node.
type slowNode struct {
	sets          string // types, TTLs and RDATA in the order of types
	steered       *Steered
	children      int
	wildcard      bool // there is a node * below it
	cut, redirect bool
}

// nodes works out the tree: every owner name, and every name between one and the apex
// (RFC 4592 section 2.2.2).
func (z *slowZone) nodes() map[wire.Name]*slowNode {
	nodes := map[wire.Name]*slowNode{}
	exists := func(n wire.Name) {
		for ; nodes[n] == nil; n, _ = n.Parent() {
			nodes[n] = &slowNode{}
			if n == z.apex {
				return
			}
		}
	}
	for key := range z.sets {
		exists(key.Owner)
	}
	for owner := range z.steered {
		exists(owner)
	}
	for name, n := range nodes {
		n.sets, n.steered = z.describe(name), z.steered[name]
		n.cut, n.redirect = name != z.apex && z.has(name, wire.TypeNS), z.has(name, wire.TypeDNAME)
		if parent, _ := name.Parent(); name != z.apex {
			nodes[parent].children++
			nodes[parent].wildcard = nodes[parent].wildcard || name.IsWildcard()
		}
	}
	return nodes
}

// describe is a name's RRsets as octets.
func (z *slowZone) describe(name wire.Name) string {
	var sets []zones.RRset
	for key, s := range z.sets {
		if key.Owner == name {
			sets = append(sets, s)
		}
	}
	slices.SortFunc(sets, func(a, b zones.RRset) int { return int(a.Type) - int(b.Type) })
	var b []byte
	for _, s := range sets {
		b = describeSet(b, s.Type, s.TTL, s.RDATA)
	}
	return string(b)
}

func describeSet(b []byte, typ uint16, ttl uint32, rdata [][]byte) []byte {
	b = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint16(b, typ), ttl)
	return append(b, slices.Concat(rdata...)...)
}

// find is Zone.Find, a label at a time from the apex down (RFC 1034 section 4.3.2 step
// 3, RFC 6672 section 3.2, RFC 4592 section 4.1): it returns the node's name or the
// cut's, or neither.
func (z *slowZone) find(nodes map[wire.Name]*slowNode, name wire.Name, parentSide bool) (node, cut wire.Name) {
	way := []wire.Name{name}
	for n := name; n != z.apex; way = append(way, n) {
		n, _ = n.Parent()
	}
	slices.Reverse(way) // from the apex to the name
	var encloser wire.Name
	for _, n := range way {
		if encloser != "" && nodes[encloser].redirect {
			return "", encloser
		}
		at := nodes[n]
		if at == nil {
			if nodes[encloser] != nil && nodes[encloser].wildcard {
				return "\x01*" + encloser, ""
			}
			return "", ""
		}
		if at.cut && !(n == name && parentSide) {
			return "", n
		}
		encloser = n
	}
	return name, ""
}

// treeNames are few names, so that they come again, deep, with wildcards in all places.
func treeNames(apex wire.Name) []wire.Name {
	names := []wire.Name{apex}
	for from := 0; from < 1+3+9+27; from++ {
		for _, label := range []wire.Name{"\x01*", "\x01a", "\x01b"} {
			names = append(names, label+names[from])
		}
	}
	return names
}

// drawRRset draws an RRset for an owner, or (without RDATA) its removal.
func drawRRset(t *rapid.T, apex, owner wire.Name) zones.RRset {
	types := []uint16{wire.TypeA, wire.TypeNS, wire.TypeDNAME, wire.TypeMX}
	if owner == apex {
		types = append(types, wire.TypeSOA, wire.TypeSOA)
	}
	s := zones.RRset{Owner: owner, Type: rapid.SampledFrom(types).Draw(t, "type"), TTL: rapid.Uint32Range(1, 3).Draw(t, "TTL")}
	x := rapid.ByteRange(1, 3).Draw(t, "value")
	target := []byte("\x01a" + string(apex))
	switch {
	case rapid.Bool().Draw(t, "remove"):
	case s.Type == wire.TypeA:
		s.RDATA = [][]byte{{192, 0, 2, x}}
	case s.Type == wire.TypeMX:
		s.RDATA = [][]byte{append([]byte{0, x}, target...)}
	case s.Type == wire.TypeSOA:
		s.RDATA = [][]byte{slices.Concat(target, target, []byte{0, 0, 0, x, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, x})}
	default:
		s.RDATA = [][]byte{target, []byte("\x00")}[:1]
	}
	return s
}
