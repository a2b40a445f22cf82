package scale

// Stamps: how long queries are in a server, by the kernel's clock. A packet socket on
// loopback sees each query as it is handed to the server's socket, and each answer as it
// leaves, with the kernel's time of both. Whether the one who asks is late doesn't matter.

import (
	"encoding/binary"
	"fmt"
	"net"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	// seenOctets of each packet are looked at: IP and UDP headers, and the ID.
	seenOctets = 64
	// drainEvery is how often packets are taken. Until then they wait in the kernel, which
	// has room for far more.
	drainEvery = 20 * time.Millisecond
	// The kernel begins to stamp packets a little after it was asked to. Those of before
	// have the time at which we take them.
	begins = 100 * time.Millisecond
	room   = 256 << 20
	atOnce = 64
)

// message is the kernel's struct mmsghdr.
type message struct {
	header unix.Msghdr
	length uint32
	_      [4]byte
}

// stamps takes the packets of one port of 127.0.0.1 until it is ended.
type stamps struct {
	fd       int
	port     uint16
	end      chan struct{}
	ended    chan error
	messages [atOnce]message
	vectors  [atOnce]unix.Iovec
	packets  [atOnce][seenOctets]byte
	controls [atOnce][64]byte

	from    atomic.Int64             // nanoseconds since 1970: what came earlier doesn't count
	queries map[uint32]time.Duration // when they came, by client's port and ID
	took    []time.Duration
}

// newStamps begins to look at a port. It needs CAP_NET_RAW.
func newStamps(port uint16) (*stamps, error) {
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("opening a packet socket (as root): %w", err)
	}
	s := &stamps{fd: fd, port: port, end: make(chan struct{}), ended: make(chan error, 1), queries: map[uint32]time.Duration{}}
	if err := s.listen(); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("looking at packets of port %d: %w", port, err)
	}
	for i := range atOnce {
		s.vectors[i].Base = &s.packets[i][0]
		s.vectors[i].SetLen(seenOctets)
		s.messages[i].header.Iov = &s.vectors[i]
		s.messages[i].header.SetIovlen(1)
	}
	<-time.After(begins)
	if err := s.drain(); err != nil {
		unix.Close(fd)
		return nil, err
	}
	clear(s.queries)
	s.took = nil
	go s.run()
	return s, nil
}

func (s *stamps) listen() error {
	loopback, err := net.InterfaceByName("lo")
	if err != nil {
		return err
	}
	filter := udpOf(s.port)
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	for _, set := range []func() error{
		func() error { return unix.SetsockoptSockFprog(s.fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &program) },
		// Loopback would show each packet twice.
		func() error { return unix.SetsockoptInt(s.fd, unix.SOL_PACKET, unix.PACKET_IGNORE_OUTGOING, 1) },
		func() error { return unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1) },
		func() error { return unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, room) },
	} {
		if err := set(); err != nil {
			return err
		}
	}
	const network = unix.ETH_P_IP<<8&0xff00 | unix.ETH_P_IP>>8 // in the network's order
	return unix.Bind(s.fd, &unix.SockaddrLinklayer{Protocol: network, Ifindex: loopback.Index})
}

// udpOf is a filter of the kernel's: IPv4, UDP, from or to a port.
func udpOf(port uint16) []unix.SockFilter {
	const (
		loadOctet = unix.BPF_LD | unix.BPF_B | unix.BPF_ABS
		loadHead  = unix.BPF_LDX | unix.BPF_B | unix.BPF_MSH // 4 × the low half of an octet
		loadPort  = unix.BPF_LD | unix.BPF_H | unix.BPF_IND
		equal     = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		accept    = unix.BPF_RET | unix.BPF_K
	)
	return []unix.SockFilter{
		{Code: loadOctet, K: 9}, // the protocol
		{Code: equal, K: unix.IPPROTO_UDP, Jf: 6},
		{Code: loadHead, K: 0},
		{Code: loadPort, K: 0},
		{Code: equal, K: uint32(port), Jt: 2},
		{Code: loadPort, K: 2},
		{Code: equal, K: uint32(port), Jf: 1},
		{Code: accept, K: seenOctets},
		{Code: accept, K: 0},
	}
}

// run takes packets until the end.
func (s *stamps) run() {
	for {
		select {
		case <-s.end:
			s.ended <- s.drain()
			return
		case <-time.After(drainEvery):
			if err := s.drain(); err != nil {
				s.ended <- err
				return
			}
		}
	}
}

// drain takes all that are there.
func (s *stamps) drain() error {
	for {
		for i := range atOnce {
			s.messages[i].header.Control = &s.controls[i][0]
			s.messages[i].header.SetControllen(len(s.controls[i]))
		}
		n, _, errno := unix.Syscall6(unix.SYS_RECVMMSG, uintptr(s.fd), uintptr(unsafe.Pointer(&s.messages[0])), atOnce, unix.MSG_DONTWAIT, 0, 0)
		switch errno {
		case 0:
		case unix.EAGAIN, unix.EINTR:
			return nil
		default:
			return fmt.Errorf("taking packets: %w", errno)
		}
		for i := range int(n) {
			s.take(&s.messages[i], s.packets[i][:s.messages[i].length])
		}
	}
}

// take notes a query, or how long it was until its answer.
func (s *stamps) take(m *message, packet []byte) {
	at, ok := stamp(m)
	if !ok || len(packet) < 20 {
		return
	}
	udp := packet[4*(packet[0]&0x0f):]
	if len(udp) < 10 {
		return
	}
	from, to, id := binary.BigEndian.Uint16(udp), binary.BigEndian.Uint16(udp[2:]), binary.BigEndian.Uint16(udp[8:])
	if to == s.port {
		s.queries[uint32(from)<<16|uint32(id)] = at
		return
	}
	key := uint32(to)<<16 | uint32(id)
	if came, ok := s.queries[key]; ok {
		delete(s.queries, key)
		if int64(came) >= s.from.Load() {
			s.took = append(s.took, at-came)
		}
	}
}

// stamp is the kernel's time of a packet.
func stamp(m *message) (time.Duration, bool) {
	control := unsafe.Slice(m.header.Control, m.header.Controllen)
	for len(control) >= unix.CmsgLen(0) {
		head := (*unix.Cmsghdr)(unsafe.Pointer(&control[0]))
		if head.Level == unix.SOL_SOCKET && head.Type == unix.SCM_TIMESTAMPNS && int(head.Len) >= unix.CmsgLen(int(unsafe.Sizeof(unix.Timespec{}))) {
			t := (*unix.Timespec)(unsafe.Pointer(&control[unix.CmsgLen(0)]))
			return time.Duration(t.Nano()), true
		}
		next := (int(head.Len) + 7) &^ 7
		if next == 0 || next > len(control) {
			break
		}
		control = control[next:]
	}
	return 0, false
}

// begin has only those queries count that come from now on.
func (s *stamps) begin() { s.from.Store(time.Now().UnixNano()) }

// stop ends looking, and returns how long each query was in the server, and how many
// packets the kernel had no room for.
func (s *stamps) stop() (took []time.Duration, missed int, err error) {
	close(s.end)
	err = <-s.ended
	defer unix.Close(s.fd)
	if err != nil {
		return nil, 0, err
	}
	counts, err := unix.GetsockoptTpacketStats(s.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS)
	if err != nil {
		return nil, 0, fmt.Errorf("reading how many packets were missed: %w", err)
	}
	return s.took, int(counts.Drops), nil
}
