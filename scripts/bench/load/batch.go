package load

// A connected UDP socket that sends and receives in batches: sendmmsg(2), recvmmsg(2).

import (
	"fmt"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	batchSize = 32
	maxPacket = 4096
)

// message is the kernel's struct mmsghdr.
type message struct {
	header unix.Msghdr
	length uint32
	_      [4]byte
}

// batch is a socket with room for one batch each way.
type batch struct {
	fd       int
	out, in  [batchSize]message
	outIO    [batchSize]unix.Iovec
	inIO     [batchSize]unix.Iovec
	outBytes [batchSize][]byte
	inBytes  [batchSize][]byte
}

// newBatch connects a socket from any port of an address to the server.
func newBatch(from netip.Addr, to netip.AddrPort) (*batch, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("making a socket: %w", err)
	}
	// Answers must not be lost for want of room on our side.
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 4<<20)
	err = unix.Bind(fd, &unix.SockaddrInet4{Addr: from.As4()})
	if err == nil {
		err = unix.Connect(fd, &unix.SockaddrInet4{Addr: to.Addr().As4(), Port: int(to.Port())})
	}
	if err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("connecting %s to %s: %w", from, to, err)
	}
	b := &batch{fd: fd}
	for i := range batchSize {
		b.outBytes[i] = make([]byte, 0, maxPacket)
		b.inBytes[i] = make([]byte, maxPacket)
		b.inIO[i].Base = &b.inBytes[i][0]
		b.inIO[i].SetLen(maxPacket)
		b.out[i].header.Iov, b.in[i].header.Iov = &b.outIO[i], &b.inIO[i]
		b.out[i].header.SetIovlen(1)
		b.in[i].header.SetIovlen(1)
	}
	return b, nil
}

func (b *batch) close() { unix.Close(b.fd) }

// send sends the first n of outBytes, all of them. The calls of a batch are made without
// telling Go's scheduler (RawSyscall): they never wait, and a run has a thread of its own.
func (b *batch) send(n int) error {
	for i := range n {
		b.outIO[i].Base = &b.outBytes[i][0]
		b.outIO[i].SetLen(len(b.outBytes[i]))
	}
	for at := 0; at < n; {
		sent, _, errno := unix.RawSyscall6(unix.SYS_SENDMMSG, uintptr(b.fd), uintptr(unsafe.Pointer(&b.out[at])), uintptr(n-at), unix.MSG_DONTWAIT, 0, 0)
		switch errno {
		case 0:
			at += int(sent)
		case unix.EAGAIN, unix.EINTR:
		default:
			return fmt.Errorf("sending queries: %w", errno)
		}
	}
	return nil
}

// receive takes what is there, up to a batch, and returns how many packets are in
// inBytes.
func (b *batch) receive() (int, error) {
	n, _, errno := unix.RawSyscall6(unix.SYS_RECVMMSG, uintptr(b.fd), uintptr(unsafe.Pointer(&b.in[0])), batchSize, unix.MSG_DONTWAIT, 0, 0)
	switch errno {
	case 0:
		return int(n), nil
	case unix.EAGAIN, unix.EINTR:
		return 0, nil
	}
	return 0, fmt.Errorf("receiving answers: %w", errno)
}

// packet is the i-th that was received.
func (b *batch) packet(i int) []byte { return b.inBytes[i][:b.in[i].length] }
