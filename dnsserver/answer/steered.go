package answer

// Steered answers: who is the client, which class, which endpoint, which addresses.

import (
	"net/netip"

	"meridian/dnsserver/ratelimit"
	"meridian/steering"
	"meridian/view"
	"meridian/wire"
)

// steered writes the chosen endpoint's RRset and sets the scope; it returns that RRset
// and whether it fitted.
func (r *Responder) steered(typ *view.SteeredType, at place) (*wire.RRset, bool) {
	r.about(ratelimit.Steered, at.found.Node.Hash)
	client := r.clientPrefix()
	class, scope := typ.Choice.Table.Find(client)
	granule, granuleBits := steering.GranuleOf(client)
	typ.Choice.Load(&r.states)
	ch := typ.Choice.Choose(class, granule, &r.states)
	if ch.Shared {
		scope = max(scope, granuleBits)
	}
	// SOURCE 0 asks that the address not be used, and the answer is for everyone that
	// the resolver serves (RFC 7871 section 7.1.2).
	if r.query.ECS.Source > 0 {
		r.scope = scope
	}
	set, skip := r.answerOf(typ, &ch)
	r.Counters.steered(typ, &ch)
	if !r.w.AppendSome(wire.Answer, set, skip, at.ownerAt, at.apexAt) {
		r.w.Truncate()
		return set, false
	}
	return set, true
}

// clientPrefix is the client's prefix where the query tells it, else the address that
// the packet came from.
func (r *Responder) clientPrefix() netip.Prefix {
	if r.query.ECS.Source > 0 {
		return r.query.ECS.Prefix
	}
	return netip.PrefixFrom(r.from.Client, r.from.Client.BitLen())
}

// answerOf is what to copy for a choice: the endpoint's RRset without its addresses
// that are down, or the fallback addresses that the fence permits.
func (r *Responder) answerOf(typ *view.SteeredType, ch *steering.Choice) (set *wire.RRset, skip uint16) {
	if ch.Endpoint < 0 {
		return typ.Fallbacks, ^uint16(ch.Fallback)
	}
	return typ.Answers[ch.Endpoint], r.states.Health[ch.Endpoint].DownAddresses()
}
