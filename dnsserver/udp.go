package dnsserver

// The loop of one UDP socket.

import (
	"errors"
	"net"
	"time"

	"meridian/dnsserver/answer"
	"meridian/wire"
)

// maxPacket is how much of a datagram is read: queries are short, and what is longer
// is malformed in any case.
const maxPacket = 4096

// serveUDP receives, has answered and sends until the socket is closed.
func (s *Server) serveUDP(c *net.UDPConn, r *answer.Responder) {
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
			s.opts.Logger.Debug("receiving", "error", err)
			time.Sleep(time.Millisecond)
			continue
		}
		m := r.Answer(reply[:], packet[:n], answer.Arrival{Client: from.Addr().Unmap(), Over: answer.UDP, Now: time.Now().UnixMilli()})
		if m == 0 {
			continue
		}
		if _, _, err := c.WriteMsgUDPAddrPort(reply[:m], replyControl(control[:nc]), from); err != nil {
			s.opts.Logger.Debug("sending", "to", from, "error", err)
		}
	}
}
