package answer

// Whether a response over UDP is one too many for whom it goes to.

import (
	"net/netip"

	"meridian/dnsserver/ratelimit"
)

// judge counts the response against its limit and returns what becomes of it. Loopback
// is counted and not limited; so are exempt networks.
func (r *Responder) judge() ratelimit.Verdict {
	verdict := r.limiter.Take(r.from.Client, r.kind, r.subject, uint32(r.from.Now))
	if verdict == ratelimit.Send {
		return verdict
	}
	if r.exempt(r.from.Client) {
		verdict = ratelimit.Send
	}
	r.Counters.over[r.kind][verdict].Add(1)
	return verdict
}

func (r *Responder) exempt(client netip.Addr) bool {
	if client.IsLoopback() && !r.settings.LimitLoopback {
		return true
	}
	for _, p := range r.settings.Exempt {
		if p.Contains(client) {
			return true
		}
	}
	return false
}

// about notes what the response is, for its limit.
func (r *Responder) about(kind ratelimit.Kind, subject uint64) { r.kind, r.subject = kind, subject }
