package dnsserver

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"meridian/dnsserver/answer"
	"meridian/view"
	"meridian/wire"
	"meridian/zones"
)

// newShared has one zone, example., with an address at www, and TXT RRsets at long of
// some 500 and at vast of some 2,000 octets.
func newShared(t testing.TB) *answer.Shared {
	t.Helper()
	e := view.NewZone(wire.MustParseName("example.")).Edit()
	lines := []string{
		"example. 3600 IN SOA ns.example. hostmaster.example. 1 7200 900 1209600 300",
		"example. 3600 IN NS ns.example.",
		"www.example. 60 IN A 192.0.2.1",
		fmt.Sprintf("long.example. 60 IN TXT %q %[1]q", strings.Repeat("x", 250)),
	}
	for i := range 8 {
		lines = append(lines, fmt.Sprintf("vast.example. 60 IN TXT %q", strings.Repeat(fmt.Sprint(i), 250)))
	}
	var rrs []dns.RR
	for _, line := range lines {
		rr, err := dns.NewRR(line)
		if err != nil {
			t.Fatal(err)
		}
		rrs = append(rrs, rr)
	}
	sets, err := zones.FromRRs(rrs)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sets {
		e.Put(s)
	}
	shared := &answer.Shared{}
	shared.SetView(new(view.View).With(1, []*view.Zone{e.Done()}, nil))
	return shared
}

// start opens a server, and serves until the test ends.
func start(t testing.TB, opts Options) *Server {
	t.Helper()
	s, err := Listen(t.Context(), newShared(t), opts)
	if err != nil {
		t.Fatal(err)
	}
	serve(t, s)
	return s
}

// serve serves until the test ends, which waits for that.
func serve(t testing.TB, s *Server) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- s.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// everyKind runs a test with each kind of UDP socket.
func everyKind(t *testing.T, test func(t *testing.T, open opener)) {
	for name, open := range map[string]opener{"of the system": openUDP, "portable": openPortable} {
		t.Run(name, func(t *testing.T) { test(t, open) })
	}
}

// addrPort is an address with a port.
func addrPort(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

// question packs a query.
func question(t testing.TB, id uint16, name string, typ uint16) []byte {
	t.Helper()
	m := new(dns.Msg).SetQuestion(name, typ)
	m.Id = id
	b, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// askUDP asks from a socket that isn't connected, so that an answer from any address
// would be seen, and returns it with the address that it came from.
func askUDP(t testing.TB, to netip.AddrPort, packet []byte) (*dns.Msg, netip.AddrPort) {
	t.Helper()
	network := "udp4"
	if to.Addr().Is6() {
		network = "udp6"
	}
	c, err := net.ListenUDP(network, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.WriteToUDPAddrPort(packet, to); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 65535)
	n, from, err := c.ReadFromUDPAddrPort(buf)
	if err != nil {
		t.Fatal(err)
	}
	return unpack(t, buf[:n]), netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
}

func unpack(t testing.TB, b []byte) *dns.Msg {
	t.Helper()
	m := new(dns.Msg)
	if err := m.Unpack(b); err != nil {
		t.Fatal(err)
	}
	return m
}

// checkAnswer wants the address of www.example. in answer to a query with an id.
func checkAnswer(t testing.TB, m *dns.Msg, id uint16) {
	t.Helper()
	if m.Id != id || !m.Authoritative || len(m.Answer) != 1 || m.Answer[0].String() != "www.example.\t60\tIN\tA\t192.0.2.1" {
		t.Errorf("the answer to query %d is\n%s", id, m)
	}
}

// checkCounters wants exactly these responses counted, by transport and code.
func checkCounters(t testing.TB, s *Server, want map[string]uint64) {
	t.Helper()
	got := map[string]uint64{}
	count := func(name string, n uint64) {
		if n > 0 {
			got[name] += n
		}
	}
	for _, r := range s.Responders() {
		count("dropped", r.Counters.Dropped.Load())
		count("ECS", r.Counters.WithECS.Load())
		for over := range answer.NumTransports {
			for _, rcode := range answer.Rcodes() {
				count(over.String()+" "+rcode.String(), r.Counters.Responses(over, rcode))
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("counters (-want +got):\n%s", diff)
	}
}

// TestAsk asks over UDP and TCP, IPv4 and IPv6, at addresses and behind wildcards. The
// answer comes from the address that was asked.
func TestAsk(t *testing.T) {
	for _, c := range []struct {
		listen string
		ask    []string
	}{
		{"127.0.0.1:0", []string{"127.0.0.1"}},
		{"127.0.0.2:0", []string{"127.0.0.2"}},
		{"[::1]:0", []string{"::1"}},
		{"0.0.0.0:0", []string{"127.0.0.1", "127.0.0.2", "127.1.2.3"}},
		{"[::]:0", []string{"::1", "127.0.0.1", "127.0.0.2"}},
	} {
		t.Run(c.listen, func(t *testing.T) {
			s := start(t, Options{Listen: []netip.AddrPort{addrPort(c.listen)}, Workers: 2})
			for i, addr := range c.ask {
				to := netip.AddrPortFrom(netip.MustParseAddr(addr), s.Addrs()[0].Port())
				id := uint16(i)
				m, from := askUDP(t, to, question(t, id, "www.example.", dns.TypeA))
				checkAnswer(t, m, id)
				if from != to {
					t.Errorf("%s was asked, %s answered", to, from)
				}
				checkAnswer(t, dialTCP(t, to).ask(question(t, id, "www.example.", dns.TypeA)), id)
			}
			n := uint64(len(c.ask))
			checkCounters(t, s, map[string]uint64{"udp NOERROR": n, "tcp NOERROR": n})
		})
	}
}

// TestSeveralAddresses listens on two addresses, each with a port of its own.
func TestSeveralAddresses(t *testing.T) {
	s := start(t, Options{Listen: []netip.AddrPort{addrPort("127.0.0.1:0"), addrPort("[::1]:0")}, Workers: 1})
	if len(s.Addrs()) != 2 || s.Addrs()[0].Port() == 0 || s.Addrs()[1].Port() == 0 {
		t.Fatalf("listening on %v", s.Addrs())
	}
	for _, to := range s.Addrs() {
		m, _ := askUDP(t, to, question(t, 7, "www.example.", dns.TypeA))
		checkAnswer(t, m, 7)
	}
}

// TestBothWildcards listens on 0.0.0.0 and [::] with one port.
func TestBothWildcards(t *testing.T) {
	free, err := Listen(t.Context(), newShared(t), Options{Listen: []netip.AddrPort{addrPort("[::]:0")}})
	if err != nil {
		t.Fatal(err)
	}
	port := free.Addrs()[0].Port()
	free.Close()
	s := start(t, Options{Listen: []netip.AddrPort{
		netip.AddrPortFrom(netip.IPv4Unspecified(), port), netip.AddrPortFrom(netip.IPv6Unspecified(), port),
	}})
	for i, addr := range []string{"127.0.0.2", "::1"} {
		to := netip.AddrPortFrom(netip.MustParseAddr(addr), port)
		m, from := askUDP(t, to, question(t, uint16(i), "www.example.", dns.TypeA))
		checkAnswer(t, m, uint16(i))
		if from != to {
			t.Errorf("%s was asked, %s answered", to, from)
		}
		checkAnswer(t, dialTCP(t, to).ask(question(t, 9, "www.example.", dns.TypeA)), 9)
	}
	checkCounters(t, s, map[string]uint64{"udp NOERROR": 2, "tcp NOERROR": 2})
}

// TestWorkersShareAPort: the kernel spreads clients over the workers' sockets.
func TestWorkersShareAPort(t *testing.T) {
	s := start(t, Options{Listen: []netip.AddrPort{addrPort("127.0.0.1:0")}, Workers: 4})
	for i := range uint16(64) {
		m, _ := askUDP(t, s.Addrs()[0], question(t, i, "www.example.", dns.TypeA))
		checkAnswer(t, m, i)
	}
	checkCounters(t, s, map[string]uint64{"udp NOERROR": 64})
	busy := 0
	for _, r := range s.Responders() {
		if r.Counters.Responses(answer.UDP, wire.NoError) > 0 {
			busy++
		}
	}
	if len(s.Responders()) != 8 || busy < 2 {
		t.Errorf("of %d responders %d answered", len(s.Responders()), busy)
	}
}

// TestNotEveryPacketIsAnswered: a worker goes on after packets of all kinds, also where it
// finds many of them at once.
func TestNotEveryPacketIsAnswered(t *testing.T) {
	everyKind(t, func(t *testing.T, open opener) {
		s, err := Listen(t.Context(), newShared(t), Options{Listen: []netip.AddrPort{addrPort("127.0.0.1:0")}, Workers: 1, openUDP: open})
		if err != nil {
			t.Fatal(err)
		}
		c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(s.Addrs()[0]))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		response := question(t, 1, "www.example.", dns.TypeA)
		response[2] |= 0x80
		refused, long := question(t, 2, "www.example.org.", dns.TypeA), append(question(t, 3, "www.example.", dns.TypeA), make([]byte, 8000)...)
		for range 10 {
			for _, p := range [][]byte{{}, []byte("no header"), response, refused, long, question(t, 4, "vast.example.", dns.TypeTXT), question(t, 5, "www.example.", dns.TypeA)} {
				if _, err := c.Write(p); err != nil {
					t.Fatal(err)
				}
			}
		}
		serve(t, s)
		buf := make([]byte, 65535)
		for range 10 {
			var got []string
			for range 4 {
				n, err := c.Read(buf)
				if err != nil {
					t.Fatal(err)
				}
				m := unpack(t, buf[:n])
				got = append(got, fmt.Sprintf("%d %s tc %v %d", m.Id, dns.RcodeToString[m.Rcode], m.Truncated, len(m.Answer)))
			}
			if diff := cmp.Diff([]string{"2 REFUSED tc false 0", "3 FORMERR tc false 0", "4 NOERROR tc true 0", "5 NOERROR tc false 1"}, got); diff != "" {
				t.Fatalf("(-want +got):\n%s", diff)
			}
		}
		checkCounters(t, s, map[string]uint64{"dropped": 30, "udp REFUSED": 10, "udp FORMERR": 10, "udp NOERROR": 20})
		if got := s.UDP(); got != (UDPCounts{}) {
			t.Errorf("got %+v", got)
		}
	})
}
