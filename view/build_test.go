package view

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"meridian/wire"
	"meridian/zones"
)

// build makes a zone of its RRsets in some parts.
func build(apex wire.Name, nodes [][]zones.RRset, parts int) *Zone {
	b := NewBuilder(apex)
	var all []*Part
	for range parts {
		all = append(all, b.Part())
	}
	for i, sets := range nodes {
		slices.SortFunc(sets, func(a, b zones.RRset) int { return int(a.Type) - int(b.Type) })
		all[i%parts].Add(sets)
	}
	return b.Done()
}

// TestBuildingIsEditing builds random zones whole; they are what the twin works out, and
// can be edited further.
func TestBuildingIsEditing(t *testing.T) {
	apex := wire.MustParseName("example.")
	names := treeNames(apex)
	rapid.Check(t, func(t *rapid.T) {
		slow := newSlowZone(apex)
		nodes := map[wire.Name][]zones.RRset{}
		for range rapid.IntRange(0, 20).Draw(t, "RRsets") {
			s := drawRRset(t, apex, rapid.SampledFrom(names).Draw(t, "owner"))
			if _, there := slow.sets[s.Key()]; there || len(s.RDATA) == 0 {
				continue
			}
			slow.put(s)
			nodes[s.Owner] = append(nodes[s.Owner], s)
		}
		var list [][]zones.RRset
		for _, name := range names { // a parent before its children, or behind them
			if sets := nodes[name]; sets != nil {
				list = append(list, sets)
			}
		}
		if rapid.Bool().Draw(t, "children first") {
			slices.Reverse(list)
		}
		z := editedZone{build(apex, list, rapid.IntRange(1, 3).Draw(t, "parts")), slow}
		z.check(t)
		z.change(t, names)
		z.check(t)
	})
}

// TestBuildLarge: many names in many shards, empty non-terminals among them, and names in
// capital letters.
func TestBuildLarge(t *testing.T) {
	apex := wire.MustParseName("example.")
	var nodes [][]zones.RRset
	e := NewZone(apex).Edit()
	for i := range 30000 {
		s := rrset(fmt.Sprintf("N%d.b%d.example.", i, i%5000), wire.TypeA, "\xc0\x00\x02\x01")
		e.Put(s)
		nodes = append(nodes, []zones.RRset{s})
	}
	built, edited := build(apex, nodes, 2), e.Done()
	if built.Len() != edited.Len() || built.Len() != 30000+5000+1 || built.Records != 30000 {
		t.Fatalf("%d nodes, or %d", built.Len(), edited.Len())
	}
	for want := range edited.Nodes() {
		if got := built.Node(want.Canonical()); !got.Exists() || got.e.record != want.e.record {
			t.Fatalf("%s is %q, want %q", want.Name(), got.e.record, want.e.record)
		}
	}
}

// BenchmarkBuild makes a zone of a million names.
func BenchmarkBuild(b *testing.B) {
	nodes := make([][]zones.RRset, 1_000_000)
	for i := range nodes {
		nodes[i] = []zones.RRset{rrset(fmt.Sprintf("n%d.example.", i), wire.TypeA, "\xc0\x00\x02\x01")}
	}
	for b.Loop() {
		build(wire.MustParseName("example."), nodes, 1)
	}
}
