package dnsserver

// DNS over TCP: a length, a message, again and again (RFC 7766).
//
// Queries of one connection are answered in the order in which they came. The RFC lets
// answers overtake slow ones (section 7), but here none is slow: all come from memory.
// What a client pipelines is answered in batches, each sent with one write, and between
// two of them others have their turn.

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"meridian/dnsserver/answer"
	"meridian/wire"
)

// Bounds of TCP where Options say nothing.
const (
	// DefaultMaxConns connections, most of them idle, are no burden at 5 to 6 KB each.
	DefaultMaxConns = 1024
	// DefaultMaxConnsPerClient is more than a resolver opens, and an eighth of all.
	DefaultMaxConnsPerClient = 128
	// DefaultIdleTimeout is how long a client may take until its next query begins (RFC
	// 7766 section 6.2.3: seconds); it is what the keepalive option says (RFC 7828).
	DefaultIdleTimeout = 10 * time.Second
	// DefaultQueryTimeout is how long a query may take from its first octet to its last,
	// and its answer until the client has taken it: slow ones hold memory meanwhile.
	DefaultQueryTimeout = 5 * time.Second
)

const (
	// firstRead is the memory of an idle connection's queries; who sends longer ones, or
	// many at once, gets more as they arrive, not as they are announced.
	firstRead = 512
	// largerRead is the most that is kept for who pipelines.
	largerRead = 4096
	// batch is how many octets of answers are gathered before they are sent.
	batch = 16 << 10
	// sendBuffer bounds what the kernel keeps for a client that takes nothing.
	sendBuffer = 64 << 10
	lengthLen  = 2
)

// serveTCP accepts until the listener is closed, and waits for what it accepted.
func (s *Server) serveTCP(l *net.TCPListener) {
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		c, err := l.AcceptTCP()
		if err != nil {
			if s.acceptAgain(err) {
				continue
			}
			return
		}
		from := c.RemoteAddr().(*net.TCPAddr).AddrPort().Addr().Unmap()
		if conn := s.conns.add(c, from); conn != nil {
			wg.Go(func() {
				defer s.conns.remove(conn)
				s.serveConn(conn, from)
			})
		}
	}
}

// acceptAgain says whether to go on after an error, and pauses before that. Where there
// are no descriptors left, a connection gives way.
func (s *Server) acceptAgain(err error) bool {
	select {
	case <-s.done:
		return false
	case <-time.After(10 * time.Millisecond):
	}
	if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
		s.conns.makeRoom()
	}
	s.log.warn("accepting", "error", err)
	return true
}

// sweepTCP closes connections of slow clients until the server is closed: soon after their
// time is over, as fractions of the shortest go.
func (s *Server) sweepTCP() {
	tick := time.NewTicker(min(max(min(s.opts.IdleTimeout, s.opts.QueryTimeout)/8, 5*time.Millisecond), time.Second))
	defer tick.Stop()
	for {
		select {
		case <-s.done:
			return
		case <-tick.C:
			s.conns.sweep(time.Now())
		}
	}
}

// serveConn answers a connection's queries until the client ends it or is too slow.
func (s *Server) serveConn(c *tcpConn, client netip.Addr) {
	in := make([]byte, firstRead)
	have := 0 // octets of in that aren't answered
	s.conns.allow(c, time.Now(), s.opts.IdleTimeout)
	for {
		n, err := c.Read(in[have:])
		if err != nil {
			return
		}
		begins, full := have == 0, have+n == len(in)
		have += n
		taken, ok := s.answerAll(c, in[:have], client)
		if !ok {
			return
		}
		have = copy(in, in[taken:have])
		switch {
		case have == 0:
			s.conns.allow(c, time.Now(), s.opts.IdleTimeout)
		case begins || taken > 0: // a query has begun
			s.conns.allow(c, time.Now(), s.opts.QueryTimeout)
		}
		in = fit(in, have, full)
	}
}

// fit gives the memory that the next read is to have, of which some is taken: more after a
// full one, and no longer much once what was long is answered.
func fit(in []byte, have int, full bool) []byte {
	switch {
	case full && (have == len(in) || len(in) < largerRead):
		larger := make([]byte, max(largerRead, 2*len(in)))
		copy(larger, in[:have])
		return larger
	case have == 0 && len(in) > largerRead:
		return make([]byte, firstRead)
	}
	return in
}

// answerAll answers all whole queries at the beginning of in and returns how many octets
// they took; false where the connection is to end.
func (s *Server) answerAll(c *tcpConn, in []byte, client netip.Addr) (taken int, ok bool) {
	if firstQuery(in) == nil {
		return 0, true
	}
	reply := s.replies.Get().(*[]byte)
	defer s.replies.Put(reply)
	for firstQuery(in[taken:]) != nil {
		now := time.Now()
		n, ok := s.answerBatch(reply, in[taken:], answer.Arrival{Client: client, Over: answer.TCP, Now: now.UnixMilli()})
		s.conns.allow(c, now, s.opts.QueryTimeout) // for taking them
		if _, err := c.Write(*reply); err != nil || !ok {
			return taken, false
		}
		s.conns.busy(c)
		taken += n
	}
	return taken, true
}

// tcpWorker is a responder with room for a batch and the longest answer. Connections
// borrow one for each batch, so that many idle ones hold little memory.
type tcpWorker struct {
	*answer.Responder
	buf [batch + lengthLen + wire.MaxTCPSize]byte
}

// answerBatch answers the first queries of in, until they are a batch or one has no
// answer, which ends the connection.
func (s *Server) answerBatch(reply *[]byte, in []byte, from answer.Arrival) (taken int, ok bool) {
	w := <-s.forTCP
	defer func() { s.forTCP <- w }()
	n := 0
	ok = true
	for ok && n < batch {
		packet := firstQuery(in[taken:])
		if packet == nil {
			break
		}
		m := w.Answer(w.buf[n+lengthLen:], packet, from)
		if ok = m > 0; ok {
			binary.BigEndian.PutUint16(w.buf[n:], uint16(m))
			n += lengthLen + m
			taken += lengthLen + len(packet)
		}
	}
	// A copy: a client that takes it slowly keeps no worker.
	*reply = append((*reply)[:0], w.buf[:n]...)
	return taken, ok
}

// firstQuery is the query at the beginning of in; nil where it isn't whole.
func firstQuery(in []byte) []byte {
	if len(in) < lengthLen {
		return nil
	}
	end := lengthLen + int(binary.BigEndian.Uint16(in))
	if len(in) < end {
		return nil
	}
	return in[lengthLen:end]
}
