package dnsserver

// The control message of a datagram, which says which address it came to or is to leave
// from.

import "golang.org/x/sys/unix"

// controlLen is room for one packet-info message of either family.
const controlLen = 64

// replyControl turns a received packet-info message into the one that makes the
// answer leave from the address asked: the same message, with the interface left to
// the routing table, which may send answers another way than queries came. A
// link-local address means nothing without its interface, which then stays.
func replyControl(c []byte) {
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
}
