package answer

// Bugs to be planted, such as servers have had: in the zone that the responder is given,
// so that it answers as if its look-up were wrong, or in its answer.

import (
	"slices"
	"strings"

	"github.com/miekg/dns"

	"meridian/scripts/differ/corners"
	"meridian/wire"
	"meridian/zones"
)

// bug is one planted bug; the zero value is none.
type bug struct {
	name   string
	zone   func(z modelZone, records []dns.RR) []dns.RR
	answer func(q corners.Question, m model, answer *dns.Msg)
}

// contents are the zone that the responder is given.
func (b bug) contents(c *zones.Contents, z modelZone) *zones.Contents {
	if b.zone == nil {
		return c
	}
	sets, err := zones.FromRRs(b.zone(z, slices.Clone(z.records)))
	if err != nil {
		panic(err)
	}
	changed := zones.NewContents(c.Name)
	for _, s := range sets {
		changed.Put(s)
	}
	return changed
}

// message changes what the responder answered.
func (b bug) message(q corners.Question, m model, answer *dns.Msg) {
	if b.answer != nil {
		b.answer(q, m, answer)
	}
}

var bugs = []bug{
	{name: "wildcards match below an empty non-terminal", zone: func(z modelZone, records []dns.RR) []dns.RR {
		for _, rr := range z.records {
			parent, isWildcard := strings.CutPrefix(rr.Header().Name, "*.")
			if !isWildcard {
				continue
			}
			for _, below := range z.records {
				n := below.Header().Name
				if n == parent || !dns.IsSubDomain(parent, n) || parentOf(n) == parent {
					continue
				}
				if ent := parentOf(n); len(z.types(ent)) == 0 && !z.exists("*."+ent) {
					more := dns.Copy(rr)
					more.Header().Name = "*." + ent
					records = append(records, more)
				}
			}
		}
		return records
	}},
	{name: "wildcards are not found", zone: without(func(z modelZone, rr dns.RR) bool { return strings.HasPrefix(rr.Header().Name, "*.") })},
	{name: "cuts are not seen", zone: without(func(z modelZone, rr dns.RR) bool {
		return rr.Header().Rrtype == dns.TypeNS && rr.Header().Name != z.apex
	})},
	{name: "DNAME hides its owner", zone: without(func(z modelZone, rr dns.RR) bool {
		n := rr.Header().Name
		return n != z.apex && z.has(n, dns.TypeDNAME) && rr.Header().Rrtype != dns.TypeDNAME
	})},
	{name: "DNAME is a CNAME", zone: func(z modelZone, records []dns.RR) []dns.RR {
		for i, rr := range records {
			if d, ok := rr.(*dns.DNAME); ok && d.Hdr.Name != z.apex {
				h := d.Hdr
				h.Rrtype = dns.TypeCNAME
				records[i] = &dns.CNAME{Hdr: h, Target: d.Target}
			}
		}
		return records
	}},
	{name: "what is below a DS is the parent's", zone: without(func(z modelZone, rr dns.RR) bool { return rr.Header().Rrtype == dns.TypeDS })},
	{name: "NXDOMAIN for an empty non-terminal", answer: func(q corners.Question, m model, a *dns.Msg) {
		z, ok := m.zoneOf(lower(a.Question[0].Name), q.Type)
		if ok && a.Rcode == dns.RcodeSuccess && len(a.Answer) == 0 && a.Authoritative && len(z.types(lower(a.Question[0].Name))) == 0 {
			a.Rcode = dns.RcodeNameError
		}
	}},
	{name: "NOERROR for a chain that leads nowhere", answer: func(_ corners.Question, _ model, a *dns.Msg) {
		if len(a.Answer) > 0 && a.Rcode == dns.RcodeNameError {
			a.Rcode = dns.RcodeSuccess
		}
	}},
	{name: "glue is dropped", answer: func(_ corners.Question, _ model, a *dns.Msg) {
		if !a.Authoritative {
			a.Extra = nil
		}
	}},
	{name: "AAAA glue is dropped", answer: func(_ corners.Question, _ model, a *dns.Msg) {
		a.Extra = slices.DeleteFunc(a.Extra, func(rr dns.RR) bool { return rr.Header().Rrtype == dns.TypeAAAA })
	}},
	{name: "AA in referrals", answer: func(_ corners.Question, _ model, a *dns.Msg) {
		a.Authoritative = a.Authoritative || len(a.Ns) > 0
	}},
	{name: "no AA where a chain ends in a referral", answer: func(_ corners.Question, _ model, a *dns.Msg) {
		if len(a.Ns) > 0 && a.Ns[0].Header().Rrtype == dns.TypeNS {
			a.Authoritative = false
		}
	}},
	{name: "the negative TTL is the SOA's own", answer: func(_ corners.Question, m model, a *dns.Msg) {
		for _, rr := range a.Ns {
			for _, z := range m {
				if soa, ok := rr.(*dns.SOA); ok && z.apex == lower(soa.Hdr.Name) {
					soa.Hdr.Ttl = z.rrset(z.apex, dns.TypeSOA)[0].Header().Ttl
				}
			}
		}
	}},
	{name: "the negative TTL is MINIMUM", answer: func(_ corners.Question, _ model, a *dns.Msg) {
		for _, rr := range a.Ns {
			if soa, ok := rr.(*dns.SOA); ok {
				soa.Hdr.Ttl = soa.Minttl
			}
		}
	}},
	{name: "no SOA behind a chain", answer: func(_ corners.Question, _ model, a *dns.Msg) {
		if len(a.Answer) > 0 {
			a.Ns = nil
		}
	}},
	{name: "a chain's order is lost", answer: func(_ corners.Question, _ model, a *dns.Msg) { slices.Reverse(a.Answer) }},
	{name: "a wildcard's owner is not expanded", answer: func(_ corners.Question, m model, a *dns.Msg) {
		for _, rr := range a.Answer {
			if n := lower(rr.Header().Name); !slices.ContainsFunc(m, func(z modelZone) bool { return len(z.types(n)) > 0 }) && rr.Header().Rrtype != dns.TypeCNAME {
				rr.Header().Name = "*." + parentOf(n)
			}
		}
	}},
	{name: "a synthesized CNAME has TTL 0", answer: func(_ corners.Question, m model, a *dns.Msg) {
		if i := slices.IndexFunc(a.Answer, func(rr dns.RR) bool { return rr.Header().Rrtype == dns.TypeDNAME }); i >= 0 && i+1 < len(a.Answer) {
			a.Answer[i+1].Header().Ttl = 0
		}
	}},
	{name: "ANY answers nothing", answer: func(q corners.Question, _ model, a *dns.Msg) {
		if q.Type == dns.TypeANY {
			a.Answer = nil
		}
	}},
	{name: "TC is not set", answer: func(_ corners.Question, _ model, a *dns.Msg) { a.Truncated = false }},
	{name: "TC is always set in large answers", answer: func(_ corners.Question, _ model, a *dns.Msg) {
		a.Truncated = a.Truncated || a.Len() > wire.MinUDPSize
	}},
	{name: "YXDOMAIN is NOERROR", answer: func(_ corners.Question, _ model, a *dns.Msg) {
		if a.Rcode == dns.RcodeYXDomain {
			a.Rcode = dns.RcodeSuccess
		}
	}},
	{name: "a record of an RRset is lost", answer: func(_ corners.Question, _ model, a *dns.Msg) {
		if n := len(a.Answer); n > 2 {
			a.Answer = a.Answer[:n-1]
		}
	}},
	{name: "nothing is refused", answer: func(_ corners.Question, _ model, a *dns.Msg) {
		if a.Rcode == dns.RcodeRefused {
			a.Rcode = dns.RcodeNameError
		}
	}},
}

// without gives the responder a zone from which some records are gone.
func without(gone func(z modelZone, rr dns.RR) bool) func(z modelZone, records []dns.RR) []dns.RR {
	return func(z modelZone, records []dns.RR) []dns.RR {
		return slices.DeleteFunc(records, func(rr dns.RR) bool { return gone(z, rr) })
	}
}
