package answer

// Referrals: the name lies below a zone cut (RFC 1034 section 4.3.2 step 3b).

import (
	"meridian/dnsserver/ratelimit"
	"meridian/view"
	"meridian/wire"
)

// referral writes the cut's NS RRset, the addresses of name servers below the cut (RFC
// 9471 section 3.1: where they don't fit, TC), and, where there is room, those that the
// zone has of others (section 3.2).
func (r *Responder) referral(zone *view.Zone, at *place) wire.Rcode {
	r.about(ratelimit.Referral, at.found.Hash)
	r.trace.add(Referral, zone, at)
	ns := at.found.Node.Set(wire.TypeNS)
	appended := r.w.Len()
	cutAt := at.ownerAt + at.name.Len() - len(at.name.At(at.found.At))
	if !r.w.Append(wire.Authority, ns, cutAt, at.apexAt) {
		r.w.Truncate()
		return wire.NoError
	}
	cut := at.name.At(at.found.At)
	if !r.addresses(zone, ns, appended, at.apexAt, func(t wire.Target) bool { return isBelow(t.Name, cut) }) {
		r.w.Truncate()
	}
	r.addresses(zone, ns, appended, at.apexAt, func(t wire.Target) bool { return !isBelow(t.Name, cut) })
	return wire.NoError
}

// addresses writes what the zone has of addresses of some targets of an RRset that was
// appended at a place; false where not all fit. Addresses of steered names are never among
// them: they are one client's, and the scope is the queried name's (RFC 7871 section 7.3.1).
func (r *Responder) addresses(zone *view.Zone, ns wire.RRset, appended, apexAt int, some func(wire.Target) bool) bool {
	all := true
	for _, target := range ns.Targets() {
		node := zone.GlueNode(target)
		if !node.Exists() || !some(target) {
			continue
		}
		for _, typ := range [...]uint16{wire.TypeA, wire.TypeAAAA} {
			if set := node.Set(typ); !set.IsZero() {
				all = r.w.AppendTarget(wire.Additional, set, target, appended, apexAt, zone.Name) && all
			}
		}
	}
	return all
}

// isBelow says whether a canonical name is owner or below it.
func isBelow(name wire.Name, owner []byte) bool {
	for at := 0; len(name)-at >= len(owner); at += 1 + int(name[at]) {
		if string(name[at:]) == string(owner) {
			return true
		}
	}
	return false
}
