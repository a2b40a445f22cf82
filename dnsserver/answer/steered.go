package answer

// Steered answers: who is the client, which class, which endpoint, which addresses.

import (
	"net/netip"

	"meridian/dnsserver/ratelimit"
	"meridian/steering"
	"meridian/view"
	"meridian/wire"
)

// steered writes the chosen endpoint's RRset and sets the scope. It returns whether that
// fitted, and the RRset where it is a CNAME.
func (r *Responder) steered(typ view.SteeredType, at *place) (cname wire.RRset, fits bool) {
	ch := r.choose(typ, at)
	switch typ.Type {
	case wire.TypeCNAME:
		cname = typ.CNAME(ch.Endpoint)
		fits = r.w.Append(wire.Answer, cname, at.ownerAt, at.apexAt)
	case wire.TypeHTTPS:
		service := typ.Service(ch.Endpoint)
		skip4, skip6 := r.downHints(&service, &ch)
		fits = r.w.AppendService(&service, at.ownerAt, skip4, skip6)
	default:
		fits = r.w.AppendAddresses(typ.Addresses(ch.Endpoint), r.downAddresses(&ch), at.ownerAt)
	}
	if !fits {
		r.w.Truncate()
	}
	return cname, fits
}

// choose chooses for the client, counts it, and sets the scope: where there was a choice
// before on the way of the answer, the longer of both.
func (r *Responder) choose(typ view.SteeredType, at *place) steering.Choice {
	r.about(ratelimit.Steered, at.found.Hash)
	client := r.clientPrefix()
	class, ofClass := typ.Choice.Table.Find(client)
	granule, granuleBits := steering.GranuleOf(client)
	own := typ.Words()
	if r.trace != nil {
		typ.Choice.Load(&r.states, own)
	} else {
		typ.Choice.Begin(&r.states, own)
	}
	ch := typ.Choice.Choose(class, granule, &r.states, own)
	scope := ofClass
	if ch.Shared {
		scope = max(scope, granuleBits)
	}
	// SOURCE 0 asks that the address not be used, and the answer is for everyone that
	// the resolver serves (RFC 7871 section 7.1.2).
	if r.query.ECS.Source > 0 {
		r.scope = max(r.scope, scope)
	}
	r.Counters.steered(typ, &ch)
	if r.trace != nil {
		r.trace.chose(typ, client, class, ofClass, granuleBits, &r.states, &ch)
	}
	return ch
}

// clientPrefix is the client's prefix where the query tells it, else the address that
// the packet came from.
func (r *Responder) clientPrefix() netip.Prefix {
	if r.query.ECS.Source > 0 {
		return r.query.ECS.Prefix
	}
	return netip.PrefixFrom(r.from.Client, r.from.Client.BitLen())
}

// downAddresses is which addresses to leave out for a choice: the endpoint's that are
// down, or the fallback's that the fence doesn't permit.
func (r *Responder) downAddresses(ch *steering.Choice) uint16 {
	if ch.Endpoint < 0 {
		return ^uint16(ch.Fallback)
	}
	return r.states.Health[ch.Endpoint].DownAddresses()
}

// downHints is which of a service's addresses are left out: those that are down, unless
// all of both families are and the endpoint was chosen all the same.
func (r *Responder) downHints(s *wire.Service, ch *steering.Choice) (skip4, skip6 uint16) {
	if ch.Endpoint < 0 {
		return ^uint16(ch.Fallback), ^uint16(ch.Fallback >> s.HintsV4())
	}
	first, second := r.states.Health[ch.Endpoint], r.states.Second[ch.Endpoint]
	if !first.State().IsUp() && !second.State().IsUp() {
		return 0, 0
	}
	return hintsDown(first), hintsDown(second)
}

// hintsDown is the addresses of a family to leave out: all where the family isn't up.
func hintsDown(h steering.Health) uint16 {
	if !h.State().IsUp() {
		return ^uint16(0)
	}
	return h.DownAddresses()
}
