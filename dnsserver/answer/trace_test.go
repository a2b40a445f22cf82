package answer

import (
	"bytes"
	"slices"
	"testing"

	"meridian/view"
	"meridian/wire"
	"meridian/zones"
)

func TestTraceChangesNoAnswer(t *testing.T) {
	eachKind(t, func(name string, r *Responder, a asked) {
		from := Arrival{Client: a.client, Over: a.over}
		plain, traced := make([]byte, wire.MaxUDPSize), make([]byte, wire.MaxUDPSize)
		n := r.Answer(plain, a.packet, from)
		r.Trace(&Trace{})
		if m := r.Answer(traced, a.packet, from); !bytes.Equal(traced[:m], plain[:n]) {
			t.Errorf("%s is answered with\n%x\ntraced with\n%x", name, plain[:n], traced[:m])
		}
	})
}

// TestTrace holds the ways that end an answer against what is asked.
func TestTrace(t *testing.T) {
	w := withAliases(t)
	v := w.shared.View()
	e := v.Zone(wire.MustParseName("example.com.")).Edit()
	e.Steer(wire.MustParseName("faulty.example.com."), &view.Steered{Shape: &view.Shape{Faulty: []uint16{wire.TypeA}}})
	for _, line := range []string{"a1 CNAME a2", "a2 CNAME a3", "a3 CNAME a4", "a4 CNAME a5", "a5 CNAME a6", "a6 CNAME a7", "a7 CNAME a8", "a8 CNAME a9", "a9 CNAME a10", "tofaulty ALIAS faulty A"} {
		s, err := zones.ParseRecord(line, "\x07example\x03com\x00", 300)
		if err != nil {
			t.Fatal(err)
		}
		e.Put(s)
	}
	w.shared.SetView(v.With(2, []*view.Zone{e.Done()}, nil))
	links := slices.Repeat([]Way{ByCNAME}, 9)
	for _, c := range []struct {
		dig  string
		ways []Way
	}{
		{"www.example.com. A", []Way{Static}},
		{"www.example.com. ANY", []Way{Static}},
		{"share.example.com. ANY", []Way{Steered}},
		{"tostatic.example.com. ANY", []Way{ByALIAS, Static}},
		{"tostatic.example.com. TYPE65534", []Way{NoData}},
		{"www.example.com. AXFR", nil},
		{"version.bind. TXT -c CH", nil},
		{"www.example.org.net. A", []Way{NoZone}},
		{"www.loading.example. A", []Way{NotLoaded}},
		{"www.sub.example.com. A", []Way{Referral}},
		{"no-such-name.example.com. A", []Way{NoName}},
		{"er.ent.example.com. A", []Way{NoData}},
		{"loop1.example.com. A", []Way{ByCNAME, ByCNAME, Passed}},
		{"12345678901234567890123456789012345678901234567890123.toolong.example.com. A", []Way{TooLong}},
		{"geo.old.example.com. A", []Way{ByDNAME, Steered}},
		{"geo.old.example.com. A +subnet=11.1.2.0/24", []Way{ByDNAME, Withheld}},
		{"a1.example.com. A", append(links, TooMany)},
		{"faulty.example.com. A", []Way{Faulty}},
		{"tofaulty.example.com. A", []Way{ByALIAS, Faulty}},
		{"toloading.example.com. A", []Way{ByALIAS, NotLoaded}},
		{"tochild.example.com. A", []Way{ByALIAS, Outside}},
		{"tonothing.example.com. A", []Way{ByALIAS, NoName}},
		{"toent.example.com. A", []Way{ByALIAS, NoData}},
		{"hopgeo.example.com. A", []Way{ByCNAME, ByALIAS, Steered}},
		{"hopgeo.example.com. A +subnet=11.1.2.0/24", []Way{ByCNAME, ByALIAS, Withheld}},
		{"toold.example.com. A", []Way{ByALIAS, ByDNAME, Static}},
	} {
		r := NewResponder(&w.shared, Settings{})
		var trace Trace
		r.Trace(&trace)
		m := r.ask(t, parseDig(t, c.dig), UDP)
		var ways []Way
		for _, s := range trace.Steps {
			ways = append(ways, s.Way)
			if (s.Way == Steered) != (s.Decision != nil) {
				t.Errorf("%s: the step %d at %s has the decision %v", c.dig, s.Way, s.Name, s.Decision)
			}
		}
		if !slices.Equal(ways, c.ways) {
			t.Errorf("%s: the ways are %v, want %v; the answer is\n%s", c.dig, ways, c.ways, show(m))
		}
	}
}
