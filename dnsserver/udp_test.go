package dnsserver

import (
	"bytes"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"

	"meridian/dnsserver/answer"
	"meridian/wire"
)

// narrow is a socket with batches to receive, whose interface carries so many octets; and
// to some clients there is no way.
type narrow struct {
	in    [][][]byte
	mtu   int
	noWay map[int]bool // by position in the batch

	now     [][]byte // the batch
	answers [batchLen][wire.MaxUDPSize]byte
	of, len [batchLen]int
	out     [][]byte
}

func (c *narrow) hold() func() { return func() {} }

func (c *narrow) receive() (int, error) {
	if len(c.in) == 0 {
		return 0, net.ErrClosed
	}
	c.now, c.in = c.in[0], c.in[1:]
	return len(c.now), nil
}

func (c *narrow) query(i int) ([]byte, netip.Addr) {
	return c.now[i], netip.MustParseAddr("192.0.2.1")
}
func (c *narrow) room(j int) []byte   { return c.answers[j][:] }
func (c *narrow) address(j, i, n int) { c.of[j], c.len[j] = i, n }
func (c *narrow) drops() uint64       { return 0 }
func (c *narrow) close() error        { return nil }

// send sends up to the first that can't be; like sendmmsg, it has an error only where that
// is the first of all.
func (c *narrow) send(j, k int) (n int, err error) {
	for ; j < k; j++ {
		switch {
		case c.len[j] > c.mtu:
			err = syscall.EMSGSIZE
		case c.noWay[c.of[j]]:
			err = syscall.EPERM
		default:
			c.out = append(c.out, bytes.Clone(c.answers[j][:c.len[j]]))
			n++
			continue
		}
		break
	}
	if n > 0 {
		err = nil
	}
	return n, err
}

// serveNarrow has batches answered.
func serveNarrow(t *testing.T, c *narrow) (l *udpLoop, log *strings.Builder) {
	t.Helper()
	log = &strings.Builder{}
	l = &udpLoop{
		socket:    c,
		responder: answer.NewResponder(newShared(t), answer.Settings{}),
		log:       newSeldom(slog.New(slog.NewTextHandler(log, nil)), time.Now),
	}
	l.serve()
	return l, log
}

// TestTooLongForTheInterface: such an answer goes out again, empty and with TC (RFC 9715
// section 3.1), wherever in a batch it is.
func TestTooLongForTheInterface(t *testing.T) {
	m := new(dns.Msg).SetQuestion("long.example.", dns.TypeTXT).SetEdns0(1232, false)
	long, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	short, none := question(t, 2, "www.example.", dns.TypeA), []byte("no header")
	for _, c := range []struct {
		what    string
		batch   [][]byte
		counted uint64 // responses; what was shortened from the middle was answered twice
	}{
		{"alone", [][]byte{long}, 1},
		{"last", [][]byte{short, long}, 2},
		{"first", [][]byte{long, short}, 3},
		{"before what has no answer", [][]byte{long, none}, 2},
		{"many", [][]byte{none, long, short, none, long, long, short}, 8},
	} {
		socket := &narrow{in: [][][]byte{c.batch, {short}}, mtu: 300}
		l, _ := serveNarrow(t, socket)
		shortened := uint64(0)
		for _, query := range append(slices.Clone(c.batch), short) {
			if &query[0] == &none[0] {
				continue
			}
			if len(socket.out) == 0 {
				t.Fatalf("%s: an answer is missing", c.what)
			}
			got := unpack(t, socket.out[0])
			socket.out = socket.out[1:]
			if &query[0] == &short[0] {
				checkAnswer(t, got, 2)
				continue
			}
			shortened++
			if got.Id != m.Id || !got.Truncated || got.Rcode != 0 || len(got.Answer) != 0 || len(got.Extra) != 1 || len(got.Question) != 1 {
				t.Errorf("%s: got\n%s", c.what, got)
			}
		}
		counters := &l.responder.Counters
		if got := counters.Truncated.Load(); got != shortened || len(socket.out) != 0 || l.failed.Load() != 0 {
			t.Errorf("%s: %d are counted as truncated, %d as failed, %d answers too many", c.what, got, l.failed.Load(), len(socket.out))
		}
		if got := counters.Responses(answer.UDP, wire.NoError); got != c.counted+1 {
			t.Errorf("%s: %d responses are counted, want %d", c.what, got, c.counted+1)
		}
	}
}

// TestWhatCannotBeSent keeps no other answer back, is counted, and has a line in the log.
func TestWhatCannotBeSent(t *testing.T) {
	var batch [][]byte
	for id := range uint16(7) {
		batch = append(batch, question(t, id, "www.example.", dns.TypeA))
	}
	socket := &narrow{in: [][][]byte{batch}, mtu: 300, noWay: map[int]bool{0: true, 2: true, 3: true, 6: true}}
	l, log := serveNarrow(t, socket)
	var got []uint16
	for _, b := range socket.out {
		got = append(got, unpack(t, b).Id)
	}
	if !slices.Equal(got, []uint16{1, 4, 5}) || l.failed.Load() != 4 || strings.Count(log.String(), "msg=sending") != 1 {
		t.Errorf("sent %v, %d failed; the log has\n%s", got, l.failed.Load(), log)
	}
	// Nor does what is too long even when it is shortened.
	socket = &narrow{in: [][][]byte{batch}, mtu: 10}
	if l, _ = serveNarrow(t, socket); l.failed.Load() != 7 || len(socket.out) != 0 {
		t.Errorf("%d failed, %d were sent", l.failed.Load(), len(socket.out))
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

// TestNoAllocation: answering over UDP allocates nothing.
func TestNoAllocation(t *testing.T) {
	everyKind(t, func(t *testing.T, open opener) {
		s := start(t, Options{Listen: []netip.AddrPort{addrPort("127.0.0.1:0")}, Workers: 1, openUDP: open})
		c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(s.Addrs()[0]))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		query, buf := question(t, 1, "www.example.", dns.TypeA), make([]byte, 4096)
		// An average is rounded down, so that what the runtime itself allocates now and then
		// doesn't count.
		if n := testing.AllocsPerRun(1000, func() {
			if _, err := c.Write(query); err != nil {
				t.Fatal(err)
			}
			if _, err := c.Read(buf); err != nil {
				t.Fatal(err)
			}
		}); n > 0 {
			t.Errorf("%v allocations a query", n)
		}
	})
}
