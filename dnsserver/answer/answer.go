package answer

// The way of one query: parse, find the zone, find the node, answer by kind.

import (
	"cmp"

	"meridian/dnsserver/cookie"
	"meridian/dnsserver/ratelimit"
	"meridian/steering"
	"meridian/view"
	"meridian/wire"
)

// Responder answers for one worker. It must not be copied or used by two goroutines.
type Responder struct {
	shared   *Shared
	settings Settings
	limiter  *ratelimit.Limiter // nil where rates aren't limited
	Counters Counters

	// One query's state.
	query   wire.Query
	w       wire.Writer
	from    Arrival
	view    *view.View
	options wire.Options
	known   bool // a valid cookie shows that the client is where it says
	rcode   wire.Rcode
	scope   uint8
	kind    ratelimit.Kind // of the response
	subject uint64         // what the response is about

	// Scratch.
	chain  wire.Suffixes
	states steering.States
	cookie [wire.ClientCookieLen + cookie.Len]byte

	trace *Trace // nil but for explain
}

// NewResponder returns a Responder that answers from shared.
func NewResponder(shared *Shared, settings Settings) *Responder {
	settings.UDPSize = min(max(cmp.Or(settings.UDPSize, wire.DefUDPSize), wire.MinUDPSize), wire.MaxUDPSize)
	r := &Responder{shared: shared, settings: settings}
	if settings.Rate > 0 {
		r.limiter = ratelimit.New(settings.Rate)
	}
	return r
}

// Answer writes the response to packet into buf, and returns its length; 0 means that
// nothing is to be sent. buf holds at least wire.MaxUDPSize octets for UDP and
// wire.MaxTCPSize for TCP, and is not packet.
func (r *Responder) Answer(buf, packet []byte, from Arrival) int {
	verdict := r.query.Parse(packet)
	if verdict == wire.Drop {
		r.Counters.Dropped.Add(1)
		return 0
	}
	r.from, r.view = from, r.shared.View()
	r.scope, r.kind, r.subject = 0, ratelimit.Failure, 0
	r.known = r.setOptions(verdict)
	r.w.Start(&r.query, &r.options, buf, r.limit())
	r.rcode = r.respond(verdict)
	if !r.known && from.Over == UDP && r.limiter != nil {
		switch r.judge() {
		case ratelimit.Drop:
			return 0
		case ratelimit.Slip:
			r.rcode = wire.NoError
			return r.finish(r.strip())
		}
	}
	if r.w.Truncated() {
		r.Counters.Truncated.Add(1)
	}
	return r.finish(r.w.Finish(r.rcode, r.scope))
}

// finish counts a response of n octets.
func (r *Responder) finish(n int) int {
	r.Counters.count(r.from.Over, r.rcode, r.query.ECS.Present)
	return n
}

// Shorten writes the last response again, with TC and without what makes it long, and
// returns its length: for where it is longer than the way to the client carries (RFC
// 9715 section 3.1). buf and packet must still be what Answer was given and left.
func (r *Responder) Shorten() int {
	r.Counters.Truncated.Add(1)
	return r.strip()
}

// strip leaves of the response the header, the question and OPT, with TC; and in OPT the
// cookie alone, by which the client is known from then on.
func (r *Responder) strip() int {
	r.w.Strip()
	r.options = wire.Options{UDPSize: r.options.UDPSize, Cookie: r.options.Cookie}
	return r.w.Finish(r.rcode, 0)
}

// limit is how long a response may be: over UDP what the client takes, within ours
// (RFC 6891 section 6.2.3; a size below 512 counts as 512).
func (r *Responder) limit() int {
	switch {
	case r.from.Over == TCP:
		return wire.MaxTCPSize
	case !r.query.HasOPT:
		return wire.MinUDPSize
	}
	return min(max(r.query.UDPSize, wire.MinUDPSize), r.settings.UDPSize)
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
	case wire.OnlyCookie:
		return r.onlyCookie()
	}
	q := &r.query
	switch {
	case q.Class == wire.ClassCH:
		return r.chaos()
	case q.Class != wire.ClassIN || q.Type == wire.TypeAXFR || q.Type == wire.TypeIXFR:
		r.options.SetError(wire.NotSupported)
		return wire.Refused
	}
	zone, apexAt := r.view.FindZone(&q.Name, 0)
	if zone == nil {
		r.trace.addZone(NoZone, nil, &q.Name)
		r.options.SetError(wire.NotAuthoritative)
		return wire.Refused
	}
	if q.Type == wire.TypeDS && apexAt == 0 {
		zone, apexAt = r.parentSide(&q.Name, zone)
	}
	if !zone.Loaded() {
		r.trace.addZone(NotLoaded, zone, &q.Name)
		r.options.SetError(wire.NotReady)
		return wire.ServFail
	}
	r.options.HasZone, r.options.ZoneLabels, r.options.ZoneSerial = true, zone.Labels, zone.Serial
	return r.fromZone(zone, apexAt)
}

// parentSide is who answers for DS at the apex of a zone of ours: the zone above, where
// we have it, be it that it doesn't delegate here; else the zone itself (RFC 4035 section
// 3.1.4.1).
func (r *Responder) parentSide(name *wire.Suffixes, zone *view.Zone) (*view.Zone, int) {
	if above, at := r.view.FindZone(name, 1); above != nil {
		return above, at
	}
	return zone, 0
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
	at := &place{
		name:    &q.Name,
		found:   zone.Find(&q.Name, apexAt, q.Type == wire.TypeDS),
		ownerAt: wire.QuestionAt,
		apexAt:  wire.QuestionAt + q.Name.Len() - len(zone.Name),
	}
	if at.found.Cut() {
		return r.referral(zone, at)
	}
	r.w.Authoritative()
	return r.follow(zone, at)
}
