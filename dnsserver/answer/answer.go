package answer

// The way of one query: parse, find the zone, find the node, answer by kind.

import (
	"net/netip"
	"sync/atomic"

	"meridian/steering"
	"meridian/view"
	"meridian/wire"
)

// Transport is what a query came over.
type Transport uint8

// Transports.
const (
	UDP Transport = iota
	TCP
	NumTransports
)

func (t Transport) String() string { return [...]string{"udp", "tcp"}[t] }

// Shared is what all Responders answer from. Its zero value has no zones.
type Shared struct{ view atomic.Pointer[view.View] }

// View returns the view that is answered from now.
func (s *Shared) View() *view.View {
	if v := s.view.Load(); v != nil {
		return v
	}
	return &view.View{}
}

// SetView makes the next query be answered from v.
func (s *Shared) SetView(v *view.View) { s.view.Store(v) }

// Responder answers for one worker. It must not be copied or used by two goroutines.
type Responder struct {
	shared   *Shared
	Counters Counters

	// One query's state.
	query  wire.Query
	w      wire.Writer
	client netip.Addr
	view   *view.View
	scope  uint8

	// Scratch.
	chain  wire.Suffixes
	states steering.States
}

// NewResponder returns a Responder that answers from shared.
func NewResponder(shared *Shared) *Responder { return &Responder{shared: shared} }

// Answer writes the response to packet, which came from client, into buf, and
// returns its length; 0 means that nothing is to be sent. buf holds at least
// wire.MaxUDPSize octets for UDP and wire.MaxTCPSize for TCP, and is not packet.
func (r *Responder) Answer(buf, packet []byte, client netip.Addr, over Transport) int {
	verdict := r.query.Parse(packet)
	if verdict == wire.Drop {
		r.Counters.Dropped.Add(1)
		return 0
	}
	r.client, r.scope = client, 0
	r.view = r.shared.View()
	r.w.Start(&r.query, buf, r.limit(over))
	rcode := r.respond(verdict)
	n := r.w.Finish(rcode, r.scope)
	r.Counters.count(over, rcode, r.query.ECS.Present)
	return n
}

// limit is how long a response may be: over UDP what the client takes, within ours
// (RFC 6891 section 6.2.3; a size below 512 counts as 512).
func (r *Responder) limit(over Transport) int {
	switch {
	case over == TCP:
		return wire.MaxTCPSize
	case !r.query.HasOPT:
		return wire.MinUDPSize
	}
	return min(max(r.query.UDPSize, wire.MinUDPSize), wire.MaxUDPSize)
}

// respond writes the sections and returns the response code.
func (r *Responder) respond(verdict wire.Verdict) wire.Rcode {
	switch verdict {
	case wire.Malformed:
		return wire.FormErr
	case wire.NotKnown:
		return wire.NotImp
	case wire.BadVersion:
		return wire.BadVers
	}
	q := &r.query
	if q.Class != wire.ClassIN || q.Type == wire.TypeAXFR || q.Type == wire.TypeIXFR {
		return wire.Refused
	}
	zone, apexAt := r.view.FindZone(&q.Name, 0)
	if zone == nil {
		return wire.Refused
	}
	if q.Type == wire.TypeDS && apexAt == 0 {
		zone, apexAt = r.parentSide(zone)
	}
	if !zone.Loaded() {
		return wire.ServFail
	}
	return r.fromZone(zone, apexAt)
}

// parentSide is who answers for DS at the apex of a zone of ours: the zone above, where
// we have it and it delegates here, else the zone itself (RFC 4035 section 3.1.4.1). Of
// a zone above that isn't loaded nobody knows whether it does.
func (r *Responder) parentSide(zone *view.Zone) (*view.Zone, int) {
	above, at := r.view.FindZone(&r.query.Name, 1)
	if above == nil {
		return zone, 0
	}
	if node := above.Find(&r.query.Name, at, true).Node; above.Loaded() && (node == nil || !node.Cut) {
		return zone, 0
	}
	return above, at
}

// place is a name on the way of an answer: where it leads, and where it and the
// zone's apex stand in the message.
type place struct {
	name    *wire.Suffixes
	found   view.Found
	ownerAt int
	apexAt  int // offset in the question
}

// fromZone answers from one zone (RFC 1034 section 4.3.2 step 3).
func (r *Responder) fromZone(zone *view.Zone, apexAt int) wire.Rcode {
	q := &r.query
	at := place{
		name:    &q.Name,
		found:   zone.Find(&q.Name, apexAt, q.Type == wire.TypeDS),
		ownerAt: wire.QuestionAt,
		apexAt:  wire.QuestionAt + q.Name.Len() - len(zone.Name),
	}
	if at.found.Cut != nil && at.found.Cut.Cut {
		return r.referral(zone, at)
	}
	r.w.Authoritative()
	return r.follow(zone, at)
}
