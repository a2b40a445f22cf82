package delegation

// Rules on what a resolver makes of a steered record, and no more said than can be seen.

import (
	"fmt"
	"strings"

	"github.com/miekg/dns"
)

// resolver: does it resolve the zone, and does it pass client subnets on?
func (f *findings) resolver(t throughResolver) {
	where := "resolver " + t.server.Addr().String()
	switch {
	case !t.soa.replied():
		f.add(Error, "resolver-silent", where, "it gives no answer: "+t.soa.trouble(), "see that the address is a resolver's, and that it serves clients here")
		return
	case t.soa.reply.Rcode != dns.RcodeSuccess:
		f.add(Error, "resolver-fails", where, "asked for the zone's SOA it answers "+rcodeName(t.soa.reply.Rcode), "see to the other findings; if there are none, see the resolver's log")
		return
	case t.steered == "":
		f.add(Note, "subnets-not-looked-at", where, "it resolves the zone; whether it passes client subnets on only a steered record shows", "name one with --steered")
		return
	}
	f.subnets(t, where)
}

// subnets compares the answers by client network.
func (f *findings) subnets(t throughResolver, where string) {
	answers := map[string]bool{}
	var scopes, differ []string
	optioned, asked := false, 0
	for _, r := range t.rounds {
		bits, ok := scope(r.direct)
		if !r.direct.authoritative() || !ok || bits == 0 || answered(r.direct) == "" {
			continue
		}
		asked++
		answers[answered(r.direct)] = true
		bits, ok = scope(r.through)
		optioned = optioned || ok
		if ok && bits > 0 {
			scopes = append(scopes, fmt.Sprintf("%s/%d", r.client, bits))
		}
		if answered(r.through) != answered(r.direct) {
			differ = append(differ, fmt.Sprintf("for %s %s instead of %s", r.client, orNothing(answered(r.through)), answered(r.direct)))
		}
	}
	name := t.steered.String()
	switch {
	case asked == 0:
		f.add(Note, "subnets-unknown", where, fmt.Sprintf("%s has no answer that depends on the client subnet, so that nothing can be seen", name), "name a steered record with A records in several regions with --steered")
	case len(scopes) == asked && len(differ) == 0:
		f.add(Note, "subnets-sent", where, fmt.Sprintf("it passes client subnets on: %s is answered as the zone's servers answer (%s)", name, strings.Join(scopes, ", ")), "")
	case len(scopes) > 0 && len(differ) > 0:
		f.add(Warning, "answers-differ", where, fmt.Sprintf("it passes client subnets on, and answers otherwise than the zone's servers do: %s", strings.Join(differ, "; ")), "wait for the record's TTL and check again; if it stays so, see whether the servers agree")
	case len(differ) > 0:
		f.add(Warning, "no-subnets", where, notPassed(optioned)+": "+strings.Join(differ, "; "),
			"have client subnets turned on for this zone's servers (unbound: send-client-subnet or client-subnet-zone; PowerDNS: edns-subnet-allow-list); until then its clients are sent where the resolver itself stands")
	case len(answers) == 1:
		f.add(Note, "subnets-unknown", where, fmt.Sprintf("all client networks that were tried get the same answer for %s, so that nothing can be seen", name), "check again when more than one region is up")
	default:
		f.add(Note, "subnets-sent", where, fmt.Sprintf("it passes client subnets on, though it doesn't show the scope: %s is answered by network", name), "")
	}
}

// notPassed says what is known of a resolver that answers alike for every subnet.
func notPassed(optioned bool) string {
	if optioned {
		return "the client subnets sent to it changed nothing (it sends none to this zone's servers, or only those of clients that it takes them for itself)"
	}
	return "the client subnets sent to it were ignored (it sends none to this zone's servers, or takes none from its clients and sends their own)"
}

func orNothing(s string) string {
	if s == "" {
		return "no address"
	}
	return s
}
