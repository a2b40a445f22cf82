package answer

// ALIAS: the node answers with what another name has, as if that were its own.

import (
	"meridian/dnsserver/ratelimit"
	"meridian/view"
	"meridian/wire"
)

// aliased answers a question at a node with an ALIAS record, where that is what answers
// it; ANY only where nothing else stands there. Who asks for the record itself gets
// NODATA: it is none that DNS has.
func (r *Responder) aliased(zone *view.Zone, at *place, inChain bool) (rcode wire.Rcode, answered bool) {
	node, qtype := at.found.Node, r.query.Type
	a := node.Alias()
	switch {
	case a.Answers(qtype):
		return r.alias(zone, at, qtype, inChain), true
	case qtype == view.TypeALIAS:
		r.trace.add(NoData, zone, at)
		return r.negative(zone, at, wire.NoError), true
	case qtype == wire.TypeANY && node.First().IsZero() && node.Steered() == nil:
		return r.alias(zone, at, a.Types[0], inChain), true
	}
	return wire.NoError, false
}

// alias answers for a type that at's ALIAS record answers. The target is followed
// through the view as it is now; all that is copied gets the owner's name and at most
// the lowest TTL on the way. inChain is as for atNode.
func (r *Responder) alias(zone *view.Zone, at *place, typ uint16, inChain bool) wire.Rcode {
	r.trace.add(ByALIAS, zone, at)
	a := at.found.Node.Alias()
	ttl, from := a.TTL, r.w.Len()
	r.chain.SetName(a.Target)
	for range view.MaxAliasLinks + 1 {
		r.trace.arrive(&r.chain)
		step := r.view.Step(&r.chain, typ)
		r.trace.stands(&step)
		switch step.Kind {
		case view.StepLink:
			ttl = min(ttl, step.TTL)
		case view.StepOutside:
			return r.outside(zone, at, typ, ttl)
		case view.StepNotReady:
			return r.noAlias(wire.NotReady)
		case view.StepTooLong:
			return wire.ServFail
		case view.StepNothing:
			return r.negative(zone, at, wire.NoError)
		case view.StepStatic:
			r.whole(step.Set, at)
			r.w.CapTTL(from, ttl)
			return wire.NoError
		case view.StepSteered:
			if inChain && r.query.ECS.Present {
				r.trace.amend(Withheld)
				return wire.NoError // its scope would be that of another name, as in atNode
			}
			if step.Steered.Type == typ {
				r.steered(step.Steered, at)
				r.w.CapTTL(from, ttl)
				return wire.NoError
			}
			ch := r.choose(step.Steered, at)
			cname := step.Steered.CNAME(ch.Endpoint)
			ttl = min(ttl, cname.TTL())
			r.chain.SetName(cname.Target().Name)
		}
	}
	r.trace.arrive(&r.chain)
	r.trace.amend(TooMany)
	return wire.ServFail // more links than are followed
}

// outside answers from what resolvers found of the name in r.chain, which isn't ours.
func (r *Responder) outside(zone *view.Zone, at *place, typ uint16, ttl uint32) wire.Rcode {
	cell := at.found.Node.Alias().Cell(&r.chain, typ)
	if cell == nil {
		return r.noAlias(wire.NoReachableAuthority)
	}
	found := cell.Load()
	r.trace.resolved(found)
	if found == nil {
		return r.noAlias(wire.NoReachableAuthority)
	}
	if r.from.Now > found.Until {
		r.options.SetError(wire.StaleAnswer)
		if found.NetworkError {
			r.options.Cause = wire.NetworkError
		}
	}
	if found.Set.IsZero() {
		return r.negative(zone, at, wire.NoError)
	}
	from := r.w.Len()
	r.whole(found.Set, at)
	r.w.CapTTL(from, ttl)
	return wire.NoError
}

// noAlias is the answer where nothing is known of a target.
func (r *Responder) noAlias(why wire.ExtendedError) wire.Rcode {
	r.about(ratelimit.Failure, 0)
	r.options.SetError(why)
	return wire.ServFail
}
