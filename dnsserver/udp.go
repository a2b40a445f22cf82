package dnsserver

// The loop of one UDP socket.

import (
	"errors"
	"net"
	"net/netip"
	"syscall"
	"time"

	"meridian/dnsserver/answer"
	"meridian/wire"
)

// maxPacket is how much of a datagram is read: queries are short, and what is longer
// is malformed in any case.
const maxPacket = 4096

// receiveBuffer is asked of the kernel for each socket: at 100 octets of query it keeps
// what comes in while a worker is held up for some milliseconds.
const receiveBuffer = 4 << 20

// datagrams is a UDP socket.
type datagrams interface {
	ReadMsgUDPAddrPort(b, oob []byte) (n, oobn, flags int, addr netip.AddrPort, err error)
	WriteMsgUDPAddrPort(b, oob []byte, addr netip.AddrPort) (n, oobn int, err error)
}

// serveUDP receives, has answered and sends until the socket is closed.
func (s *Server) serveUDP(c datagrams, r *answer.Responder) {
	var (
		packet  [maxPacket]byte
		reply   [wire.MaxUDPSize]byte
		control [controlLen]byte
	)
	for {
		n, nc, _, from, err := c.ReadMsgUDPAddrPort(packet[:], control[:])
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			// Errors on a UDP socket are about single packets (an ICMP message, a lack of
			// memory); the pause keeps a lasting one from spinning.
			s.log.warn("receiving", "error", err)
			time.Sleep(time.Millisecond)
			continue
		}
		m := r.Answer(reply[:], packet[:n], answer.Arrival{Client: from.Addr().Unmap(), Over: answer.UDP, Now: time.Now().UnixMilli()})
		if m == 0 {
			continue
		}
		back := replyControl(control[:nc])
		_, _, err = c.WriteMsgUDPAddrPort(reply[:m], back, from)
		if errors.Is(err, syscall.EMSGSIZE) {
			// Longer than the interface carries, and it isn't cut into fragments.
			_, _, err = c.WriteMsgUDPAddrPort(reply[:r.Shorten()], back, from)
		}
		if err != nil {
			s.log.warn("sending", "to", from, "error", err)
		}
	}
}
