package delegation_test

// Resolvers of each kind, and what can be known of them.

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"meridian/delegation"
	"meridian/wire"
)

var resolverAt = netip.MustParseAddrPort("203.0.113.153:53")

// steer makes a zone's server answer www by the first octet of the client's network: below
// 128, or above.
func steer(q delegation.Query, right *dns.Msg) (*dns.Msg, error) {
	if q.Name != wire.MustParseName("www.app.example.com.") {
		return right, nil
	}
	return steered(q, q.Subnet, 8), nil
}

func steered(q delegation.Query, by netip.Prefix, scope uint8) *dns.Msg {
	m := new(dns.Msg).SetReply(new(dns.Msg).SetQuestion(q.Name.String(), q.Type))
	m.Authoritative = true
	address := "192.0.2.10"
	if by.IsValid() && by.Addr().As4()[0] < 128 {
		address = "192.0.2.20"
	}
	m.Answer = []dns.RR{&dns.A{Hdr: dns.RR_Header{Name: q.Name.String(), Rrtype: dns.TypeA, Class: dns.ClassINET}, A: netip.MustParseAddr(address).AsSlice()}}
	if q.Subnet.IsValid() && scope > 0 {
		m.SetEdns0(1232, false)
		m.IsEdns0().Option = []dns.EDNS0{&dns.EDNS0_SUBNET{Code: dns.EDNS0SUBNET, Family: 1,
			SourceNetmask: uint8(q.Subnet.Bits()), SourceScope: scope, Address: q.Subnet.Addr().AsSlice()}}
	}
	return m
}

func TestResolvers(t *testing.T) {
	www := wire.MustParseName("www.app.example.com.")
	soa := new(dns.Msg).SetReply(new(dns.Msg).SetQuestion("app.example.com.", dns.TypeSOA))
	through := func(answer func(q delegation.Query) *dns.Msg) fault {
		return func(q delegation.Query, _ *dns.Msg) (*dns.Msg, error) {
			if !q.Recurse {
				t.Errorf("the resolver is asked without RD: %v", q)
			}
			if q.Type == dns.TypeSOA {
				return soa, nil
			}
			return answer(q), nil
		}
	}
	elsewhere := netip.MustParsePrefix("9.0.0.0/24")
	for _, c := range []struct {
		name    string
		steered wire.Name
		answer  fault
		want    string
	}{
		{"passes subnets on", www, through(func(q delegation.Query) *dns.Msg { return steered(q, q.Subnet, 8) }), "note subnets-sent"},
		{"passes them on, and shows no scope", www, through(func(q delegation.Query) *dns.Msg { return steered(q, q.Subnet, 0) }), "note subnets-sent"},
		{"sends none", www, through(func(q delegation.Query) *dns.Msg { return steered(q, netip.Prefix{}, 0) }), "warning no-subnets"},
		{"sends its own", www, through(func(q delegation.Query) *dns.Msg { return steered(q, elsewhere, 0) }), "warning no-subnets"},
		{"passes them on, and has old answers", www, through(func(q delegation.Query) *dns.Msg { return steered(q, elsewhere, 8) }), "warning answers-differ"},
		{"no steered name is given", "", through(nil), "note subnets-not-looked-at"},
		{"a name that isn't steered", wire.MustParseName("ns1.app.example.com."), through(nil), "note subnets-unknown"},
		{"is silent", www, fails(errSilent, always), "error resolver-silent"},
		{"fails", www, func(q delegation.Query, _ *dns.Msg) (*dns.Msg, error) {
			return new(dns.Msg).SetRcode(new(dns.Msg).SetQuestion(q.Name.String(), q.Type), dns.RcodeServerFailure), nil
		}, "error resolver-fails"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := goodWorld(t, nil)
			for _, a := range []string{"192.0.2.53", "2001:db8::53", "198.51.100.53", "2001:db8:2::53"} {
				w.faults[a] = steer
			}
			w.faults["203.0.113.153"] = c.answer
			if c.name == "a name that isn't steered" {
				w.faults["203.0.113.153"] = func(q delegation.Query, _ *dns.Msg) (*dns.Msg, error) { return soa, nil }
			}
			r := delegation.Check(t.Context(), w, delegation.Options{Zone: app, Hints: hints(), Resolver: resolverAt, Steered: c.steered})
			if diff := cmp.Diff([]string{c.want + " resolver 203.0.113.153"}, findings(r)); diff != "" {
				t.Errorf("findings wanted - and got +:\n%s\n%s", diff, texts(r))
			}
		})
	}
}
