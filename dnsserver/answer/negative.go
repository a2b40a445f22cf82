package answer

// Negative answers: NODATA and NXDOMAIN (RFC 2308 section 2).

import (
	"meridian/dnsserver/ratelimit"
	"meridian/view"
	"meridian/wire"
)

// negative writes the SOA at the negative TTL into the authority section. Where it
// doesn't fit, the answer is truncated: without it nothing may be cached.
func (r *Responder) negative(zone *view.Zone, at *place, rcode wire.Rcode) wire.Rcode {
	// Random names all have one subject, so that a flood of them is limited.
	if rcode == wire.NXDomain {
		r.about(ratelimit.NoName, zone.Hash)
	} else {
		r.about(ratelimit.NoData, at.found.Hash)
	}
	if !r.w.Append(wire.Authority, zone.Negative, at.apexAt, at.apexAt) {
		r.w.Truncate()
	}
	return rcode
}
