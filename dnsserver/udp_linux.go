package dnsserver

// UDP on Linux: sockets that share a port, and answers from the address asked.

import (
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

// controlLen is room for one packet-info message of either family.
const controlLen = 64

// setUpUDP prepares a socket: SO_REUSEPORT spreads clients over the workers' sockets,
// and on a wildcard address the kernel tells with each packet which address it came to.
func setUpUDP(c syscall.RawConn, addr netip.Addr) error {
	var err error
	set := func(fd uintptr, level, opt int) {
		if err == nil {
			err = unix.SetsockoptInt(int(fd), level, opt, 1)
		}
	}
	ctrlErr := c.Control(func(fd uintptr) {
		set(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT)
		if !addr.IsUnspecified() {
			return
		}
		// On a dual-stack socket IPv4 packets come with their address mapped into IPv6.
		if addr.Is4() {
			set(fd, unix.IPPROTO_IP, unix.IP_PKTINFO)
		} else {
			set(fd, unix.IPPROTO_IPV6, unix.IPV6_RECVPKTINFO)
		}
	})
	if ctrlErr != nil {
		return ctrlErr
	}
	return err
}

// replyControl turns a received packet-info message into the one that makes the
// answer leave from the address asked: the same message, with the interface left to
// the routing table, which may send answers another way than queries came. A
// link-local address means nothing without its interface, which then stays.
func replyControl(c []byte) []byte {
	const (
		header   = unix.SizeofCmsghdr
		v4, v6   = header, header + 16 // where the interface's index is
		v6Length = header + unix.SizeofInet6Pktinfo
	)
	switch {
	case len(c) >= v6Length && c[header] == 0xfe && c[header+1]&0xc0 == 0x80:
	case len(c) >= v6Length:
		clear(c[v6 : v6+4])
	case len(c) >= header+unix.SizeofInet4Pktinfo:
		clear(c[v4 : v4+4])
	}
	return c
}
