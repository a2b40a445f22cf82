package answer

// The reference model: what the answer to a question has to be, worked out over a plain
// list of records, slowly, in the words of the RFCs. It shares nothing with the path
// that it is held against: no view, no nodes, no encoded RRsets.

import (
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// chainLimit is how many CNAMEs, synthesized ones too, one answer has at most.
const chainLimit = 9

// model is a server: zones, each a list of records.
type model []modelZone

type modelZone struct {
	apex    string
	records []dns.RR
}

// expected is an answer. Optional records are there if they fit (RFC 9471 section 3.2,
// RFC 1034 section 3.7); without any other one the answer is truncated.
type expected struct {
	rcode                   int
	aa                      bool
	answer, authority, glue []dns.RR
	optional                []dns.RR
	passed                  []string // names of the chain
	zone                    modelZone
	qtype                   uint16
	name                    string // where the chain stands
	done                    bool
}

// answer is RFC 1034 section 4.3.2. Names are in lower case.
func (m model) answer(qname string, qtype uint16) expected {
	e := expected{qtype: qtype, name: qname, aa: true}
	zone, ok := m.zoneOf(qname, qtype) // step 2
	if !ok {
		return expected{rcode: dns.RcodeRefused}
	}
	e.zone = zone
	for range chainLimit {
		e.passed = append(e.passed, e.name)
		e.step3()
		if e.done {
			return e
		}
		// A chain goes on where it leads to a name of the same zone that it hasn't passed.
		next, ok := m.zoneOf(e.name, qtype)
		if atApex := e.name == zone.apex; !atApex && (!ok || next.apex != zone.apex) || slices.Contains(e.passed, e.name) {
			return e
		}
	}
	return e
}

// zoneOf is the nearest zone that encloses a name. Of DS at an apex the zone above knows
// (RFC 4035 section 3.1.4.1).
func (m model) zoneOf(name string, qtype uint16) (best modelZone, ok bool) {
	var own *modelZone
	for i, z := range m {
		switch {
		case !dns.IsSubDomain(z.apex, name):
		case z.apex == name && qtype == dns.TypeDS:
			own = &m[i]
		case !ok || len(labelsOf(z.apex)) > len(labelsOf(best.apex)):
			best, ok = z, true
		}
	}
	if !ok && own != nil {
		return *own, true
	}
	return best, ok
}

// step3 matches down, label by label, from the apex to the name.
func (e *expected) step3() {
	for _, n := range wayDown(e.zone.apex, e.name) {
		switch {
		case !e.zone.exists(n):
			e.star(parentOf(n)) // 3c: n's parent is the closest encloser
			return
		case n != e.zone.apex && e.zone.has(n, dns.TypeNS) && !(n == e.name && e.qtype == dns.TypeDS):
			e.referral(n) // 3b
			return
		case n != e.name && e.zone.has(n, dns.TypeDNAME):
			e.redirect(n) // RFC 6672 section 3.2
			return
		}
	}
	e.match(e.name) // 3a
}

// star is step 3c (RFC 4592 section 3.3.1).
func (e *expected) star(encloser string) {
	if wildcard := "*." + encloser; e.zone.exists(wildcard) {
		e.match(wildcard)
		return
	}
	e.rcode = dns.RcodeNameError
	e.negative()
}

// match answers for the name from the records at an owner.
func (e *expected) match(owner string) {
	types := e.zone.types(owner)
	switch {
	case e.qtype == dns.TypeANY && len(types) > 0: // RFC 8482 section 4.1: the RRset of the lowest type
		e.add(owner, types[0])
		e.done = true
	case slices.Contains(types, e.qtype):
		e.add(owner, e.qtype)
		if e.qtype == dns.TypeNS {
			for _, ns := range e.zone.rrset(owner, dns.TypeNS) {
				e.optional = append(e.optional, e.zone.addresses(ns)...)
			}
		}
		e.done = true
	case slices.Contains(types, dns.TypeCNAME):
		e.add(owner, dns.TypeCNAME)
		e.name = lower(e.zone.rrset(owner, dns.TypeCNAME)[0].(*dns.CNAME).Target)
	default:
		e.negative() // RFC 2308 section 2.2
	}
}

// add writes an owner's RRset into the answer, with the name as its owner.
func (e *expected) add(owner string, typ uint16) {
	for _, rr := range e.zone.rrset(owner, typ) {
		rr = dns.Copy(rr)
		rr.Header().Name = e.name
		e.answer = append(e.answer, rr)
	}
}

// negative writes the SOA, which says for how long nothing is there (RFC 2308 section 5).
func (e *expected) negative() {
	soa := dns.Copy(e.zone.rrset(e.zone.apex, dns.TypeSOA)[0]).(*dns.SOA)
	soa.Hdr.Ttl = min(soa.Hdr.Ttl, soa.Minttl)
	e.authority, e.done = []dns.RR{soa}, true
}

// referral writes the cut's NS RRset and the addresses that go with it: glue below the
// cut is required (RFC 9471 section 3.1). It is authoritative where a chain led to it,
// as the chain's first owner is (RFC 1034 section 6.2.7, RFC 6604 section 2).
func (e *expected) referral(cut string) {
	e.aa, e.done = len(e.answer) > 0, true
	e.authority = e.zone.rrset(cut, dns.TypeNS)
	for _, ns := range e.authority {
		if below := dns.IsSubDomain(cut, lower(ns.(*dns.NS).Ns)); below {
			e.glue = append(e.glue, e.zone.addresses(ns)...)
		} else {
			e.optional = append(e.optional, e.zone.addresses(ns)...)
		}
	}
}

// redirect is RFC 6672 section 3.1: the DNAME, and the CNAME that it makes of the name.
func (e *expected) redirect(owner string) {
	dname := e.zone.rrset(owner, dns.TypeDNAME)[0].(*dns.DNAME)
	if !slices.ContainsFunc(e.answer, func(rr dns.RR) bool { return rr.String() == dname.String() }) {
		e.answer = append(e.answer, dname)
	}
	below := e.name[:len(e.name)-len(owner)]
	target := below + lower(dname.Target)
	if dname.Target == "." {
		target = below
	}
	if octets, err := dns.PackDomainName(target, make([]byte, 512), 0, nil, false); err != nil || octets > 255 {
		e.rcode, e.done = dns.RcodeYXDomain, true // section 2.2
		return
	}
	header := dns.RR_Header{Name: e.name, Rrtype: dns.TypeCNAME, Class: dns.ClassINET, Ttl: dname.Hdr.Ttl}
	e.answer = append(e.answer, &dns.CNAME{Hdr: header, Target: target})
	e.name = target
	// Who asks for CNAME has it. Names below their own DNAME would grow for ever.
	e.done = e.qtype == dns.TypeCNAME || e.qtype == dns.TypeANY || dns.IsSubDomain(owner, lower(dname.Target))
}

// exists says whether there are records at or below a name (RFC 4592 section 2.2.3).
func (z modelZone) exists(name string) bool {
	return slices.ContainsFunc(z.records, func(rr dns.RR) bool { return dns.IsSubDomain(name, rr.Header().Name) })
}

func (z modelZone) has(name string, typ uint16) bool { return len(z.rrset(name, typ)) > 0 }

func (z modelZone) rrset(name string, typ uint16) (rrs []dns.RR) {
	for _, rr := range z.records {
		if rr.Header().Name == name && rr.Header().Rrtype == typ {
			rrs = append(rrs, rr)
		}
	}
	return rrs
}

// types are those at a name, in ascending order.
func (z modelZone) types(name string) (types []uint16) {
	for _, rr := range z.records {
		if rr.Header().Name == name {
			types = append(types, rr.Header().Rrtype)
		}
	}
	slices.Sort(types)
	return slices.Compact(types)
}

// addresses are those of the name server that an NS record names, in this zone.
func (z modelZone) addresses(ns dns.RR) []dns.RR {
	name := lower(ns.(*dns.NS).Ns)
	return slices.Concat(z.rrset(name, dns.TypeA), z.rrset(name, dns.TypeAAAA))
}

// wayDown is the names from the apex to a name, both included.
func wayDown(apex, name string) []string {
	way := []string{name}
	for name != apex {
		name = parentOf(name)
		way = append(way, name)
	}
	slices.Reverse(way)
	return way
}

func parentOf(name string) string {
	next, end := dns.NextLabel(name, 0)
	if end {
		return "."
	}
	return name[next:]
}

func labelsOf(name string) []string { return dns.SplitDomainName(name) }

func lower(name string) string { return strings.ToLower(name) }
