package alias

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"meridian/view"
	"meridian/wire"
)

// resolver serves questions on a loopback port, over UDP and TCP, and returns where.
func resolver(t *testing.T, answer dns.HandlerFunc) netip.AddrPort {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", pc.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*dns.Server{{PacketConn: pc, Handler: answer}, {Listener: l, Handler: answer}} {
		up := make(chan struct{})
		s.NotifyStartedFunc = func() { close(up) }
		go s.ActivateAndServe()
		<-up
		t.Cleanup(func() { s.Shutdown() })
	}
	return pc.LocalAddr().(*net.UDPAddr).AddrPort()
}

func reply(rcode int, records ...string) dns.HandlerFunc {
	return func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg)
		m.SetRcode(q, rcode)
		for _, r := range records {
			rr, err := dns.NewRR(r)
			if err != nil {
				panic(err)
			}
			m.Answer = append(m.Answer, rr)
		}
		if w.LocalAddr().Network() == "udp" {
			m.Truncate(1232)
		}
		w.WriteMsg(m)
	}
}

// TestOverTheNetwork asks real sockets: what doesn't fit into UDP comes over TCP, and a
// resolver that doesn't know, or isn't there, is passed over.
func TestOverTheNetwork(t *testing.T) {
	var long []string
	for i := range 200 {
		long = append(long, fmt.Sprintf("lb.example.net. 60 A 10.0.0.%d", i))
	}
	other := func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg)
		m.SetReply(q)
		m.Question[0].Name = "other.example."
		w.WriteMsg(m)
	}
	nobody := netip.MustParseAddrPort("127.0.0.1:1")
	one := resolver(t, reply(dns.RcodeSuccess, "lb.example.net. 60 A 192.0.2.1"))
	for _, test := range []struct {
		name      string
		resolvers []netip.AddrPort
		want      string // answer records, or the error's end
		network   bool
	}{
		{"short", []netip.AddrPort{one}, "1", false},
		{"long", []netip.AddrPort{resolver(t, reply(dns.RcodeSuccess, long...))}, "200", false},
		{"the second knows", []netip.AddrPort{nobody, resolver(t, reply(dns.RcodeServerFailure)), one}, "1", false},
		{"none knows", []netip.AddrPort{resolver(t, reply(dns.RcodeRefused)), nobody}, "it says REFUSED", false},
		{"another question", []netip.AddrPort{resolver(t, other)}, "the answer is to another question", true},
		{"nobody there", []netip.AddrPort{nobody}, "connection refused", true},
		{"none given", nil, "there are no resolvers: give them with --alias-resolver", false},
	} {
		m, err := Network{test.resolvers}.Exchange(t.Context(), target, dns.TypeA)
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = fmt.Sprint(len(m.Answer))
		}
		if !strings.HasSuffix(got, test.want) || isNetwork(err) != test.network {
			t.Errorf("%s: %s (network: %v), want %s (%v)", test.name, got, isNetwork(err), test.want, test.network)
		}
	}
	found, err := lookUp(t.Context(), Network{[]netip.AddrPort{one}}, target, dns.TypeA)
	if err != nil || string(found.set.RDATA(wire.Root)[0]) != "\xc0\x00\x02\x01" {
		t.Errorf("found %v, %v", found, err)
	}
}

// TestReleasedCellStays: who still reads a cell after its release sees what it had.
func TestReleasedCellStays(t *testing.T) {
	r := New(Options{Exchanger: &script{}})
	c := r.Acquire(target, dns.TypeA)
	c.Store(&view.Resolved{})
	r.Release(target, dns.TypeA)
	if c.Load() == nil {
		t.Error("it is empty")
	}
}
