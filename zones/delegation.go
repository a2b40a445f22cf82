package zones

// What is wrong between an owner name and those above and below it: name servers and
// their addresses, zone cuts, DNAME.

import (
	"fmt"
	"slices"

	"github.com/miekg/dns"

	"meridian/wire"
)

// nameServers checks the owner's NS records, at the apex or at a cut.
func (v *validator) nameServers() {
	if v.owner.IsWildcard() && v.has(dns.TypeNS) { // what it would mean is undefined (RFC 4592 section 4.2)
		v.error(dns.TypeNS, "name each delegated zone", "is a wildcard and has NS records")
		return
	}
	for _, ns := range v.targetsAt(v.owner) {
		v.nameServer(v.owner, ns)
	}
}

// nameServer checks a target of the NS records at a name.
func (v *validator) nameServer(at, ns wire.Name) {
	switch {
	case isSteered(v.zone, ns, v.z):
		v.error(dns.TypeNS, "give the name server a name with addresses of its own", "is delegated to %s, which is a steered name", ns)
	case ns.IsSubdomainOf(at) && !v.hasAddress(ns, at):
		v.warn(dns.TypeNS, fmt.Sprintf("add A or AAAA records of %s", ns), "is delegated to %s, which has no address in the zone (missing glue)", ns)
	}
}

// targetsAt returns the name servers of the NS records at a name that lie in the zone.
func (v *validator) targetsAt(owner wire.Name) []wire.Name {
	s, _ := v.z.RRset(owner, dns.TypeNS)
	var targets []wire.Name
	for _, rdata := range s.RDATA {
		if ns, ok := target(rdata); ok && ns.IsSubdomainOf(v.zone) {
			targets = append(targets, ns)
		}
	}
	return targets
}

// hasAddress says whether a name server has an address for the NS records at owner:
// below a cut glue, which must be there as such; elsewhere a wildcard's will do.
func (v *validator) hasAddress(ns, owner wire.Name) bool {
	if hasAddressType(v.z.Types(ns)) {
		return true
	}
	wildcard, ok := wildcardOf(v.zone, ns, v.z)
	return ok && owner == v.zone && hasAddressType(v.z.Types(wildcard))
}

func hasAddressType(types []uint16) bool {
	return slices.Contains(types, dns.TypeA) || slices.Contains(types, dns.TypeAAAA)
}

// isSteered says whether questions for a name of the zone are steered, by a record at
// the name or at the wildcard that covers it.
func isSteered(zone, name wire.Name, z Surroundings) bool {
	if _, ok := z.Steered(name); ok {
		return true
	}
	if wildcard, ok := wildcardOf(zone, name, z); ok {
		_, steered := z.Steered(wildcard)
		return steered
	}
	return false
}

// wildcardOf returns the wildcard below the closest encloser of a name that does not
// exist (RFC 4592 section 3.3.1); it need not exist either.
func wildcardOf(zone, name wire.Name, z Surroundings) (wire.Name, bool) {
	if exists(name, z) {
		return "", false
	}
	for name != zone {
		name, _ = name.Parent()
		if name == zone || exists(name, z) {
			break
		}
	}
	wildcard, err := wire.Name("\x01*\x00").Join(name)
	return wildcard, err == nil
}

func exists(name wire.Name, z Surroundings) bool {
	_, steered := z.Steered(name)
	return steered || len(z.Types(name)) > 0 || z.HasBelow(name)
}

// above looks at the names from the apex down to the owner for a zone cut, and for a
// DNAME above the owner (RFC 6672 section 2.4). Below a cut that is an error too:
// else taking away the cut would bring forth errors at names that nobody touched.
func (v *validator) above() {
	if len(v.types) == 0 && len(v.steered) == 0 {
		return
	}
	path := v.path()
	if i := slices.IndexFunc(path, v.isCut); i >= 0 {
		v.occluded(path[i], path[i:])
	}
	for _, name := range path[:len(path)-1] {
		if _, ok := v.z.RRset(name, dns.TypeDNAME); ok {
			v.error(anyType, "remove the DNAME record or what lies below it", "lies below %s, which has a DNAME record", name)
			return
		}
	}
}

func (v *validator) isCut(name wire.Name) bool {
	if name == v.zone {
		return false
	}
	_, ok := v.z.RRset(name, dns.TypeNS)
	return ok
}

// occluded warns of what a cut takes out of service at the owner: all but the cut's
// own records and the addresses of its name servers. path leads from the cut to the owner.
func (v *validator) occluded(cut wire.Name, path []wire.Name) {
	where := "below"
	hidden := without(v.types, dns.TypeRRSIG, dns.TypeNSEC)
	if cut == v.owner {
		where = "at"
		hidden = without(hidden, dns.TypeNS, dns.TypeDS, dns.TypeCNAME, dns.TypeDNAME) // the last two are errors
	}
	for _, name := range path {
		if slices.Contains(v.targetsAt(name), v.owner) { // glue
			hidden = without(hidden, dns.TypeA, dns.TypeAAAA)
		}
	}
	if len(hidden) > 0 {
		v.warn(hidden[0], "move the records into the delegated zone", "has records of type %s %s the zone cut %s: they are kept, but not served",
			typeNames(hidden), where, cut)
	}
	if len(v.steered) > 0 {
		v.warn(anyType, "steer the name in the delegated zone", "is a steered name %s the zone cut %s: it is kept, but not served", where, cut)
	}
}

// others looks at names above and below whose standing the owner's records change. Of
// a whole zone it would tell everything twice: there each of those names is asked itself.
func (v *validator) others() {
	if v.z.HasBelow(v.owner) {
		switch {
		case v.has(dns.TypeDNAME): // RFC 6672 section 2.4
			v.error(dns.TypeDNAME, "remove the DNAME record or what lies below it", "has a DNAME record, and there are names below it")
		case v.isCut(v.owner) && !slices.ContainsFunc(v.targetsAt(v.owner), v.isBelow):
			v.warn(dns.TypeNS, "move the records into the delegated zone", "is a zone cut, and there are names below it: they are kept, but not served")
		}
	}
	for name := v.owner; name != v.zone; {
		name, _ = name.Parent()
		for _, ns := range v.targetsAt(name) {
			if v.covers(ns) {
				u := newValidator(v.zone, name, v.z)
				u.nameServer(name, ns)
				v.found = append(v.found, u.found...)
			}
		}
	}
}

func (v *validator) isBelow(name wire.Name) bool {
	return name != v.owner && name.IsSubdomainOf(v.owner)
}

// covers says whether the owner's records may answer for a name: it is the owner, or
// the owner is a wildcard beside or above it.
func (v *validator) covers(name wire.Name) bool {
	if name == v.owner || !v.owner.IsWildcard() {
		return name == v.owner
	}
	parent, _ := v.owner.Parent()
	return name.IsSubdomainOf(parent)
}

// path returns the names from the apex down to the owner, both included.
func (v *validator) path() []wire.Name {
	path := []wire.Name{v.owner}
	for name := v.owner; name != v.zone; {
		name, _ = name.Parent()
		path = append(path, name)
	}
	slices.Reverse(path)
	return path
}
