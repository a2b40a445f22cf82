package explain_test

// An explanation says what the wire says: whatever is asked, whoever asks, and whatever
// health and operators say, be it that they change their minds while it is made.

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/miekg/dns"
	"pgregory.net/rapid"

	"meridian/config"
	"meridian/control"
	"meridian/dnsserver/answer"
	"meridian/explain"
	"meridian/steering"
	"meridian/wire"
)

var names = []string{
	"geo.example.com.", "cdn.example.com.", "a.wild.example.com.", "*.wild.example.com.", "b.a.wild.example.com.", "twice.example.com.", "TO-GEO.example.com.",
	"to-www.example.com.", "away.example.com.", "loop.example.com.", "geo.old.example.com.", "x.old.example.com.", "b.grow.example.com.",
	"a-geo.example.com.", "a-cdn.example.com.", "a-out.example.com.", "a-two.example.com.", "a-nil.example.com.",
	"example.com.", "child.example.com.", "ns.child.example.com.", "x.sub.example.com.", "nobody.example.com.", "example.org.", "empty.example.",
}

var types = []uint16{wire.TypeA, wire.TypeAAAA, wire.TypeHTTPS, wire.TypeCNAME, wire.TypeDS, wire.TypeMX, wire.TypeANY}

var clients = []string{
	"20.1.0.0/16", "20.200.1.0/24", "20.0.0.0/8", "30.9.1.0/24", "30.0.0.0/8", "30.1.2.3/32", "99.0.0.0/24", "0.0.0.0/0", "128.0.0.0/1",
	"2a00:1::/48", "2a00::/20", "::/0", "2600::/32", "::ffff:20.1.2.0/120", "64:ff9b::1e01:0/112",
}

// drawHealth has the second address down at times: every endpoint that is up has one that is.
func drawHealth(t *rapid.T, label string) steering.Health {
	state := rapid.SampledFrom([]steering.State{steering.Up, steering.Up, steering.Down, steering.New}).Draw(t, label)
	return steering.NewHealth(state, steering.ReasonProbed, 0, rapid.SampledFrom([]uint16{0, 0b10}).Draw(t, label+": addresses down"), uint32(rapid.IntRange(0, 3).Draw(t, label+": last down")))
}

func drawOverrides(t *rapid.T) control.Change {
	c := control.Change{Overrides: map[control.OverrideKey]*config.Override{}}
	for _, key := range []control.OverrideKey{
		{Region: "us"}, {Region: "ap"}, {Zone: apex, Owner: name("geo.example.com."), Endpoint: "eu"}, {Zone: apex, Owner: name("*.wild.example.com."), Endpoint: "ap"},
	} {
		c.Overrides[key] = rapid.SampledFrom([]*config.Override{
			nil, nil, {Drain: 0.5}, {Drain: 1}, {Force: config.ForceUp}, {Force: config.ForceDown},
		}).Draw(t, fmt.Sprintf("override of %s%s", key.Region, key.Endpoint))
	}
	return c
}

func TestExplanationIsWhatTheWireSays(t *testing.T) {
	w := newWorld(t)
	words := w.words()
	rapid.Check(t, func(rt *rapid.T) {
		w.commit(t, drawOverrides(rt))
		for i, word := range words {
			word.Store(drawHealth(rt, fmt.Sprintf("word %d", i)))
		}
		for range 10 {
			qname, qtype := rapid.SampledFrom(names).Draw(rt, "name"), rapid.SampledFrom(types).Draw(rt, "type")
			client := rapid.SampledFrom(clients).Draw(rt, "client")
			e := w.explain(t, qname, qtype, client)
			subnet, alone := w.ask(t, qname, qtype, client, true), w.ask(t, qname, qtype, client, false)
			if got := said(e.Answer); got != subnet {
				rt.Fatalf("%s %d for %s is explained as\n%s\nthe wire says\n%s", qname, qtype, client, got, subnet)
			}
			if (e.NoSubnet != nil) != (subnet != alone) || e.NoSubnet != nil && said(e.NoSubnet.Answer) != alone {
				rt.Fatalf("without a subnet the wire says\n%s\nthe explanation is\n%s", alone, e)
			}
			if fault := w.faultOf(e); fault != "" {
				rt.Fatalf("%s:\n%s", fault, e)
			}
		}
	})
}

func TestExplanationIsOfOneInstant(t *testing.T) {
	w := newWorld(t)
	words := w.words()
	done := make(chan bool)
	var flipping sync.WaitGroup
	flipping.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			default:
				word := words[i*7%len(words)]
				word.Store(steering.NewHealth(steering.State(i/len(words)%3), steering.ReasonProbed, 0, 0, uint32(i)))
			}
		}
	})
	defer flipping.Wait()
	defer close(done)
	for i := range 3000 {
		e := w.explain(t, names[i%3], []uint16{wire.TypeA, wire.TypeAAAA}[i%2], clients[i%len(clients)])
		if fault := w.faultOf(e); fault != "" {
			t.Fatalf("%s:\n%s", fault, e)
		}
	}
}

// said is a response code and the answer section.
func said(a explain.Answer) string { return a.Rcode + "\n" + strings.Join(a.Records, "\n") }

// ask asks as on the wire, from the client's first address.
func (w *world) ask(t testing.TB, qname string, qtype uint16, client string, subnet bool) string {
	t.Helper()
	p := netip.MustParsePrefix(client)
	m := new(dns.Msg).SetQuestion(name(qname).String(), qtype)
	m.SetEdns0(1232, false)
	if subnet {
		o := &dns.EDNS0_SUBNET{Code: dns.EDNS0SUBNET, Family: 1, SourceNetmask: uint8(p.Bits()), Address: p.Addr().AsSlice()}
		if p.Addr().Is6() {
			o.Family = 2
		}
		m.IsEdns0().Option = append(m.IsEdns0().Option, o)
	}
	packet, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	var shared answer.Shared
	shared.SetView(w.control.State().View)
	buf := make([]byte, wire.MaxTCPSize)
	n := answer.NewResponder(&shared, answer.Settings{}).Answer(buf, packet, answer.Arrival{Client: p.Addr(), Over: answer.TCP})
	var reply dns.Msg
	if err := reply.Unpack(buf[:n]); err != nil {
		t.Fatal(err)
	}
	a := explain.Answer{Rcode: dns.RcodeToString[reply.Rcode]}
	for _, rr := range reply.Answer {
		a.Records = append(a.Records, strings.ReplaceAll(rr.String(), "\t", " "))
	}
	return said(a)
}

// faultOf says where an explanation contradicts itself, "" where it doesn't.
func (w *world) faultOf(e *explain.Explanation) string {
	faults := w.faults(e.Answer, e.Steps, !strings.HasSuffix(e.Client, "/0"))
	if e.NoSubnet != nil {
		faults = append(faults, w.faults(e.NoSubnet.Answer, e.NoSubnet.Steps, false)...)
	}
	return strings.Join(faults, "; ")
}

// faults holds an answer against the steps: what was chosen is what was answered, and the
// other way round; and the scope is the longest of all that was used.
func (w *world) faults(a explain.Answer, steps []explain.Step, scoped bool) (faults []string) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	answered := map[string]bool{} // addresses and names
	for _, r := range a.Records {
		for _, word := range strings.FieldsFunc(r, func(c rune) bool { return strings.ContainsRune(` ",=`, c) }) {
			answered[word] = true
		}
	}
	scope, given := uint8(0), map[string]bool{}
	for i, step := range steps {
		s := step.Steering
		if s == nil {
			continue
		}
		scope = max(scope, s.Scope, s.Granule)
		owner := step.Owner
		if owner == "" {
			owner = step.Name
		}
		record, ok := w.control.State().SteeredRecord(name(step.Zone), name(owner).Canonical())
		if !ok {
			fault("there is no steered record %s", owner)
		}
		some := false
		for _, value := range valuesOf(record, s) {
			given[value] = true
			// An ALIAS has no CNAME in the answer: there the next step is what was chosen.
			some = some || answered[value] || i+1 < len(steps) && steps[i+1].Name == value
		}
		if !some {
			fault("nothing of what was chosen at %s is in the answer", owner)
		}
		chosen := slices.IndexFunc(s.Endpoints, func(e explain.Endpoint) bool { return e.Chosen })
		if s.From != "fallback" && (chosen < 0 || !s.Endpoints[chosen].Candidate) || s.From == "up" && !s.Endpoints[chosen].Up {
			fault("at %s the chosen endpoint is no candidate", owner)
		}
		up := 0
		for _, e := range s.Endpoints {
			if e.Up {
				up++
			}
		}
		if up != s.Up {
			fault("%d endpoints are up, and %d say so", s.Up, up)
		}
	}
	for _, node := range w.control.State().Steered() {
		record := node.Steered().Settings().WithDefaults()
		for _, e := range record.Endpoints {
			for _, addr := range e.Addresses {
				if answered[addr.String()] && !given[addr.String()] {
					fault("%s is answered and was not chosen", addr)
				}
			}
		}
	}
	if scoped && *a.Scope != scope {
		fault("the scope is %d, the longest used %d", *a.Scope, scope)
	}
	return faults
}

// valuesOf is what a choice may answer with.
func valuesOf(record config.Steered, s *explain.Steering) (values []string) {
	if s.From == "fallback" {
		for _, f := range record.WhenAllDown.Fallback {
			values = append(values, f.Address.String())
		}
	}
	for _, e := range s.Endpoints {
		if e.Chosen {
			values = append(values, record.Endpoints[e.Name].Name)
			for _, a := range record.Endpoints[e.Name].Addresses {
				values = append(values, a.String())
			}
		}
	}
	return slices.DeleteFunc(values, func(v string) bool { return v == "" })
}
