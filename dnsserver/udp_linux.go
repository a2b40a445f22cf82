package dnsserver

// UDP on Linux: a socket for each worker, which share a port, send no fragments, and
// are told which address a query came to.

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// openUDP opens a socket for each worker. SO_REUSEPORT has the kernel spread clients over
// them, so that workers share nothing.
func openUDP(ctx context.Context, network string, addr netip.AddrPort, workers int) (sockets []udpSocket, got rooms, err error) {
	lc := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error { return setUpUDP(c, addr.Addr()) }}
	for range workers {
		c, err := openOneUDP(ctx, lc, network, addr)
		if err != nil {
			closeUDP(sockets)
			return nil, rooms{}, err
		}
		sockets, got = append(sockets, c), roomsOf(c.fd)
	}
	return sockets, got, nil
}

// openOneUDP has package net open a socket, which knows families and zones, and takes it
// away from the poller, which would wake a thread of its own for each packet.
func openOneUDP(ctx context.Context, lc net.ListenConfig, network string, addr netip.AddrPort) (*mmsgSocket, error) {
	conn, err := lc.ListenPacket(ctx, network, addr.String())
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	raw, err := conn.(*net.UDPConn).SyscallConn()
	if err != nil {
		return nil, err
	}
	fd := -1
	ctrlErr := raw.Control(func(its uintptr) {
		fd, err = unix.FcntlInt(its, unix.F_DUPFD_CLOEXEC, 0)
	})
	if ctrlErr != nil {
		return nil, ctrlErr
	}
	if err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	if err := unix.SetNonblock(fd, false); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("making the socket wait: %w", err)
	}
	return newMmsgSocket(fd, addr.Addr().IsUnspecified()), nil
}

// setUpUDP prepares a socket: it shares its port, and on a wildcard address the kernel
// tells with each packet which address it came to.
func setUpUDP(c syscall.RawConn, addr netip.Addr) error {
	var err error
	ctrlErr := c.Control(func(fd uintptr) {
		set := func(level, opt, value int) {
			if err == nil {
				err = os.NewSyscallError("setsockopt", unix.SetsockoptInt(int(fd), level, opt, value))
			}
		}
		set(unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
		neverFragment(set, addr)
		askForRoom(int(fd), unix.SO_RCVBUFFORCE, unix.SO_RCVBUF, receiveRoom)
		askForRoom(int(fd), unix.SO_SNDBUFFORCE, unix.SO_SNDBUF, sendRoom)
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

// askForRoom asks for memory beyond net.core.rmem_max or wmem_max, which root gets, and
// else within it. What came of it roomsOf says.
func askForRoom(fd, force, ask, octets int) {
	if unix.SetsockoptInt(fd, unix.SOL_SOCKET, force, octets) != nil {
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, ask, octets)
	}
}

// roomsOf is how much memory a socket has. The kernel doubles what it is asked for and
// tells the double.
func roomsOf(fd int) (got rooms) {
	if n, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF); err == nil {
		got.receive = n / 2
	}
	if n, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF); err == nil {
		got.send = n / 2
	}
	return got
}
