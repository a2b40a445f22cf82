package delegation_test

// The real network: the invented internet behind sockets on loopback addresses.

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"meridian/delegation"
	"meridian/wire"
)

// onLoopback moves a world's addresses to loopback ones.
var onLoopback = strings.NewReplacer("192.0.2.53", "127.9.0.53", "192.0.2.", "127.9.0.", "198.51.100.53", "127.9.1.53",
	"AAAA 2001:db8::53", "TXT moved", "AAAA 2001:db8:2::53", "TXT moved")

// loopbackWorld serves a world over UDP and TCP, all of it on one port.
func loopbackWorld(t *testing.T, edit func(map[string]string), noTCP string) (port uint16) {
	w := goodWorld(t, func(texts map[string]string) {
		if edit != nil {
			edit(texts)
		}
		for z, text := range texts {
			texts[z] = onLoopback.Replace(text)
		}
	})
	for address, zones := range w.servers {
		a := netip.MustParseAddr(onLoopback.Replace(address))
		if a.Is6() {
			continue
		}
		handler := dns.HandlerFunc(func(out dns.ResponseWriter, q *dns.Msg) { out.WriteMsg(respond(zones, q)) })
		udp, err := net.ListenPacket("udp", netip.AddrPortFrom(a, port).String())
		if err != nil {
			t.Fatal(err)
		}
		port = uint16(udp.LocalAddr().(*net.UDPAddr).Port)
		serve(t, &dns.Server{PacketConn: udp, Handler: handler})
		if a.String() == noTCP {
			continue
		}
		tcp, err := net.Listen("tcp", netip.AddrPortFrom(a, port).String())
		if err != nil {
			t.Fatal(err)
		}
		serve(t, &dns.Server{Listener: tcp, Handler: handler})
	}
	return port
}

func serve(t *testing.T, s *dns.Server) {
	started, done := make(chan struct{}), make(chan struct{})
	s.NotifyStartedFunc = func() { close(started) }
	go func() { defer close(done); s.ActivateAndServe() }()
	<-started
	t.Cleanup(func() { s.Shutdown(); <-done })
}

func checkLoopback(t *testing.T, port uint16) delegation.Report {
	hints := []delegation.Host{{Name: wire.MustParseName("a.root."), Addrs: []netip.Addr{netip.MustParseAddr("127.9.0.1")}}}
	return delegation.Check(t.Context(), delegation.Network{}, delegation.Options{Zone: app, Hints: hints, Port: port})
}

func TestRealNetwork(t *testing.T) {
	for _, c := range []struct {
		name  string
		edit  func(map[string]string)
		noTCP string
		want  []string
	}{
		{"all is well", nil, "", []string{"note no-ipv6 app.example.com."}},
		{"glue for an address where nobody is", replace("A 192.0.2.53", "A 192.0.2.99", "parent", "parent2"), "",
			[]string{"error glue-wrong ns1.app.example.com.", "error lame ns1.app.example.com. (127.9.0.99)", "note no-ipv6 app.example.com."}},
		{"no TCP", nil, "127.9.1.53", []string{"error tcp-blocked dns.other.com. (127.9.1.53)", "note no-ipv6 app.example.com."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := checkLoopback(t, loopbackWorld(t, c.edit, c.noTCP))
			if diff := cmp.Diff(c.want, findings(r)); diff != "" {
				t.Errorf("findings wanted - and got +:\n%s\n%s", diff, texts(r))
			}
		})
	}
}

// Replies that aren't to the question are passed over; the right one is taken.
func TestNetworkTakesOnlyItsReply(t *testing.T) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	handler := dns.HandlerFunc(func(out dns.ResponseWriter, q *dns.Msg) {
		wrongID, wrongName, right := new(dns.Msg).SetReply(q), new(dns.Msg).SetReply(q), new(dns.Msg).SetReply(q)
		wrongID.Id++
		wrongName.Question = []dns.Question{{Name: "else.example.", Qtype: dns.TypeSOA, Qclass: dns.ClassINET}}
		right.Authoritative = true
		out.WriteMsg(wrongID)
		out.WriteMsg(wrongName)
		out.Write([]byte{byte(q.Id >> 8), byte(q.Id), 0, 0}) // too short to be read
		out.WriteMsg(right)
	})
	serve(t, &dns.Server{PacketConn: conn, Handler: handler})
	reply, err := delegation.Network{}.Exchange(t.Context(), delegation.Query{
		Server: netip.MustParseAddrPort(conn.LocalAddr().String()), Name: app, Type: dns.TypeSOA, Size: 1232,
	})
	if err != nil || !reply.Authoritative || reply.Size != reply.Len() {
		t.Errorf("got %v (%v)", reply, err)
	}
}

// A server that keeps silent costs two tries and no more.
func TestNetworkGivesUp(t *testing.T) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	q := delegation.Query{Server: netip.MustParseAddrPort(conn.LocalAddr().String()), Name: app, Type: dns.TypeSOA}
	if _, err := (delegation.Network{Timeout: 50 * time.Millisecond}).Exchange(t.Context(), q); err == nil {
		t.Error("a silent server answered")
	}
	conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	packets := 0
	for buf := make([]byte, 512); ; packets++ {
		if _, _, err := conn.ReadFrom(buf); err != nil {
			break
		}
	}
	if packets != 2 {
		t.Errorf("%d packets came, not 2", packets)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (delegation.Network{}).Exchange(ended, q); err == nil {
		t.Error("a question without time was answered")
	}
}
