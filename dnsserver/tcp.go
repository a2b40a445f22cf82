package dnsserver

// DNS over TCP: a length, a message, again and again (RFC 7766).

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"

	"meridian/dnsserver/answer"
	"meridian/wire"
)

// Bounds of TCP where Options say nothing.
const (
	// DefaultMaxConns connections of 10 KB each, most of them idle, are no burden.
	DefaultMaxConns = 1024
	// DefaultIdleTimeout is how long a client may take for its next query, and for taking
	// an answer (RFC 7766 section 6.2.3: seconds, so that a slow one holds little).
	DefaultIdleTimeout = 10 * time.Second
)

// serveTCP accepts until the listener is closed, then closes what it accepted.
func (s *Server) serveTCP(l *net.TCPListener) {
	var wg sync.WaitGroup
	defer wg.Wait()
	slots := make(chan struct{}, s.opts.MaxConns)
	for {
		c, err := l.AcceptTCP()
		if err != nil {
			select {
			case <-s.done:
				return
			case <-time.After(10 * time.Millisecond): // no descriptors, say
				s.opts.Logger.Warn("accepting", "error", err)
				continue
			}
		}
		select {
		case slots <- struct{}{}:
			wg.Go(func() {
				s.serveConn(c)
				<-slots
			})
		default:
			c.Close()
		}
	}
}

// serveConn answers one connection's queries in their order.
func (s *Server) serveConn(c *net.TCPConn) {
	defer c.Close()
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		select {
		case <-s.done:
			c.Close()
		case <-ended:
		}
	}()
	client := c.RemoteAddr().(*net.TCPAddr).AddrPort().Addr().Unmap()
	in := bufio.NewReaderSize(c, maxPacket)
	packet := make([]byte, maxPacket) // grows for those who send more
	for {
		c.SetDeadline(time.Now().Add(s.opts.IdleTimeout))
		var length [2]byte
		if _, err := io.ReadFull(in, length[:]); err != nil {
			return
		}
		n := int(binary.BigEndian.Uint16(length[:]))
		if n > len(packet) {
			packet = make([]byte, n)
		}
		if _, err := io.ReadFull(in, packet[:n]); err != nil {
			return
		}
		reply := s.answerTCP(packet[:n], client)
		if reply == nil {
			return
		}
		if _, err := c.Write(reply); err != nil {
			return
		}
	}
}

// tcpWorker is a responder with room for the longest answer. Connections borrow one
// for each query, so that many idle ones hold little memory.
type tcpWorker struct {
	*answer.Responder
	buf [wire.MaxTCPSize]byte
}

// answerTCP returns the answer with its length before it; nil where there is none.
func (s *Server) answerTCP(packet []byte, from netip.Addr) []byte {
	w := <-s.forTCP
	defer func() { s.forTCP <- w }()
	n := w.Answer(w.buf[:], packet, answer.Arrival{Client: from, Over: answer.TCP, Now: time.Now().UnixMilli()})
	if n == 0 {
		return nil
	}
	reply := make([]byte, 2+n)
	binary.BigEndian.PutUint16(reply, uint16(n))
	copy(reply[2:], w.buf[:n])
	return reply
}
