//go:build !linux

package dnsserver

// UDP elsewhere: fewer socket options, and on a wildcard address the system chooses
// the address that an answer leaves from; listen on each address to be sure of it.

import (
	"net"
	"net/netip"
	"syscall"
)

const controlLen = 0

func setUpUDP(syscall.RawConn, netip.Addr) error { return nil }

func roomOf(c *net.UDPConn) (room int, known bool) {
	return receiveBuffer, c.SetReadBuffer(receiveBuffer) == nil
}

func replyControl([]byte) []byte { return nil }
