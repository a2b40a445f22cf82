package view

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"meridian/wire"
	"meridian/zones"
)

// editedZone is a zone beside its twin.
type editedZone struct {
	zone *Zone
	slow *slowZone
}

// change makes one edit of both, of a few operations.
func (z *editedZone) change(t *rapid.T, names []wire.Name) {
	e, slow := z.zone.Edit(), z.slow.clone()
	for range rapid.IntRange(1, 6).Draw(t, "operations") {
		owner := rapid.SampledFrom(names).Draw(t, "owner")
		if rapid.IntRange(0, 4).Draw(t, "kind") == 0 {
			var s *Steered
			if rapid.Bool().Draw(t, "steer") {
				s = &Steered{}
			}
			e.Steer(owner, s)
			slow.steer(owner, s)
			continue
		}
		s := drawRRset(t, z.zone.Name, owner)
		if got, want := e.Put(s), slow.put(s); got != want {
			t.Fatalf("putting %s with %d RDATA changes something: %v, want %v", s.Key(), len(s.RDATA), got, want)
		}
	}
	z.zone, z.slow = e.Done(), slow
}

// check compares the zone with its twin in all that can be told of it.
func (z *editedZone) check(t *rapid.T) {
	want := z.slow.nodes()
	if z.zone.Len() != len(want) {
		t.Fatalf("%d nodes, want %d", z.zone.Len(), len(want))
	}
	var cutsAt [8]int32
	for name, w := range want {
		n := z.zone.Node(name)
		if !n.Exists() {
			t.Fatalf("there is no node %s", name)
		}
		got := slowNode{describeNode(n, z.zone.Name), n.Steered(), int(n.children()), n.flag(flagWildcard), n.Cut(), n.Redirect()}
		if got != *w || n.HasChildren() != (w.children > 0) {
			t.Fatalf("%s is %+v, want %+v", name, got, *w)
		}
		if w.cut || w.redirect {
			cutsAt[name.Labels()-z.zone.Name.Labels()]++
		}
	}
	for depth := range cutsAt {
		if z.zone.cutAt(depth) != (cutsAt[depth] > 0) {
			t.Fatalf("depth %d has cuts: %v, want %d", depth, z.zone.cutAt(depth), cutsAt[depth])
		}
	}
	if n := len(z.zone.cutsAt); n > 0 && cutsAt[n-1] == 0 {
		t.Fatalf("cuts are looked for down to depth %d, where there are none", n-1)
	}
	var steered []wire.Name
	for n := range z.zone.Steered() {
		steered = append(steered, n.Canonical())
	}
	slices.Sort(steered)
	if want := slices.Sorted(maps.Keys(z.slow.steered)); !slices.Equal(steered, want) || z.zone.CountSteered() != len(want) {
		t.Fatalf("steered owners are %v, want %v", steered, want)
	}
	records := 0
	for _, s := range z.slow.sets {
		records += len(s.RDATA)
	}
	if z.zone.RRsets != len(z.slow.sets) || z.zone.Records != records {
		t.Fatalf("%d RRsets with %d records are counted, want %d with %d", z.zone.RRsets, z.zone.Records, len(z.slow.sets), records)
	}
	z.checkNegative(t)
}

// checkNegative: the SOA of negative answers has the lower of its TTL and its minimum.
func (z *editedZone) checkNegative(t *rapid.T) {
	soa, ok := z.slow.sets[zones.Key{Owner: z.zone.Name, Type: wire.TypeSOA}]
	if z.zone.Loaded() != ok {
		t.Fatalf("loaded: %v, want %v", z.zone.Loaded(), ok)
	}
	if ok && (z.zone.Negative.TTL() != soa.NegativeTTL() || string(z.zone.Negative.RDATA(z.zone.Name)[0]) != string(soa.RDATA[0])) {
		t.Fatalf("the SOA of negative answers has TTL %d, RDATA %q", z.zone.Negative.TTL(), z.zone.Negative.RDATA(z.zone.Name))
	}
}

func describeNode(n Node, apex wire.Name) string {
	var b []byte
	for s := range n.Sets() {
		b = describeSet(b, s.Type(), s.TTL(), s.RDATA(apex))
	}
	return string(b)
}

// TestEditIsRebuilding changes a zone step by step; it is always what its twin works out
// from scratch, and the zones before stay as they were.
func TestEditIsRebuilding(t *testing.T) {
	apex := wire.MustParseName("example.")
	names := treeNames(apex)
	rapid.Check(t, func(t *rapid.T) {
		z := editedZone{NewZone(apex), newSlowZone(apex)}
		var before editedZone
		t.Repeat(map[string]func(*rapid.T){
			"change": func(t *rapid.T) { before = z; z.change(t, names) },
			"": func(t *rapid.T) {
				z.check(t)
				if before.zone != nil {
					before.check(t)
				}
			},
		})
	})
}

// rrset is one record of 60 seconds.
func rrset(owner string, typ uint16, rdata string) zones.RRset {
	return zones.RRset{Owner: wire.MustParseName(owner), Type: typ, TTL: 60, RDATA: [][]byte{[]byte(rdata)}}
}

// TestEmptyNonTerminals: names between an owner and the apex come and go with it.
func TestEmptyNonTerminals(t *testing.T) {
	e := NewZone(wire.MustParseName("Example.")).Edit()
	e.Put(rrset("a.b.c.example.", wire.TypeA, "\xc0\x00\x02\x01"))
	z := e.Done()
	if z.Len() != 4 || !z.Node(wire.MustParseName("b.c.example.")).Exists() || !z.Node(z.Name).HasChildren() {
		t.Errorf("%d nodes", z.Len())
	}
	e = z.Edit()
	e.Put(zones.RRset{Owner: wire.MustParseName("a.b.c.example."), Type: wire.TypeA})
	if empty := e.Done(); empty.Len() != 0 {
		t.Errorf("%d nodes are left", empty.Len())
	}
}

// TestLetterCase: owners are found in any case and keep the one they were last given.
func TestLetterCase(t *testing.T) {
	e := NewZone(wire.MustParseName("example.")).Edit()
	e.Put(rrset("Www.Example.", wire.TypeA, "\xc0\x00\x02\x01"))
	z := e.Done()
	n := z.Node(wire.MustParseName("www.example."))
	if !n.Exists() || n.Name().String() != "Www.Example." {
		t.Fatalf("got %v", n)
	}
	e = z.Edit()
	if !e.Put(rrset("WWW.example.", wire.TypeA, "\xc0\x00\x02\x01")) {
		t.Error("another case of the owner is no change")
	}
	if z = e.Done(); z.Len() != 2 || z.Node(n.Canonical()).Name().String() != "WWW.example." || n.Name().String() != "Www.Example." {
		t.Errorf("%d nodes, now %s, before %s", z.Len(), z.Node(n.Canonical()).Name(), n.Name())
	}
}

func TestOwnerOutOfTheZonePanics(t *testing.T) {
	defer func() {
		if got := fmt.Sprint(recover()); got != "www.other. is not in zone example." {
			t.Error(got)
		}
	}()
	NewZone(wire.MustParseName("example.")).Edit().Put(rrset("www.other.", wire.TypeA, "\xc0\x00\x02\x01"))
}

func TestSerialMode(t *testing.T) {
	z := NewZone(wire.MustParseName("example."))
	e := z.Edit()
	e.SetSerials(zones.Increment)
	if next := e.Done(); next.Serials != zones.Increment || next.Edit().Done().Serials != zones.Increment || z.Serials == zones.Increment {
		t.Errorf("serials %v, then %v", z.Serials, next.Serials)
	}
}
