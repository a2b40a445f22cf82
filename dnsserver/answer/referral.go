package answer

// Referrals: the name lies below a zone cut (RFC 1034 section 4.3.2 step 3b).

import (
	"meridian/dnsserver/ratelimit"
	"meridian/view"
	"meridian/wire"
)

// referral writes the cut's NS RRset, and as glue all that the zone has of addresses
// of in-domain name servers (RFC 9471: where they don't fit, TC).
func (r *Responder) referral(zone *view.Zone, at place) wire.Rcode {
	r.about(ratelimit.Referral, at.found.Cut.Hash)
	ns := at.found.Cut.Set(wire.TypeNS)
	appended := r.w.Len()
	cutAt := wire.QuestionAt + r.query.Name.Len() - len(at.name.At(at.found.CutAt))
	if !r.w.Append(wire.Authority, ns, cutAt, at.apexAt) {
		r.w.Truncate()
		return wire.NoError
	}
	for i, target := range ns.Targets {
		node := zone.GlueNode(target)
		if node == nil {
			continue
		}
		for _, typ := range [...]uint16{wire.TypeA, wire.TypeAAAA} {
			glue := node.Set(typ)
			if glue != nil && !r.w.Append(wire.Additional, glue, ns.TargetAt(i, appended), at.apexAt) {
				r.w.Truncate()
			}
		}
	}
	return wire.NoError
}
