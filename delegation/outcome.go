package delegation

// What came of a question, in the terms of one who looks for a zone's servers.

import (
	"errors"
	"fmt"
	"slices"
	"syscall"

	"github.com/miekg/dns"

	"meridian/wire"
)

// outcome is a reply, or the error instead of one. The zero value is of a question that
// was not asked.
type outcome struct {
	reply Reply
	err   error
}

func (o outcome) asked() bool { return o.reply.Msg != nil || o.err != nil }

// replied says whether a message came back, however bad.
func (o outcome) replied() bool { return o.reply.Msg != nil }

// authoritative says whether it is an answer that a resolver takes as the zone's own
// word: also that there is no such name or type.
func (o outcome) authoritative() bool {
	return o.replied() && o.reply.Authoritative &&
		(o.reply.Rcode == dns.RcodeSuccess || o.reply.Rcode == dns.RcodeNameError)
}

// referral is the zone that the reply refers to (RFC 1034 section 4.3.2 step 3b).
func (o outcome) referral() (wire.Name, bool) {
	if !o.replied() || o.reply.Authoritative || o.reply.Rcode != dns.RcodeSuccess || len(o.reply.Answer) > 0 {
		return "", false
	}
	for _, rr := range o.reply.Ns {
		if rr.Header().Rrtype == dns.TypeNS {
			return nameOf(rr.Header().Name), true
		}
	}
	return "", false
}

// trouble is in words why the outcome is no authoritative answer; "" if it is one.
func (o outcome) trouble() string {
	switch {
	case errors.Is(o.err, errNoAnswer):
		return "there is no answer"
	case errors.Is(o.err, syscall.ECONNREFUSED):
		return "nothing listens there (connection refused)"
	case unroutable(o.err):
		return "this machine has no route there"
	case o.err != nil:
		return o.err.Error()
	case !o.replied():
		return "it was not asked"
	case o.authoritative():
		return ""
	case o.reply.Rcode != dns.RcodeSuccess:
		return "it answers " + rcodeName(o.reply.Rcode)
	}
	if to, ok := o.referral(); ok {
		return fmt.Sprintf("it answers with a referral to the servers of %s", to)
	}
	return "its answer isn't authoritative (no AA flag)"
}

func rcodeName(code int) string {
	if s, ok := dns.RcodeToString[code]; ok {
		return s
	}
	return fmt.Sprintf("RCODE %d", code)
}

// servers are the names in the NS records of owner in a section.
func servers(section []dns.RR, owner wire.Name) []wire.Name {
	var names []wire.Name
	for _, rr := range section {
		if ns, ok := rr.(*dns.NS); ok && nameOf(ns.Hdr.Name) == owner {
			names = append(names, nameOf(ns.Ns))
		}
	}
	return sortedNames(names)
}

// hosts gives the names the addresses that a section has for them. Addresses of names
// outside of the zone whose server speaks are nobody's word (RFC 5452 section 6).
func hosts(names []wire.Name, section []dns.RR, speaker wire.Name) []Host {
	list := make([]Host, len(names))
	for i, n := range names {
		list[i].Name = n
		for _, rr := range section {
			if a, ok := addrOf(rr); ok && nameOf(rr.Header().Name) == n && n.IsSubdomainOf(speaker) {
				list[i].Addrs = append(list[i].Addrs, a)
			}
		}
		list[i].Addrs = sortedAddrs(list[i].Addrs)
	}
	return list
}

// soaOwner is the owner of the SOA record in a section.
func soaOwner(section []dns.RR) (wire.Name, bool) {
	i := slices.IndexFunc(section, func(rr dns.RR) bool { return rr.Header().Rrtype == dns.TypeSOA })
	if i < 0 {
		return "", false
	}
	return nameOf(section[i].Header().Name), true
}
