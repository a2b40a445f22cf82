package answer

// Positive answers: the RRset at a node, and the chain of CNAMEs that leads there.

import (
	"slices"

	"meridian/dnsserver/ratelimit"
	"meridian/view"
	"meridian/wire"
)

// maxChain is how many CNAMEs and DNAMEs an answer follows; resolvers give up at about as many.
const maxChain = 8

// link is a name on the way of a chain, and the node that stands for it (a wildcard or a
// DNAME stands for many).
type link struct{ node, name uint64 } // their hashes

// follow answers from where at leads to, going on through CNAMEs and DNAMEs inside the
// zone (RFC 1034 section 3.6.2). What a chain leads to decides the response code
// (RFC 6604 section 3).
func (r *Responder) follow(zone *view.Zone, at *place) wire.Rcode {
	var passed [maxChain + 1]link
	for links := 0; ; links++ {
		if at.found.Cut() { // step 3b, for where the chain has led
			return r.referral(zone, at)
		}
		if !at.found.Node.Exists() {
			r.trace.add(NoName, zone, at)
			return r.negative(zone, at, wire.NXDomain)
		}
		// A chain that comes back to where it was has said all that it can: the resolver
		// that follows it will see what it is.
		here := link{at.found.Hash, at.name.Hash(0)}
		if slices.Contains(passed[:links], here) {
			r.trace.add(Passed, zone, at)
			return wire.NoError
		}
		passed[links] = here
		var rcode wire.Rcode
		var leadsOn bool
		if at.found.Hidden {
			again := slices.ContainsFunc(passed[:links], func(l link) bool { return l.node == here.node })
			rcode, leadsOn = r.redirect(zone, at, again)
		} else {
			rcode, leadsOn = r.atNode(zone, at, links > 0)
		}
		if !leadsOn {
			return rcode
		}
		if links == maxChain {
			r.trace.add(TooMany, zone, at)
			return rcode
		}
	}
}

// atNode writes what a node has for the question: the RRset of its type, or NODATA; or
// else the CNAME that leads on, and then moves at there. inChain says that the node
// isn't the queried name's.
func (r *Responder) atNode(zone *view.Zone, at *place, inChain bool) (rcode wire.Rcode, leadsOn bool) {
	node, qtype := at.found.Node, r.query.Type
	r.about(ratelimit.Positive, at.found.Hash)
	if node.Alias() != nil {
		if rcode, answered := r.aliased(zone, at, inChain); answered {
			return rcode, false
		}
	}
	if qtype == wire.TypeANY {
		return r.any(zone, at), false
	}
	if set := node.Set(qtype); !set.IsZero() {
		r.trace.add(Static, zone, at)
		return r.ofType(zone, set, at), false
	}
	if s := node.Steered(); s != nil && slices.Contains(s.Faulty, qtype) {
		r.trace.add(Faulty, zone, at)
		r.options.SetError(wire.NotReady)
		return wire.ServFail, false
	}
	appended := r.w.Len()
	if typ := steeredFor(node, qtype); typ.Exists() {
		// With a client subnet, a chain stops before a steered RRset that isn't at the
		// queried name: its scope would be that of another name (RFC 7871 section 7.2.1).
		if inChain && r.query.ECS.Present {
			r.trace.add(Withheld, zone, at)
			return wire.NoError, false
		}
		r.trace.add(Steered, zone, at)
		cname, fits := r.steered(typ, at)
		if !fits || typ.Type == qtype {
			return wire.NoError, false
		}
		return wire.NoError, r.chainTo(zone, cname, at, appended)
	}
	cname := node.Set(wire.TypeCNAME)
	if cname.IsZero() {
		r.trace.add(NoData, zone, at)
		return r.negative(zone, at, wire.NoError), false
	}
	r.trace.add(ByCNAME, zone, at)
	if !r.w.Append(wire.Answer, cname, at.ownerAt, at.apexAt) {
		r.w.Truncate()
		return wire.NoError, false
	}
	return wire.NoError, r.chainTo(zone, cname, at, appended)
}

// steeredFor is what a node's steered record has for a type: that type, or the CNAME
// that leads to it; none where it has neither.
func steeredFor(node view.Node, qtype uint16) view.SteeredType {
	s := node.Steered()
	if s == nil {
		return view.SteeredType{}
	}
	if typ := s.OfType(qtype); typ.Exists() {
		return typ
	}
	return s.OfType(wire.TypeCNAME)
}

// ofType writes the RRset that was asked for, and the addresses that the zone has of its
// targets and that there is room for: with NS always (RFC 1035 section 3.3.11), with MX,
// SRV, SVCB and HTTPS where responses needn't be minimal.
func (r *Responder) ofType(zone *view.Zone, set wire.RRset, at *place) wire.Rcode {
	appended := r.w.Len()
	rcode := r.whole(set, at)
	if r.w.Len() > appended && r.goesOn(set.Type()) {
		r.addresses(zone, set, appended, at.apexAt, func(wire.Target) bool { return true })
	}
	return rcode
}

// goesOn says whether addresses follow an RRset that was asked for.
func (r *Responder) goesOn(typ uint16) bool {
	switch typ {
	case wire.TypeNS:
		return true
	case wire.TypeMX, wire.TypeSRV, wire.TypeSVCB, wire.TypeHTTPS:
		return r.settings.Additional
	}
	return false
}

// whole writes one RRset as the answer, or truncates.
func (r *Responder) whole(set wire.RRset, at *place) wire.Rcode {
	if !r.w.Append(wire.Answer, set, at.ownerAt, at.apexAt) {
		r.w.Truncate()
	}
	return wire.NoError
}

// any answers ANY with one RRset, a static one before a steered one (RFC 8482 section
// 4.1), so that it amplifies nothing.
func (r *Responder) any(zone *view.Zone, at *place) wire.Rcode {
	if set := at.found.Node.First(); !set.IsZero() {
		r.trace.add(Static, zone, at)
		return r.whole(set, at)
	}
	if s := at.found.Node.Steered(); s != nil && s.First().Exists() {
		r.trace.add(Steered, zone, at)
		r.steered(s.First(), at)
		return wire.NoError
	}
	r.trace.add(NoData, zone, at)
	return r.negative(zone, at, wire.NoError)
}

// chainTo moves at to the target of a CNAME that was appended at a place in the
// message; false where the answer ends there.
func (r *Responder) chainTo(zone *view.Zone, cname wire.RRset, at *place, appended int) bool {
	target := cname.Target()
	r.chain.SetName(target.Name)
	return r.moveTo(zone, at, target.At(appended))
}

// moveTo moves at to the name in r.chain, which stands at a place in the message, its
// labels down to the apex written out there; false where the answer ends: the name is in
// another zone, be it one of ours.
func (r *Responder) moveTo(zone *view.Zone, at *place, ownerAt int) bool {
	in, apexAt := r.view.FindZone(&r.chain, 0)
	if in != nil && in != zone && apexAt == 0 && r.query.Type == wire.TypeDS {
		in, apexAt = r.parentSide(&r.chain, in)
	}
	if in != zone {
		r.trace.addZone(LeftZone, in, &r.chain)
		return false
	}
	at.name, at.ownerAt = &r.chain, ownerAt
	at.found = zone.Find(&r.chain, apexAt, r.query.Type == wire.TypeDS)
	return true
}
