package answer

// Negative answers: NODATA and NXDOMAIN (RFC 2308 section 2).

import (
	"meridian/view"
	"meridian/wire"
)

// negative writes the SOA at the negative TTL into the authority section. Where it
// doesn't fit, the answer is truncated: without it nothing may be cached.
func (r *Responder) negative(zone *view.Zone, at place, rcode wire.Rcode) wire.Rcode {
	if !r.w.Append(wire.Authority, zone.Negative, at.apexAt, at.apexAt) {
		r.w.Truncate()
	}
	return rcode
}
