package dnsserver

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// tcpClient is one connection, which the test's end closes.
type tcpClient struct {
	t testing.TB
	net.Conn
}

func dialTCP(t testing.TB, to netip.AddrPort) tcpClient {
	t.Helper()
	c, err := net.Dial("tcp", to.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return tcpClient{t, c}
}

// framed puts the length before a message.
func framed(packet []byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(packet))), packet...)
}

func (c tcpClient) send(b []byte) {
	c.t.Helper()
	if _, err := c.Write(b); err != nil {
		c.t.Fatal(err)
	}
}

func (c tcpClient) receive() *dns.Msg {
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

func (c tcpClient) ask(packet []byte) *dns.Msg {
	c.t.Helper()
	c.send(framed(packet))
	return c.receive()
}

// isAnswered asks where the server may close the connection instead.
func (c tcpClient) isAnswered(packet []byte) bool {
	_, err := c.Write(framed(packet))
	if err == nil {
		_, err = c.Read(make([]byte, 1))
	}
	return err == nil
}

// wantEnd wants the server to close the connection with no further octet.
func (c tcpClient) wantEnd() {
	c.t.Helper()
	if n, err := c.Read(make([]byte, 1)); n != 0 || err == nil {
		c.t.Errorf("read %d octets, %v", n, err)
	}
}

// TestPipelining sends queries at once, and in pieces; the answers come in their order.
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

// TestLongMessages: what is cut over UDP is whole over TCP, and a query may have any
// length.
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

// TestIdleClients: who says nothing, or half of it, is left.
func TestIdleClients(t *testing.T) {
	s := start(t, Options{Listen: []netip.AddrPort{addrPort("127.0.0.1:0")}, Workers: 1, IdleTimeout: 20 * time.Millisecond})
	query := framed(question(t, 1, "www.example.", dns.TypeA))
	for _, sent := range [][]byte{nil, query[:1], query[:2], query[:len(query)-1]} {
		c := dialTCP(t, s.Addrs()[0])
		c.send(sent)
		c.wantEnd()
	}
	checkCounters(t, s, map[string]uint64{})
}

// TestSlowClient: who asks and asks and takes no answer is left too.
func TestSlowClient(t *testing.T) {
	s := start(t, Options{Listen: []netip.AddrPort{addrPort("127.0.0.1:0")}, Workers: 1, IdleTimeout: 20 * time.Millisecond})
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

// TestMaxConns: one connection more than is allowed is closed, until another ends.
func TestMaxConns(t *testing.T) {
	s := start(t, Options{Listen: []netip.AddrPort{addrPort("127.0.0.1:0")}, Workers: 1, MaxConns: 2})
	query := question(t, 1, "www.example.", dns.TypeA)
	first, second := dialTCP(t, s.Addrs()[0]), dialTCP(t, s.Addrs()[0])
	checkAnswer(t, first.ask(query), 1)
	checkAnswer(t, second.ask(query), 1)
	dialTCP(t, s.Addrs()[0]).wantEnd()
	first.Close()
	for !dialTCP(t, s.Addrs()[0]).isAnswered(query) { // until the server sees that the first has ended
	}
}
