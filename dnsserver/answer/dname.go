package answer

// DNAME: the names below it are elsewhere (RFC 6672).

import (
	"meridian/dnsserver/ratelimit"
	"meridian/view"
	"meridian/wire"
)

// redirect writes the DNAME above at's name and the CNAME that it makes of that name,
// with the DNAME's TTL (RFC 6672 section 3.1), and moves at to the CNAME's target. Who
// asks for CNAME or ANY has his answer with that. again says that the chain has passed the
// DNAME before, so that it stands in the answer.
func (r *Responder) redirect(zone *view.Zone, at *place, again bool) (rcode wire.Rcode, leadsOn bool) {
	r.about(ratelimit.Positive, at.found.Hash)
	r.trace.add(ByDNAME, zone, at)
	dname := at.found.Node.Set(wire.TypeDNAME)
	below := at.name.At(0)[:at.name.Len()-len(at.name.At(at.found.At))]
	if !again && !r.w.Append(wire.Answer, dname, at.ownerAt+len(below), at.apexAt) {
		r.w.Truncate()
		return wire.NoError, false
	}
	target := dname.Target().Name
	if len(below)+len(target) > wire.MaxNameLen {
		r.trace.amend(TooLong)
		return wire.YXDomain, false // RFC 6672 section 2.2
	}
	var name [wire.MaxNameLen]byte
	n := copy(name[:], below)
	n += copy(name[n:], target)
	targetAt, fits := r.w.AppendCNAME(dname.TTL(), at.ownerAt, name[:n])
	if !fits {
		r.w.Truncate()
		return wire.NoError, false
	}
	if t := r.query.Type; t == wire.TypeCNAME || t == wire.TypeANY {
		return wire.NoError, false
	}
	if isBelow(target, at.name.At(at.found.At)) {
		r.trace.amend(Growing)
		return wire.NoError, false // the names would grow without end
	}
	r.chain.Set(name[:n])
	return wire.NoError, r.moveTo(zone, at, targetAt)
}
