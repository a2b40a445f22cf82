package view

import (
	"fmt"
	"strings"
	"testing"

	"meridian/config"
	"meridian/steering"
	"meridian/wire"
	"meridian/zones"
)

// TestExits: a way may leave our zones at each endpoint of a steered record of names, and
// one that goes in circles ends.
func TestExits(t *testing.T) {
	apex := wire.MustParseName("example.")
	e := NewZone(apex).Edit()
	for _, line := range []string{"@ SOA a b 1 2 3 4 5", "@ NS ns.example.net.", "to ALIAS cdn", "out ALIAS lb.example.net. HTTPS A", "own ALIAS ns1", "ns1 A 192.0.2.1", "under ALIAS x.sub A", "sub NS ns.example.net."} {
		s, err := zones.ParseRecord(line, apex, 300)
		if err != nil {
			t.Fatal(err)
		}
		e.Put(s)
	}
	e.Steer(wire.MustParseName("cdn.example."), names("a.example.net.", "again.example.", "a.example.net."))
	e.Steer(wire.MustParseName("again.example."), names("cdn.example.", "b.example.net."))
	z := e.Done()
	v := new(View).With(1, []*Zone{z}, nil)
	for owner, want := range map[string]string{
		"to.example.":    "a.example.net. 1, b.example.net. 1, a.example.net. 28, b.example.net. 28",
		"out.example.":   "lb.example.net. 1, lb.example.net. 65",
		"own.example.":   "",
		"under.example.": "x.sub.example. 1",
	} {
		var got []string
		for _, exit := range v.FindExits(z.Node(wire.MustParseName(owner)).Alias()) {
			got = append(got, fmt.Sprint(exit.Name, " ", exit.Type))
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s leads out at %v, want %s", owner, got, want)
		}
	}
}

// names is a steered record of names.
func names(targets ...string) *Steered {
	settings := config.Steered{Endpoints: map[string]config.Endpoint{}}
	set := &steering.Set{}
	for i, target := range targets {
		name := fmt.Sprint(i)
		settings.Endpoints[name] = config.Endpoint{Name: target}
		set.Endpoints = append(set.Endpoints, steering.NewEndpoint(name, 0, 1, 1))
	}
	skeleton, own := Pack(wire.Root, "\x01x\x00", settings)
	return &Steered{Shape: NewShape(skeleton, []TypeShape{{Type: wire.TypeCNAME, Choice: set}}, nil), Own: own}
}

// TestAliasComesAndGoes: a node is known to have an ALIAS as long as its RRset is there,
// and what it is compiled to stays the same while the record does.
func TestAliasComesAndGoes(t *testing.T) {
	apex := wire.MustParseName("example.")
	put := func(z *Zone, line string) *Zone {
		s, err := zones.ParseRecord(line, apex, 300)
		if err != nil {
			t.Fatal(err)
		}
		e := z.Edit()
		e.Put(s)
		return e.Done()
	}
	owners := func(z *Zone) (n int) {
		for range z.Aliases() {
			n++
		}
		return n
	}
	one := put(NewZone(apex), "a ALIAS b")
	two := put(put(one, "a MX 0 ."), "a ALIAS B")
	a, b := one.Node(wire.MustParseName("a.example.")), two.Node(wire.MustParseName("a.example."))
	if a.Alias() == nil || !a.First().IsZero() || b.First().Type() != wire.TypeMX || owners(two) != 1 {
		t.Errorf("%+v, then %+v", a, b)
	}
	if put(one, "a MX 0 .").Node(a.Name()).Alias() != a.Alias() {
		t.Error("a record beside it made a new ALIAS of it")
	}
	e := two.Edit()
	e.Put(zones.RRset{Owner: a.Name(), Type: TypeALIAS})
	if three := e.Done(); owners(three) != 0 || three.Node(a.Name()).Alias() != nil || owners(two) != 1 {
		t.Errorf("after its removal there are %d", owners(three))
	}
}
