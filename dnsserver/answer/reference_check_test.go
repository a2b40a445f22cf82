package answer

// The responder held against the reference model: whole messages, over UDP and TCP.

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"
	"pgregory.net/rapid"

	"meridian/scripts/differ/corners"
	"meridian/view"
	"meridian/wire"
	"meridian/zones"
)

// questionsPerWorld is how much is asked of one world before the next is made.
const questionsPerWorld = 20

// TestReference: for any world and any question, both say the same.
func TestReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		choices := drawn{t}
		world := corners.NewWorld(choices, "z.test.")
		p := newPair(world, bug{})
		for range questionsPerWorld {
			if err := p.check(world.Question(choices), sizes[choices.IntN(len(sizes))]); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// drawn makes rapid's draws the choices of a world, so that a failing one is made smaller.
type drawn struct{ t *rapid.T }

func (d drawn) IntN(n int) int { return rapid.IntRange(0, n-1).Draw(d.t, "choice") }

// sizes are what clients say over EDNS that they take; 0 is no EDNS.
var sizes = []int{0, 512, 700, 1232, 4096}

// pair is a responder and the model of the same world.
type pair struct {
	world     corners.World
	responder *Responder
	model     model
	bug       bug
}

func newPair(world corners.World, planted bug) *pair {
	p := &pair{world: world, bug: planted}
	var compiled []*view.Zone
	for _, z := range world.Zones {
		m := newModelZone(z.Contents)
		p.model = append(p.model, m)
		e := view.NewZone(z.Contents.Name).Edit()
		for s := range planted.contents(z.Contents, m).All() {
			e.Put(s)
		}
		compiled = append(compiled, e.Done())
	}
	var shared Shared
	shared.SetView(new(view.View).With(1, compiled, nil))
	p.responder = NewResponder(&shared, Settings{})
	return p
}

// newModelZone lists a zone's records, their owners in lower case.
func newModelZone(contents *zones.Contents) modelZone {
	z := modelZone{apex: dns.CanonicalName(contents.Name.String())}
	for s := range contents.All() {
		rrs, err := s.RRs()
		if err != nil {
			panic(err)
		}
		for _, rr := range rrs {
			rr.Header().Name = lower(rr.Header().Name)
			z.records = append(z.records, rr)
		}
	}
	return z
}

// check asks one question over both transports.
func (p *pair) check(q corners.Question, size int) error {
	packet, qname := newQuery(q, size)
	want := p.model.answer(qname, q.Type)
	overTCP, octetsTCP, err := p.ask(packet, q, TCP)
	if err == nil {
		err = want.compare(overTCP)
	}
	if err == nil {
		var overUDP *dns.Msg
		var octetsUDP int
		if overUDP, octetsUDP, err = p.ask(packet, q, UDP); err == nil {
			err = want.compareUDP(overUDP, octetsUDP, octetsTCP, min(max(size, 512), 1232))
		}
	}
	if err == nil {
		return nil
	}
	var text strings.Builder
	for _, z := range p.world.Zones {
		fmt.Fprintf(&text, "zone %s\n%s", z.Name, z.Text)
	}
	return fmt.Errorf("%s %s, EDNS size %d: %w\nover TCP\n%s\n%s", q.Name, dns.Type(q.Type), size, err, show(overTCP), text.String())
}

// newQuery is the packet, and the name as miekg/dns writes it, in lower case.
func newQuery(q corners.Question, size int) (packet []byte, qname string) {
	m := new(dns.Msg)
	m.SetQuestion(q.Name, q.Type)
	if size > 0 {
		m.SetEdns0(uint16(size), false)
	}
	packet, err := m.Pack()
	if err == nil {
		err = m.Unpack(packet)
	}
	if err != nil {
		panic(err)
	}
	return packet, lower(m.Question[0].Name)
}

func (p *pair) ask(packet []byte, q corners.Question, over Transport) (*dns.Msg, int, error) {
	buf := make([]byte, wire.MaxTCPSize)
	n := p.responder.Answer(buf, slices.Clone(packet), Arrival{Client: netip.MustParseAddr("192.0.2.200"), Over: over})
	m := new(dns.Msg)
	if err := m.Unpack(buf[:n]); err != nil {
		return nil, n, fmt.Errorf("unpacking %x: %w", buf[:n], err)
	}
	p.bug.message(q, p.model, m)
	return m, n, nil
}

// compare holds an answer that had room for all against what is expected.
func (e expected) compare(m *dns.Msg) error {
	if err := e.compareHeader(m); err != nil {
		return err
	}
	return errors.Join(
		sameText("TC", "false", fmt.Sprint(m.Truncated)),
		sameText("the answer", inOrder(e.answer), inOrder(m.Answer)),
		sameText("the authority", asSet(e.authority), asSet(m.Ns)),
		sameText("the additional", asSet(slices.Concat(e.glue, e.optional)), asSet(m.Extra)),
	)
}

func (e expected) compareHeader(m *dns.Msg) error {
	return errors.Join(
		sameText("the code", dns.RcodeToString[e.rcode], dns.RcodeToString[m.Rcode]),
		sameText("AA", fmt.Sprint(e.aa), fmt.Sprint(m.Authoritative)),
	)
}

// compareUDP: what is whole has all that is required, and all that is optional if there
// was room for it; what is truncated hadn't room for what is required.
func (e expected) compareUDP(m *dns.Msg, octets, octetsTCP, limit int) error {
	if octets > limit {
		return fmt.Errorf("%d octets over UDP, and %d are allowed", octets, limit)
	}
	if octetsTCP <= limit {
		return e.compare(m)
	}
	if m.Truncated {
		if n := e.mostOctets(m.Question[0]); n <= limit {
			return fmt.Errorf("TC, and what is required has at most %d octets of %d", n, limit)
		}
		return e.compareHeader(m)
	}
	for _, rr := range m.Extra {
		if rr.Header().Rrtype != dns.TypeOPT && !strings.Contains(asSet(slices.Concat(e.glue, e.optional)), asSet([]dns.RR{rr})) {
			return fmt.Errorf("over UDP there is also %s", rr)
		}
	}
	e.optional = nil
	m = m.Copy()
	m.Extra = slices.DeleteFunc(m.Extra, func(rr dns.RR) bool { return !strings.Contains(asSet(e.glue), asSet([]dns.RR{rr})) })
	return e.compare(m)
}

// mostOctets is how long the required part of the answer is if of all names only the
// owners are compressed.
func (e expected) mostOctets(q dns.Question) int {
	n := wire.HeaderLen + nameLen(q.Name) + 4 + 11 // OPT
	for _, rr := range slices.Concat(e.answer, e.authority, e.glue) {
		n += dns.Len(rr) - nameLen(rr.Header().Name) + 2
	}
	return n
}

func nameLen(name string) int {
	n, err := dns.PackDomainName(name, make([]byte, 512), 0, nil, false)
	if err != nil {
		panic(err)
	}
	return n
}

func sameText(what, want, got string) error {
	if want == got {
		return nil
	}
	return fmt.Errorf("%s should be\n%s\nbut is\n%s", what, want, got)
}

// inOrder is the answer section as text: RRsets in their order, each sorted in itself.
func inOrder(rrs []dns.RR) string {
	var all []string
	for len(rrs) > 0 {
		n := 1
		for n < len(rrs) && lower(rrs[n].Header().Name) == lower(rrs[0].Header().Name) && rrs[n].Header().Rrtype == rrs[0].Header().Rrtype {
			n++
		}
		all = append(all, asSet(rrs[:n]))
		rrs = rrs[n:]
	}
	return strings.Join(all, "")
}

// asSet is records as sorted text in lower case, without OPT.
func asSet(rrs []dns.RR) string {
	var lines []string
	for _, rr := range rrs {
		if rr.Header().Rrtype != dns.TypeOPT {
			lines = append(lines, lower(strings.Join(strings.Fields(rr.String()), " "))+"\n")
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// mostCases is within how many questions each planted bug is found.
const mostCases = 4000

// TestReferenceFindsBugs: the test above can fail. Each bug is planted in the responder,
// by the zone that it is given or in what it answers, and found by the same questions by
// which nothing is found where there is none.
func TestReferenceFindsBugs(t *testing.T) {
	if at, err := firstDifference(bug{}); err != nil {
		t.Fatalf("question %d: %v", at, err)
	}
	for _, planted := range bugs {
		at, err := firstDifference(planted)
		if err == nil {
			t.Errorf("%s: not found by %d questions", planted.name, mostCases)
		}
		t.Logf("%s: found by question %d", planted.name, at)
	}
}

// firstDifference asks questions about worlds until an answer isn't as expected.
func firstDifference(planted bug) (at int, err error) {
	choices := rand.New(rand.NewPCG(6, 7))
	for at < mostCases {
		world := corners.NewWorld(choices, "z.test.")
		p := newPair(world, planted)
		for range questionsPerWorld {
			at++
			if err := p.check(world.Question(choices), sizes[choices.IntN(len(sizes))]); err != nil {
				return at, err
			}
		}
	}
	return at, nil
}
