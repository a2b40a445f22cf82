package answer

// Positive answers: the RRset at a node, and the chain of CNAMEs that leads there.

import (
	"meridian/view"
	"meridian/wire"
)

// maxChain is how many CNAMEs an answer follows; resolvers give up at about as many.
const maxChain = 8

// follow answers from the node that at leads to, going on through CNAMEs inside the
// zone (RFC 1034 section 3.6.2). What a chain leads to decides the response code
// (RFC 6604 section 3).
func (r *Responder) follow(zone *view.Zone, at place) wire.Rcode {
	for links := 0; ; links++ {
		node := at.found.Node
		if node == nil {
			return r.negative(zone, at, wire.NXDomain)
		}
		appended := r.w.Len()
		cname, rcode, done := r.atNode(zone, at, links > 0)
		if done {
			return rcode
		}
		// A chain that loops or goes on beyond the limit ends where it is: the resolver
		// that follows it will see what it is.
		if links == maxChain || !r.chainTo(zone, cname, &at, appended) {
			return wire.NoError
		}
	}
}

// atNode writes what a node has for the question: the RRset of its type, or NODATA,
// and then it is done; or the CNAME that leads on, which it returns. inChain says that
// the node isn't the queried name's.
func (r *Responder) atNode(zone *view.Zone, at place, inChain bool) (cname *wire.RRset, rcode wire.Rcode, done bool) {
	node, qtype := at.found.Node, r.query.Type
	if qtype == wire.TypeANY {
		return nil, r.any(zone, at), true
	}
	if set := node.Set(qtype); set != nil {
		return nil, r.whole(set, at), true
	}
	set := node.Set(wire.TypeCNAME)
	if node.Steered != nil {
		typ := node.Steered.OfType(qtype)
		if typ == nil {
			typ = node.Steered.OfType(wire.TypeCNAME)
		}
		if typ != nil {
			// With a client subnet, a chain stops before a steered RRset that isn't at the
			// queried name: its scope would be that of another name (RFC 7871 section 7.2.1).
			if inChain && r.query.ECS.Present {
				return nil, wire.NoError, true
			}
			answer, fits := r.steered(typ, at)
			if !fits || answer.Type == qtype {
				return nil, wire.NoError, true
			}
			return answer, 0, false
		}
	}
	if set == nil {
		return nil, r.negative(zone, at, wire.NoError), true
	}
	if !r.w.Append(wire.Answer, set, at.ownerAt, at.apexAt) {
		r.w.Truncate()
		return nil, wire.NoError, true
	}
	return set, 0, false
}

// whole writes one RRset as the answer, or truncates.
func (r *Responder) whole(set *wire.RRset, at place) wire.Rcode {
	if !r.w.Append(wire.Answer, set, at.ownerAt, at.apexAt) {
		r.w.Truncate()
	}
	return wire.NoError
}

// any answers ANY with one RRset, a static one before a steered one (RFC 8482 section
// 4.1), so that it amplifies nothing.
func (r *Responder) any(zone *view.Zone, at place) wire.Rcode {
	node := at.found.Node
	switch {
	case len(node.Sets) > 0:
		return r.whole(node.Sets[0], at)
	case node.Steered != nil:
		r.steered(&node.Steered.Types[0], at)
		return wire.NoError
	}
	return r.negative(zone, at, wire.NoError)
}

// chainTo moves at to the target of a CNAME that was appended at a place in the
// message; false where the answer ends there: the target is out of the zone, behind a
// cut, or a name that the chain was at already is no matter (links are bounded).
func (r *Responder) chainTo(zone *view.Zone, cname *wire.RRset, at *place, appended int) bool {
	target := cname.Targets[0].Name
	if !target.IsSubdomainOf(zone.Name) {
		return false
	}
	r.chain.SetName(target)
	at.name = &r.chain
	at.ownerAt = cname.TargetAt(0, appended)
	at.found = zone.Find(&r.chain, r.chain.Count()-zone.Name.Labels(), r.query.Type == wire.TypeDS)
	return at.found.Cut == nil
}
