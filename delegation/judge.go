package delegation

// Observations to findings: the rules in their order. All of judge*.go is pure.

import (
	"fmt"
	"net/netip"
	"strings"

	"meridian/wire"
)

// judge makes the report of what was seen.
func judge(seen observations) Report {
	var found findings
	found.walk(seen)
	if len(seen.parents) > 0 {
		found.parents(seen)
		found.nameSets(seen)
		found.names(seen)
		found.glue(seen)
		found.probes(seen)
		found.agreement(seen)
		found.breadth(seen)
		found.keys(seen)
	}
	if seen.resolver != nil {
		found.resolver(*seen.resolver)
	}
	r := Report{Zone: seen.zone, Parent: seen.parent, Servers: []Server{}, Findings: sorted(found)}
	for _, p := range seen.probes {
		s := Server{Name: p.name, Addr: p.addr}
		if soa := p.soa(seen.zone); soa != nil {
			s.Serial = &soa.Serial
		}
		r.Servers = append(r.Servers, s)
	}
	return r
}

// findings are collected by the rules, a method each.
type findings []Finding

func (f *findings) add(s Severity, code, where, what, do string) {
	*f = append(*f, Finding{s, code, where, what, do})
}

// walk: was there a way down to the zone?
func (f *findings) walk(seen observations) {
	zone := seen.zone.String()
	if seen.cutShort != "" {
		f.add(Error, "cut-short", zone, "the check ended before it was through: "+seen.cutShort,
			"see to the other findings, then check again")
	}
	if seen.lost != "" && seen.cutShort == "" {
		f.add(Error, "no-way-down", zone, "the way from the root to the zone's parent ends early: "+seen.lost,
			"see that this machine reaches the internet's name servers on port 53, or begin at a server of the parent with --parent")
	}
}

// parents: does each server of the parent refer to the zone, and all in the same way?
func (f *findings) parents(seen observations) {
	delegated := false
	for _, p := range seen.parents {
		delegated = delegated || len(p.ns) > 0
	}
	if !delegated {
		f.add(Error, "not-delegated", seen.zone.String(), fmt.Sprintf("the servers of %s have no NS records for it, so that no resolver finds it", seen.parent),
			fmt.Sprintf("give those who run %s the lines of `meridian delegation show %s`", seen.parent, seen.zone))
	}
	first := -1
	for i, p := range seen.parents {
		where := at(p.server.Name, p.server.Addrs[0])
		switch {
		case unroutable(p.o.err):
			f.add(Note, "not-looked-at", where, "it wasn't asked: this machine has no route there", "check from a machine that has both IPv4 and IPv6")
		case len(p.ns) == 0 && !p.o.authoritative():
			f.add(Warning, "parent-lame", where, fmt.Sprintf("this server of the parent is of no use: %s", p.o.trouble()), "tell those who run "+seen.parent.String())
		case len(p.ns) == 0 && delegated:
			f.add(Error, "parents-differ", where, "it has no delegation, while other servers of the parent do", "wait until its copy of the parent's zone is renewed, or tell those who run "+seen.parent.String())
		case p.own:
			f.add(Note, "parent-serves-zone", where, "it serves the zone as well as its parent, so that the delegation can't be seen there", "see yourself that the parent's NS records are right")
		case len(p.ns) > 0 && first < 0:
			first = i
		case len(p.ns) > 0 && delegationOf(p) != delegationOf(seen.parents[first]):
			f.add(Warning, "parents-differ", where, fmt.Sprintf("its delegation is %s; that of %s is %s", delegationOf(p), at(seen.parents[first].server.Name, seen.parents[first].server.Addrs[0]), delegationOf(seen.parents[first])),
				"wait until all copies of the parent's zone are renewed, or tell those who run "+seen.parent.String())
		}
	}
}

// delegationOf is a delegation as one text, to compare and to show.
func delegationOf(p parentSays) string {
	parts := make([]string, len(p.glue))
	for i, h := range p.glue {
		parts[i] = h.Name.String()
		if len(h.Addrs) > 0 {
			parts[i] += " (" + list(h.Addrs) + ")"
		}
	}
	return strings.Join(parts, ", ")
}

// at names a server with its address, where it has a name.
func at(name wire.Name, a netip.Addr) string {
	if name == "" {
		return a.String()
	}
	return fmt.Sprintf("%s (%s)", name, a)
}

// list is values in words.
func list[T fmt.Stringer](values []T) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = v.String()
	}
	return strings.Join(texts, ", ")
}
