package dnsserver

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// dialed is one connection, which the test's end closes.
type dialed struct {
	t testing.TB
	net.Conn
}

func dialTCP(t testing.TB, to netip.AddrPort) dialed {
	t.Helper()
	c, err := net.Dial("tcp", to.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return dialed{t, c}
}

// framed puts the length before a message.
func framed(packet []byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(packet))), packet...)
}

func (c dialed) send(b []byte) {
	c.t.Helper()
	if _, err := c.Write(b); err != nil {
		c.t.Fatal(err)
	}
}

func (c dialed) receive() *dns.Msg {
	c.t.Helper()
	var length [2]byte
	if _, err := io.ReadFull(c, length[:]); err != nil {
		c.t.Fatal(err)
	}
	b := make([]byte, binary.BigEndian.Uint16(length[:]))
	if _, err := io.ReadFull(c, b); err != nil {
		c.t.Fatal(err)
	}
	return unpack(c.t, b)
}

func (c dialed) ask(packet []byte) *dns.Msg {
	c.t.Helper()
	c.send(framed(packet))
	return c.receive()
}

// isAnswered asks where the server may close the connection instead.
func (c dialed) isAnswered(packet []byte) bool {
	_, err := c.Write(framed(packet))
	if err == nil {
		_, err = c.Read(make([]byte, 1))
	}
	return err == nil
}

// wantEnd wants the server to close the connection with no further octet.
func (c dialed) wantEnd() {
	c.t.Helper()
	if n, err := c.Read(make([]byte, 1)); n != 0 || err == nil {
		c.t.Errorf("read %d octets, %v", n, err)
	}
}

// dialFrom dials from an address of this machine's.
func dialFrom(t testing.TB, addr string, to netip.AddrPort) dialed {
	t.Helper()
	d := net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(addr), 0))}
	c, err := d.Dial("tcp", to.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return dialed{t, c}
}

// TestPipelining sends queries at once, and in pieces; the answers come in their order (RFC
// 7766 section 6.2.1.1), and the connection stays for more (RFC 7766 section 6.2.1).
func TestPipelining(t *testing.T) {
	s := start(t, Options{Listen: []netip.AddrPort{addrPort("127.0.0.1:0")}, Workers: 1})
	c := dialTCP(t, s.Addrs()[0])
	var all []byte
	for id := range uint16(20) {
		all = append(all, framed(question(t, id, "www.example.", dns.TypeA))...)
	}
	c.send(all)
	for id := range uint16(20) {
		checkAnswer(t, c.receive(), id)
	}
	for _, b := range framed(question(t, 99, "www.example.", dns.TypeA)) {
		c.send([]byte{b})
	}
	checkAnswer(t, c.receive(), 99)
	checkCounters(t, s, map[string]uint64{"tcp NOERROR": 21})
}

// TestPipelinedAnswersAreSentTogether: one write for many small answers, several for many
// long ones, each with its length before it (RFC 7766 section 8); and what a query without
// answer follows is still answered.
func TestPipelinedAnswersAreSentTogether(t *testing.T) {
	s := start(t, Options{Listen: []netip.AddrPort{addrPort("127.0.0.1:0")}, Workers: 1})
	small, long := framed(question(t, 1, "www.example.", dns.TypeA)), framed(question(t, 1, "vast.example.", dns.TypeTXT))
	for _, c := range []struct {
		what   string
		in     []byte
		writes int
		ok     bool
	}{
		{"20 small", bytes.Repeat(small, 20), 1, true},
		{"20 long", bytes.Repeat(long, 20), 3, true},
		{"a small one and half of one", append(bytes.Clone(small), small[:10]...), 1, true},
		{"half of one", small[:10], 0, true},
		{"a small one and no query", append(bytes.Clone(small), 0, 1, 0), 1, false},
	} {
		counted := &countedWrites{}
		conn := s.conns.add(counted, netip.MustParseAddr("192.0.2.1"))
		_, ok := s.answerAll(conn, c.in, netip.MustParseAddr("192.0.2.1"))
		s.conns.remove(conn)
		if counted.writes != c.writes || ok != c.ok {
			t.Errorf("%s: %d writes, %v; want %d, %v", c.what, counted.writes, ok, c.writes, c.ok)
		}
	}
}

// countedWrites is a connection that takes everything.
type countedWrites struct {
	net.Conn
	writes int
}

func (c *countedWrites) Write(b []byte) (int, error) { c.writes++; return len(b), nil }
func (c *countedWrites) Close() error                { return nil }

// TestLongMessages: what is cut over UDP is whole over TCP (RFC 7766 section 5), and a query
// may have any length.
func TestLongMessages(t *testing.T) {
	s := start(t, Options{Listen: []netip.AddrPort{addrPort("[::1]:0")}, Workers: 1})
	query := question(t, 1, "vast.example.", dns.TypeTXT)
	if m, _ := askUDP(t, s.Addrs()[0], query); !m.Truncated || len(m.Answer) != 0 {
		t.Errorf("over UDP:\n%s", m)
	}
	c := dialTCP(t, s.Addrs()[0])
	if m := c.ask(query); m.Truncated || len(m.Answer) != 8 {
		t.Errorf("over TCP:\n%s", m)
	}
	padded := new(dns.Msg).SetQuestion("www.example.", dns.TypeA).SetEdns0(1232, false)
	padded.Id = 2
	padded.IsEdns0().Option = []dns.EDNS0{&dns.EDNS0_PADDING{Padding: make([]byte, 60000)}}
	b, err := padded.Pack()
	if err != nil {
		t.Fatal(err)
	}
	checkAnswer(t, c.ask(b), 2)
	checkCounters(t, s, map[string]uint64{"udp NOERROR": 1, "tcp NOERROR": 2})
}

// TestPacketsWithoutAnswer end the connection.
func TestPacketsWithoutAnswer(t *testing.T) {
	s := start(t, Options{Listen: []netip.AddrPort{addrPort("127.0.0.1:0")}, Workers: 1})
	for _, p := range [][]byte{{}, []byte("no header")} {
		c := dialTCP(t, s.Addrs()[0])
		c.send(framed(p))
		c.wantEnd()
	}
	checkCounters(t, s, map[string]uint64{"dropped": 2})
}

// short is how long tests let clients be slow that are to be cut off; long is longer than
// any test takes.
const short, long = 20 * time.Millisecond, time.Hour

// TestIdleClients: who asks nothing is left, and who asked before (RFC 7766 section 6.2.3).
func TestIdleClients(t *testing.T) {
	s := start(t, Options{Listen: []netip.AddrPort{addrPort("127.0.0.1:0")}, Workers: 1, IdleTimeout: short, QueryTimeout: long})
	dialTCP(t, s.Addrs()[0]).wantEnd()
	c := dialTCP(t, s.Addrs()[0])
	if c.isAnswered(question(t, 1, "www.example.", dns.TypeA)) {
		io.Copy(io.Discard, c) // ends when the server closes
	}
	waitForOpen(t, s, 0)
}

// TestSlowSenders: a query that doesn't come to its end is left, wherever it stops, be it
// that an octet comes now and then; also one behind others.
func TestSlowSenders(t *testing.T) {
	s := start(t, Options{Listen: []netip.AddrPort{addrPort("127.0.0.1:0")}, Workers: 1, IdleTimeout: long, QueryTimeout: short})
	query := framed(question(t, 1, "www.example.", dns.TypeA))
	for _, sent := range [][]byte{query[:1], query[:2], query[:len(query)-1], {0xff, 0xff, 0}} {
		c := dialTCP(t, s.Addrs()[0])
		c.send(sent)
		c.wantEnd()
	}
	behind := dialTCP(t, s.Addrs()[0])
	behind.send(append(bytes.Clone(query), query[:5]...))
	io.Copy(io.Discard, behind)
	dripping := dialTCP(t, s.Addrs()[0])
	for {
		if _, err := dripping.Write([]byte{0xff}); err != nil {
			break // long before the 65,535 octets that were announced: each write is a system call
		}
	}
	waitForOpen(t, s, 0)
}

// TestSlowReader: who asks and asks and takes no answer is left too.
func TestSlowReader(t *testing.T) {
	s := start(t, Options{Listen: []netip.AddrPort{addrPort("127.0.0.1:0")}, Workers: 1, IdleTimeout: long, QueryTimeout: short})
	c := dialTCP(t, s.Addrs()[0])
	many := bytes.Repeat(framed(question(t, 1, "vast.example.", dns.TypeTXT)), 1000)
	for {
		if _, err := c.Write(many); err != nil {
			break // the server closed the connection
		}
	}
	// The one worker is free for others (who, on a busy machine, may be too slow as well).
	for !dialTCP(t, s.Addrs()[0]).isAnswered(question(t, 2, "www.example.", dns.TypeA)) {
	}
}

// waitForOpen returns when the server sees so many connections.
func waitForOpen(t *testing.T, s *Server, n int) {
	t.Helper()
	for s.TCP().Open != n {
		runtime.Gosched()
	}
}

// TestClientLimit: with one connection too many of a client, its quietest ends (RFC 7766
// section 6.2.2).
func TestClientLimit(t *testing.T) {
	s := start(t, Options{Listen: []netip.AddrPort{addrPort("127.0.0.1:0")}, Workers: 1, MaxConnsPerClient: 2})
	query := question(t, 1, "www.example.", dns.TypeA)
	other := dialFrom(t, "127.0.0.9", s.Addrs()[0])
	checkAnswer(t, other.ask(query), 1)
	first, second := dialTCP(t, s.Addrs()[0]), dialTCP(t, s.Addrs()[0])
	checkAnswer(t, first.ask(query), 1)
	checkAnswer(t, second.ask(query), 1)
	checkAnswer(t, first.ask(query), 1) // now the second is the quietest
	third := dialTCP(t, s.Addrs()[0])
	checkAnswer(t, third.ask(query), 1)
	second.wantEnd()
	checkAnswer(t, first.ask(query), 1)
	checkAnswer(t, other.ask(query), 1)
	want := TCPCounts{Open: 3, Accepted: 4, GaveWayOfClient: 1}
	if got := s.TCP(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestOneClientStarvesNobody: with all connections in one hand, a newcomer is answered.
func TestOneClientStarvesNobody(t *testing.T) {
	s := start(t, Options{Listen: []netip.AddrPort{addrPort("127.0.0.1:0")}, Workers: 1, MaxConns: 10})
	query := question(t, 1, "www.example.", dns.TypeA)
	for range 30 {
		dialTCP(t, s.Addrs()[0])
	}
	for i := range 8 {
		checkAnswer(t, dialFrom(t, fmt.Sprintf("127.0.0.%d", 10+i), s.Addrs()[0]).ask(query), 1)
	}
	if got := s.TCP(); got.Open != 10 || got.Accepted != 38 || got.GaveWayOfClient+got.GaveWayOfAll != 28 {
		t.Errorf("got %+v", got)
	}
}

// TestKeepalive: how long the server keeps idle connections it tells who asks (RFC 7828
// section 3.3.2).
func TestKeepalive(t *testing.T) {
	s := start(t, Options{Listen: []netip.AddrPort{addrPort("127.0.0.1:0")}, Workers: 1, IdleTimeout: 7 * time.Second})
	m := new(dns.Msg).SetQuestion("www.example.", dns.TypeA).SetEdns0(1232, false)
	m.IsEdns0().Option = []dns.EDNS0{&dns.EDNS0_TCP_KEEPALIVE{Code: dns.EDNS0TCPKEEPALIVE}}
	b, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	reply := dialTCP(t, s.Addrs()[0]).ask(b)
	if o := reply.IsEdns0(); len(o.Option) != 1 || o.Option[0].(*dns.EDNS0_TCP_KEEPALIVE).Timeout != 70 {
		t.Errorf("got %s", reply)
	}
}
