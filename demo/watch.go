package demo

// Who would be sent where: the clients' questions, asked of the real server.

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/miekg/dns"
)

// sight is one moment: what each client is answered, and which regions run.
type sight struct {
	answers []answer // by client
	running map[string]bool
}

// answer is what one client was answered.
type answer struct {
	region string // "" where the answer wasn't one of the regions
	text   string // the address, or what went wrong
	scope  int
	ttl    uint32
}

// watcher asks for all clients.
type watcher struct {
	server    netip.AddrPort
	processes *processes
}

func (w watcher) look(ctx context.Context) sight {
	s := sight{running: map[string]bool{}}
	for _, c := range clients() {
		s.answers = append(s.answers, w.ask(ctx, c.prefix))
	}
	for _, r := range Regions() {
		s.running[r.Name] = w.processes.running(r.Name)
	}
	return s
}

// ask sends one question with a client subnet.
func (w watcher) ask(ctx context.Context, p netip.Prefix) answer {
	m := new(dns.Msg).SetQuestion(Name, dns.TypeA)
	m.SetEdns0(1232, false)
	subnet := &dns.EDNS0_SUBNET{Code: dns.EDNS0SUBNET, Family: 1, SourceNetmask: uint8(p.Bits()), Address: p.Addr().AsSlice()}
	if p.Addr().Is6() {
		subnet.Family = 2
	}
	m.IsEdns0().Option = append(m.IsEdns0().Option, subnet)
	reply, _, err := (&dns.Client{Timeout: time.Second}).ExchangeContext(ctx, m, w.server.String())
	if err != nil {
		return answer{text: "no answer"}
	}
	a := answer{text: dns.RcodeToString[reply.Rcode]}
	for _, rr := range reply.Answer {
		if addr, ok := rr.(*dns.A); ok {
			a.text, a.ttl = addr.A.String(), addr.Hdr.Ttl
		}
	}
	if opt := reply.IsEdns0(); opt != nil {
		for _, o := range opt.Option {
			if s, ok := o.(*dns.EDNS0_SUBNET); ok {
				a.scope = int(s.SourceScope)
			}
		}
	}
	for _, r := range Regions() {
		if r.Addr.String() == a.text {
			a.region = r.Name
		}
	}
	return a
}

func (a answer) String() string {
	if a.region == "" {
		return a.text
	}
	return fmt.Sprintf("%-12s %s", a.region, a.text)
}
