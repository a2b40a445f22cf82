package view

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"meridian/wire"
)

// TestFindIsRFC1034 descends in random zones as the twin does, a label at a time.
func TestFindIsRFC1034(t *testing.T) {
	apex := wire.MustParseName("example.")
	names := treeNames(apex)
	rapid.Check(t, func(t *rapid.T) {
		z := editedZone{NewZone(apex), newSlowZone(apex)}
		for range rapid.IntRange(1, 4).Draw(t, "changes") {
			z.change(t, names)
		}
		nodes := z.slow.nodes()
		var suffixes wire.Suffixes
		for _, name := range names {
			for _, parentSide := range []bool{false, true} {
				suffixes.SetName(name)
				found := z.zone.Find(&suffixes, name.Labels()-1, parentSide)
				node, cut := z.slow.find(nodes, name, parentSide)
				if found.Node != z.zone.nodeOf(node+cut) || found.Hidden != (cut != "") {
					t.Fatalf("%s is found at %+v, want node %s, cut %s", name, found, node, cut)
				}
				if is := node + cut; is != "" && found.Hash != is.Hash() {
					t.Fatalf("%s is found with the hash of another name than %s", name, is)
				}
				if cut != "" && wire.Name(suffixes.At(found.At)) != cut {
					t.Fatalf("%s is cut at suffix %d, want %s", name, found.At, cut)
				}
			}
		}
	})
}

func (z *Zone) nodeOf(name wire.Name) Node {
	if name == "" {
		return Node{}
	}
	return z.Node(name)
}

// TestFindIsRFC4592 takes the zone and the questions of RFC 4592 section 2.2.1.
func TestFindIsRFC4592(t *testing.T) {
	e := NewZone(wire.MustParseName("example.")).Edit()
	for _, owner := range []string{"example.", "*.example.", "sub.*.example.", "host1.example.", "_ssh._tcp.host1.example.", "_ssh._tcp.host2.example."} {
		e.Put(rrset(owner, wire.TypeA, "\xc0\x00\x02\x01"))
	}
	e.Put(rrset("subdel.example.", wire.TypeNS, "\x02ns\x07example\x03com\x00"))
	z := e.Done()
	for name, want := range map[string]string{
		"host3.example.":              "*.example.",
		"foo.bar.example.":            "*.example.",
		"host1.example.":              "host1.example.",
		"sub.*.example.":              "sub.*.example.",
		"*.example.":                  "*.example.",
		"_telnet._tcp.host1.example.": "none",
		"host.subdel.example.":        "cut subdel.example.",
		"ghost.*.example.":            "none",
		"_tcp.host2.example.":         "_tcp.host2.example.", // an empty non-terminal
		"host2.example.":              "host2.example.",
	} {
		var s wire.Suffixes
		n := wire.MustParseName(name)
		s.SetName(n)
		got := "none"
		switch found := z.Find(&s, n.Labels()-1, false); {
		case found.Hidden:
			got = "cut " + found.Node.Name().String()
		case found.Node.Exists():
			got = found.Node.Name().String()
		}
		if got != want {
			t.Errorf("%s leads to %s, want %s", name, got, want)
		}
	}
}

// TestZonesComeAndGo puts in and removes zones at random; the longest apex is found as
// by looking at all of them, and views before answer as they did.
func TestZonesComeAndGo(t *testing.T) {
	names := append(treeNames(wire.Root), wire.MustParseName("a.b.c.d.e.f.example."))
	rapid.Check(t, func(t *rapid.T) {
		v, before := &View{}, &View{}
		here, hereBefore := map[wire.Name]*Zone{}, map[wire.Name]*Zone{}
		t.Repeat(map[string]func(*rapid.T){
			"change": func(t *rapid.T) {
				before, hereBefore = v, map[wire.Name]*Zone{}
				for name, z := range here {
					hereBefore[name] = z
				}
				var put []*Zone
				var remove []wire.Name
				for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(names), 0, 5, func(n wire.Name) wire.Name { return n }).Draw(t, "zones") {
					if rapid.Bool().Draw(t, "put") {
						z := NewZone(name)
						put, here[name] = append(put, z), z
					} else {
						remove = append(remove, name)
						delete(here, name)
					}
				}
				v = v.With(v.Revision+1, put, remove)
			},
			"": func(t *rapid.T) {
				checkZones(t, v, here, names)
				checkZones(t, before, hereBefore, names)
			},
		})
	})
}

func checkZones(t *rapid.T, v *View, here map[wire.Name]*Zone, names []wire.Name) {
	if all := slices.Collect(v.Zones()); len(all) != len(here) || v.Len() != len(here) {
		t.Fatalf("%d zones, want %d", len(all), len(here))
	}
	var s wire.Suffixes
	for _, name := range names {
		if v.Zone(name) != here[name] {
			t.Fatalf("%s is %p, want %p", name, v.Zone(name), here[name])
		}
		for from := range min(2, name.Labels()+1) {
			var want *Zone
			rest := name
			for range from {
				rest, _ = rest.Parent()
			}
			for rest != "" && want == nil {
				want = here[rest]
				rest, _ = rest.Parent()
			}
			s.SetName(name)
			got, at := v.FindZone(&s, from)
			if got != want || got != nil && wire.Name(s.At(at)) != got.Name {
				t.Fatalf("%s from suffix %d is in zone %v at %d, want %v", name, from, got, at, want)
			}
		}
	}
}

// TestGlue finds the node of an NS target in the zone, also below a cut.
func TestGlue(t *testing.T) {
	e := NewZone(wire.MustParseName("example.")).Edit()
	e.Put(rrset("sub.example.", wire.TypeNS, "\x02ns\x03sub\x07example\x00"))
	e.Put(rrset("ns.sub.example.", wire.TypeA, "\xc0\x00\x02\x01"))
	z := e.Done()
	target := z.Node(wire.MustParseName("sub.example.")).Set(wire.TypeNS).Target()
	if n := z.GlueNode(target); !n.Exists() || n.Set(wire.TypeA).IsZero() {
		t.Errorf("the glue is %v", n)
	}
}

// BenchmarkFind is the descent alone, by the size of the zone and what is found.
func BenchmarkFind(b *testing.B) {
	for _, size := range []int{10, 1000, 100000} {
		e := NewZone(wire.MustParseName("example.")).Edit()
		for i := range size {
			e.Put(rrset(fmt.Sprintf("h%d.eu.example.", i), wire.TypeA, "\xc0\x00\x02\x01"))
		}
		e.Put(rrset("*.wild.example.", wire.TypeA, "\xc0\x00\x02\x01"))
		e.Put(rrset("sub.example.", wire.TypeNS, "\x02ns\x07example\x03com\x00"))
		z := e.Done()
		v := new(View).With(1, []*Zone{z}, nil)
		for _, name := range []string{"h7.eu.example.", "no.eu.example.", "x.wild.example.", "x.sub.example."} {
			b.Run(fmt.Sprintf("names=%d/%s", size, name), func(b *testing.B) {
				var s wire.Suffixes
				octets := []byte(wire.MustParseName(name))
				for b.Loop() {
					s.Set(octets)
					zone, at := v.FindZone(&s, 0)
					zone.Find(&s, at, false)
				}
			})
		}
	}
}

// BenchmarkEditOne is one record changed in a zone of many names.
func BenchmarkEditOne(b *testing.B) {
	for _, size := range []int{1000, 100000} {
		e := NewZone(wire.MustParseName("example.")).Edit()
		for i := range size {
			e.Put(rrset(fmt.Sprintf("h%d.example.", i), wire.TypeA, "\xc0\x00\x02\x01"))
		}
		z := e.Done()
		b.Run(fmt.Sprintf("names=%d", size), func(b *testing.B) {
			i := 0
			for b.Loop() {
				i++
				e := z.Edit()
				e.Put(rrset("h7.example.", wire.TypeA, string([]byte{192, 0, 2, byte(i)})))
				z = e.Done()
			}
		})
	}
}
