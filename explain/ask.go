package explain

// The question asked as on the wire.

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/miekg/dns"

	"meridian/dnsserver/answer"
	"meridian/wire"
)

// ask has a Responder answer a question from the client's first address, over TCP so that
// nothing is cut off, and returns what it noted on the way.
func (x *explainer) ask(name wire.Name, typ uint16, client netip.Prefix, subnet bool) (Answer, answer.Trace, error) {
	var trace answer.Trace
	packet, err := question(name, typ, client, subnet).Pack()
	if err != nil {
		return Answer{}, trace, fmt.Errorf("packing the question for %s: %w", name, err)
	}
	var shared answer.Shared
	shared.SetView(x.state.View)
	responder := answer.NewResponder(&shared, answer.Settings{})
	responder.Trace(&trace)
	buf := make([]byte, wire.MaxTCPSize)
	n := responder.Answer(buf, packet, answer.Arrival{Client: client.Addr(), Over: answer.TCP, Now: x.now.UnixMilli()})
	var reply dns.Msg
	if err := reply.Unpack(buf[:n]); err != nil {
		return Answer{}, trace, fmt.Errorf("reading the answer for %s: %w", name, err)
	}
	return read(&reply), trace, nil
}

// question is the query, with EDNS.
func question(name wire.Name, typ uint16, client netip.Prefix, subnet bool) *dns.Msg {
	m := new(dns.Msg)
	m.SetQuestion(name.String(), typ)
	opt := &dns.OPT{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeOPT, Class: wire.DefUDPSize}}
	if subnet {
		option := &dns.EDNS0_SUBNET{Code: dns.EDNS0SUBNET, Family: 1, SourceNetmask: uint8(client.Bits()), Address: client.Addr().AsSlice()}
		if client.Addr().Is6() {
			option.Family = 2
		}
		opt.Option = append(opt.Option, option)
	}
	m.Extra = append(m.Extra, opt)
	return m
}

// read is what an explanation says of a response.
func read(reply *dns.Msg) Answer {
	a := Answer{Rcode: dns.RcodeToString[reply.Rcode], Records: []string{}}
	for _, rr := range reply.Answer {
		a.Records = append(a.Records, strings.ReplaceAll(rr.String(), "\t", " "))
	}
	if o := reply.IsEdns0(); o != nil {
		for _, option := range o.Option {
			switch option := option.(type) {
			case *dns.EDNS0_SUBNET:
				a.Scope = &option.SourceScope
			case *dns.EDNS0_EDE:
				a.Errors = append(a.Errors, strings.TrimSuffix(option.String(), ": ()"))
			}
		}
	}
	return a
}
