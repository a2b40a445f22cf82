package dnsserver

import (
	"bytes"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"

	"meridian/dnsserver/answer"
)

// narrow is a socket with packets to receive, whose interface carries so many octets.
type narrow struct {
	in  [][]byte
	mtu int
	out [][]byte
}

func (c *narrow) ReadMsgUDPAddrPort(b, _ []byte) (int, int, int, netip.AddrPort, error) {
	if len(c.in) == 0 {
		return 0, 0, 0, netip.AddrPort{}, net.ErrClosed
	}
	n := copy(b, c.in[0])
	c.in = c.in[1:]
	return n, 0, 0, addrPort("192.0.2.1:53"), nil
}

func (c *narrow) WriteMsgUDPAddrPort(b, _ []byte, _ netip.AddrPort) (int, int, error) {
	if len(b) > c.mtu {
		return 0, 0, &net.OpError{Op: "write", Err: syscall.EMSGSIZE}
	}
	c.out = append(c.out, bytes.Clone(b))
	return len(b), 0, nil
}

// TestTooLongForTheInterface: such an answer goes out again, empty and with TC (RFC 9715
// section 3.1).
func TestTooLongForTheInterface(t *testing.T) {
	s, err := Listen(t.Context(), newShared(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	m := new(dns.Msg).SetQuestion("long.example.", dns.TypeTXT).SetEdns0(1232, false)
	long, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	r := answer.NewResponder(newShared(t), answer.Settings{})
	c := &narrow{in: [][]byte{long, question(t, 2, "www.example.", dns.TypeA)}, mtu: 300}
	s.serveUDP(c, r)
	if len(c.out) != 2 {
		t.Fatalf("%d answers", len(c.out))
	}
	if got := unpack(t, c.out[0]); got.Id != m.Id || !got.Truncated || got.Rcode != 0 || len(got.Answer) != 0 || len(got.Extra) != 1 || len(got.Question) != 1 {
		t.Errorf("got\n%s", got)
	}
	checkAnswer(t, unpack(t, c.out[1]), 2)
	if n := r.Counters.Truncated.Load(); n != 1 {
		t.Errorf("%d are counted as truncated", n)
	}
	// Where not even that gets through, there is a line in the log, and the next is served.
	var log strings.Builder
	s.log = newSeldom(slog.New(slog.NewTextHandler(&log, nil)), time.Now)
	s.serveUDP(&narrow{in: [][]byte{long, long}, mtu: 10}, r)
	if strings.Count(log.String(), "msg=sending") != 1 {
		t.Errorf("the log has\n%s", log.String())
	}
}

// TestSeldom: one line of a kind in ten seconds, which says how many there were not.
func TestSeldom(t *testing.T) {
	var log strings.Builder
	now := time.Unix(0, 0)
	s := newSeldom(slog.New(slog.NewTextHandler(&log, nil)), func() time.Time { return now })
	for range 100 {
		s.warn("receiving", "error", errors.New("x"))
	}
	s.warn("sending")
	now = now.Add(seldomEvery)
	s.warn("receiving")
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) != 3 || !strings.HasSuffix(lines[2], "msg=receiving left_out_before=99") {
		t.Errorf("the log has\n%s", log.String())
	}
}
