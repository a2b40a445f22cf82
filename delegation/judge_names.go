package delegation

// Rules on the zone's NS records: the parent's against the zone's own, the names in
// them, and the glue.

import (
	"fmt"
	"net/netip"
	"slices"

	"meridian/wire"
)

// nameSets: do the parent and every server of the zone name the same servers?
func (f *findings) nameSets(seen observations) {
	var parent []wire.Name
	for _, s := range seen.names {
		if s.atParent {
			parent = append(parent, s.name)
		}
	}
	first := -1
	var sets [][]wire.Name
	for _, p := range seen.probes {
		if !p.ns.authoritative() {
			continue
		}
		ns := servers(p.ns.reply.Answer, seen.zone)
		if len(ns) == 0 {
			f.add(Error, "no-ns", at(p.name, p.addr), "it serves the zone, and has no NS records for it", fmt.Sprintf("put NS records at the apex of %s", seen.zone))
			continue
		}
		if i := slices.IndexFunc(sets, func(set []wire.Name) bool { return slices.Equal(set, ns) }); i < 0 {
			sets = append(sets, ns)
			if len(sets) == 1 {
				first = slices.IndexFunc(seen.probes, func(q probe) bool { return q.name == p.name && q.addr == p.addr })
			} else {
				f.add(Warning, "ns-differs-in-zone", at(p.name, p.addr), fmt.Sprintf("its NS records name %s; those of %s name %s", list(ns), at(seen.probes[first].name, seen.probes[first].addr), list(sets[0])),
					"give all servers of the zone the same records")
			}
		}
	}
	if len(sets) == 0 || len(parent) == 0 {
		return
	}
	zone := sortedNames(slices.Concat(sets...))
	f.againstParent(seen, parent, zone)
}

func (f *findings) againstParent(seen observations, parent, zone []wire.Name) {
	onlyParent, onlyZone := without(parent, zone), without(zone, parent)
	do := fmt.Sprintf("make them equal: correct the NS records in %s, or give those who run %s the lines of `meridian delegation show %s`", seen.zone, seen.parent, seen.zone)
	switch {
	case len(onlyParent) == len(parent):
		f.add(Error, "ns-differs", seen.zone.String(), fmt.Sprintf("the parent names quite other servers (%s) than the zone itself (%s)", list(parent), list(zone)), do)
	case len(onlyParent)+len(onlyZone) > 0:
		what := "the NS records at the parent and in the zone differ"
		if len(onlyParent) > 0 {
			what += fmt.Sprintf("; only the parent names %s", list(onlyParent))
		}
		if len(onlyZone) > 0 {
			what += fmt.Sprintf("; only the zone names %s", list(onlyZone))
		}
		f.add(Warning, "ns-differs", seen.zone.String(), what, do)
	}
}

func without(all, these []wire.Name) []wire.Name {
	var rest []wire.Name
	for _, n := range all {
		if !slices.Contains(these, n) {
			rest = append(rest, n)
		}
	}
	return rest
}

// names: does each name server's name lead to addresses?
func (f *findings) names(seen observations) {
	for _, s := range seen.names {
		switch {
		case !s.ownAsked:
		case s.own.alias != "":
			f.add(Error, "ns-is-alias", s.name.String(), fmt.Sprintf("this name server's name is a CNAME (to %s), which resolvers don't follow (RFC 2181 section 10.3)", s.own.alias), "give it A and AAAA records of its own, or name its target in the NS record")
		case s.own.trouble != "":
			f.add(Error, "ns-without-address", s.name.String(), "this name server's name has no address that can be found: "+s.own.trouble, "give it A and AAAA records, or take it out of the NS records")
		}
	}
}

// glue: does the parent give the addresses of servers that lie in the zone, and only
// addresses that they have?
func (f *findings) glue(seen observations) {
	for _, s := range seen.names {
		if !s.atParent || allOwn(seen.parents) {
			continue
		}
		inside := s.name.IsSubdomainOf(seen.zone)
		do := fmt.Sprintf("give those who run %s the lines of `meridian delegation show %s`", seen.parent, seen.zone)
		if inside && len(s.glue) == 0 {
			f.add(Error, "glue-missing", s.name.String(), "it lies in the zone, and the parent has no address (glue) for it: no resolver can find it", do)
			continue
		}
		if !s.ownAsked || s.own.alias != "" || len(s.own.addrs) == 0 {
			continue
		}
		if wrong := addrsWithout(s.glue, s.own.addrs); len(wrong) > 0 {
			f.add(glueSeverity(inside), "glue-wrong", s.name.String(), fmt.Sprintf("the parent has the address %s for it, which is none of its own (%s)", list(wrong), list(s.own.addrs)), do)
		} else if lacking := addrsWithout(s.own.addrs, s.glue); inside && len(lacking) > 0 {
			f.add(Warning, "glue-incomplete", s.name.String(), fmt.Sprintf("the parent has no glue for its address %s, which resolvers so don't use at first", list(lacking)), do)
		}
	}
}

// glueSeverity: glue outside of the zone is only a help, which resolvers replace.
func glueSeverity(inside bool) Severity {
	if inside {
		return Error
	}
	return Warning
}

// allOwn says whether no server shows the parent's side of the delegation.
func allOwn(parents []parentSays) bool {
	return !slices.ContainsFunc(parents, func(p parentSays) bool { return len(p.ns) > 0 && !p.own })
}

func addrsWithout(all, these []netip.Addr) []netip.Addr {
	var rest []netip.Addr
	for _, a := range all {
		if !slices.Contains(these, a) {
			rest = append(rest, a)
		}
	}
	return rest
}
