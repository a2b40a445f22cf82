package answer

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"meridian/view"
	"meridian/wire"
	"meridian/zones"
)

// TestEveryTypeOnTheWire: records of every type that miekg/dns knows go from a zone file
// through a view and the wire back to what the file says, over TCP since some are long.
// The file has a name for each type, and types that nobody knows.
// Unknown types are TYPEnnn with RDATA in hexadecimal, in and out (RFC 3597 section 5).
func TestEveryTypeOnTheWire(t *testing.T) {
	data, err := os.ReadFile("testdata/types.zone")
	if err != nil {
		t.Fatal(err)
	}
	contents, problems := zones.Parse("types.zone", data, wire.MustParseName("types.example."), nil, zones.ReadOptions{})
	if problems.Err() != nil {
		t.Fatal(problems)
	}
	e := view.NewZone(contents.Name).Edit()
	for s := range contents.All() {
		e.Put(s)
	}
	w := &world{}
	w.shared.SetView(new(view.View).With(1, []*view.Zone{e.Done()}, nil))
	seen := map[uint16]bool{}
	for s := range contents.All() {
		owner := s.Owner.Canonical()
		if s.Type == wire.TypeNS && owner != contents.Name {
			continue // a referral
		}
		seen[s.Type] = true
		q := new(dns.Msg).SetQuestion(s.Owner.String(), s.Type)
		packet, err := q.Pack()
		if err != nil {
			t.Fatal(err)
		}
		r := NewResponder(&w.shared, Settings{})
		m := r.ask(t, asked{packet: packet, msg: q, client: parseDig(t, "www.example.com. A").client}, TCP)
		if m.Rcode != dns.RcodeSuccess || !m.Authoritative {
			t.Errorf("%s is answered with\n%s", s.Key(), show(m))
			continue
		}
		back, err := zones.FromRRs(m.Answer)
		if err != nil || len(back) != 1 {
			t.Errorf("%s: %v, %d RRsets in the answer", s.Key(), err, len(back))
			continue
		}
		if diff := cmp.Diff(s.Data(), back[0].Data()); diff != "" || back[0].TTL != s.TTL || back[0].Owner != s.Owner {
			t.Errorf("%s (-file +wire):\n%s", s.Key(), diff)
		}
	}
	for typ, name := range dns.TypeToString {
		if _, err := zones.ParseType(name); err == nil && !seen[typ] && dns.TypeToRR[typ] != nil && typ != dns.TypeANY {
			t.Errorf("the file has no record of type %s", name)
		}
	}
}
