package dnsserver

// UDP on Linux: sockets that share a port, send no fragments, and answer from the
// address asked.

import (
	"net"
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
	ctrlErr := c.Control(func(fd uintptr) {
		set := func(level, opt, value int) {
			if err == nil {
				err = unix.SetsockoptInt(int(fd), level, opt, value)
			}
		}
		set(unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
		neverFragment(set, addr)
		askForRoom(int(fd))
		if !addr.IsUnspecified() {
			return
		}
		// On a dual-stack socket IPv4 packets come with their address mapped into IPv6.
		if addr.Is4() {
			set(unix.IPPROTO_IP, unix.IP_PKTINFO, 1)
		} else {
			set(unix.IPPROTO_IPV6, unix.IPV6_RECVPKTINFO, 1)
		}
	})
	if ctrlErr != nil {
		return ctrlErr
	}
	return err
}

// neverFragment sends all packets with "don't fragment", and what is longer than the
// interface carries not at all (RFC 9715 section 3.1). PROBE, not DO: the kernel's
// notion of the path's MTU isn't looked at, since forged ICMP messages can lower it.
func neverFragment(set func(level, opt, value int), addr netip.Addr) {
	set(unix.IPPROTO_IP, unix.IP_MTU_DISCOVER, unix.IP_PMTUDISC_PROBE) // also of IPv4 on a dual-stack socket
	if addr.Is6() {
		set(unix.IPPROTO_IPV6, unix.IPV6_MTU_DISCOVER, unix.IPV6_PMTUDISC_PROBE)
		set(unix.IPPROTO_IPV6, unix.IPV6_DONTFRAG, 1)
	}
}

// askForRoom asks for receive memory beyond net.core.rmem_max, which root gets, and else
// within it. What came of it roomOf says.
func askForRoom(fd int) {
	if unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, receiveBuffer) != nil {
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, receiveBuffer)
	}
}

// roomOf is how much receive memory a socket has in octets. The kernel doubles what it
// is asked for and tells the double.
func roomOf(c *net.UDPConn) (room int, known bool) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, false
	}
	raw.Control(func(fd uintptr) { room, err = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF) })
	return room / 2, err == nil
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
