package explain

// The question asked as on the wire.

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/miekg/dns"

	"meridian/dnsserver/answer"
	"meridian/view"
	"meridian/wire"
)

// ask has a view answer a question with a client subnet, over TCP so that nothing is
// cut off.
func ask(v *view.View, name wire.Name, typ uint16, client netip.Prefix) (Answer, error) {
	m := new(dns.Msg)
	m.SetQuestion(name.String(), typ)
	opt := &dns.OPT{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeOPT, Class: wire.DefUDPSize}}
	subnet := &dns.EDNS0_SUBNET{Code: dns.EDNS0SUBNET, Family: 1, SourceNetmask: uint8(client.Bits()), Address: client.Addr().AsSlice()}
	if client.Addr().Is6() {
		subnet.Family = 2
	}
	opt.Option = append(opt.Option, subnet)
	m.Extra = append(m.Extra, opt)
	packet, err := m.Pack()
	if err != nil {
		return Answer{}, fmt.Errorf("packing the question for %s: %w", name, err)
	}
	var shared answer.Shared
	shared.SetView(v)
	buf := make([]byte, wire.MaxTCPSize)
	n := answer.NewResponder(&shared, answer.Settings{}).Answer(buf, packet, answer.Arrival{Client: client.Addr(), Over: answer.TCP})
	var reply dns.Msg
	if err := reply.Unpack(buf[:n]); err != nil {
		return Answer{}, fmt.Errorf("reading the answer for %s: %w", name, err)
	}
	a := Answer{Rcode: dns.RcodeToString[reply.Rcode], Records: []string{}}
	for _, rr := range reply.Answer {
		a.Records = append(a.Records, strings.ReplaceAll(rr.String(), "\t", " "))
	}
	if o := reply.IsEdns0(); o != nil {
		for _, option := range o.Option {
			if s, ok := option.(*dns.EDNS0_SUBNET); ok {
				a.Scope = &s.SourceScope
			}
		}
	}
	return a, nil
}
