package dnsserver

// A UDP socket that takes and sends batches, each with one system call (recvmmsg,
// sendmmsg), in memory that is laid out once:
//
//	in[i]  ─→ inData[i]  ─→ slots[i].query      where query i is received
//	  │  └──→ slots[i].from                     who sent it
//	  └─────→ slots[i].control                  which address it came to
//	out[j] ─→ outData[j] ─→ slots[j].answer     answer j, to query i:
//	  │  └──→ slots[i].from                     to whom
//	  └─────→ slots[i].control                  from which address
//
// i and j differ where a query has no answer. The kernel is told these addresses again
// and again: Go's heap doesn't move, and the socket holds all of it.
//
// While there are queries to take, no call here can wait, and the runtime isn't told of
// it (RawSyscall6), which costs what it costs in C. Only once there are none is the call
// one that waits (Syscall6), and gives its processor away for as long.
//
// Segmentation offload (UDP_SEGMENT, UDP_GRO) is left alone: it joins datagrams of one
// flow, and the queries of a batch are of many.

import (
	"net"
	"net/netip"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"

	"meridian/wire"
)

// mmsgSocket is one worker's socket. Make it with newMmsgSocket.
type mmsgSocket struct {
	fd       int
	wildcard bool       // queries come with the address that they came to
	held     sync.Mutex // by the goroutine that it serves
	closing  atomic.Bool
	once     sync.Once // closes it

	in, out         [batchLen]mmsghdr
	inData, outData [batchLen]unix.Iovec
	slots           *[batchLen]slot
	got             int // queries of this batch

	mu     sync.Mutex // guards closed and lost, so that no closed descriptor is read
	closed bool
	lost   dropCount
}

// mmsghdr is struct mmsghdr of <sys/socket.h>.
type mmsghdr struct {
	unix.Msghdr
	len uint32
}

// slot is the memory of one query and one answer. What lies between the two keeps those of
// all slots from being at the same distance from a page's beginning, where they would
// contend for the same few lines of the first cache.
type slot struct {
	query   [maxPacket]byte
	from    unix.RawSockaddrInet6 // or the shorter one of IPv4
	control [controlLen]byte
	answer  [wire.MaxUDPSize]byte
}

func newMmsgSocket(fd int, wildcard bool) *mmsgSocket {
	c := &mmsgSocket{fd: fd, wildcard: wildcard, slots: new([batchLen]slot), got: batchLen}
	for i := range batchLen {
		s := &c.slots[i]
		c.inData[i].Base, c.outData[i].Base = &s.query[0], &s.answer[0]
		c.inData[i].SetLen(len(s.query))
		c.in[i].Iov, c.out[i].Iov = &c.inData[i], &c.outData[i]
		c.in[i].SetIovlen(1)
		c.out[i].SetIovlen(1)
		c.in[i].Name = (*byte)(unsafe.Pointer(&s.from))
		if wildcard {
			c.in[i].Control = &s.control[0]
		}
	}
	return c
}

// hold keeps the goroutine on its thread, so that waking it wakes one thread.
func (c *mmsgSocket) hold() (release func()) {
	c.held.Lock()
	runtime.LockOSThread()
	return func() {
		runtime.UnlockOSThread()
		c.held.Unlock()
	}
}

func (c *mmsgSocket) receive() (int, error) {
	if c.closing.Load() { // by now the descriptor may be another file's
		return 0, net.ErrClosed
	}
	full := c.got == batchLen
	for i := range c.got { // the kernel wrote how much it used of them
		c.in[i].Namelen = unix.SizeofSockaddrInet6
		if c.wildcard {
			c.in[i].SetControllen(controlLen)
		}
	}
	c.got = 0
	n, errno := 0, unix.EAGAIN
	if full { // there may be more
		n, errno = c.take()
	}
	if errno == unix.EAGAIN {
		n, errno = c.await()
	}
	switch {
	case c.closing.Load():
		return 0, net.ErrClosed
	case errno != 0:
		return 0, errno
	}
	c.got = n
	return n, nil
}

func (c *mmsgSocket) query(i int) ([]byte, netip.Addr) {
	s := &c.slots[i]
	packet := s.query[:min(c.in[i].len, maxPacket)]
	if s.from.Family == unix.AF_INET {
		return packet, netip.AddrFrom4((*unix.RawSockaddrInet4)(unsafe.Pointer(&s.from)).Addr)
	}
	return packet, netip.AddrFrom16(s.from.Addr).Unmap()
}

func (c *mmsgSocket) room(j int) []byte { return c.slots[j].answer[:] }

func (c *mmsgSocket) address(j, i, n int) {
	in, out := &c.in[i], &c.out[j]
	c.outData[j].SetLen(n)
	out.Name, out.Namelen = in.Name, in.Namelen
	if c.wildcard {
		out.Control, out.Controllen = in.Control, in.Controllen
		replyControl(c.slots[i].control[:in.Controllen])
	}
}

// send never waits: an interface that takes nothing must not hold up answers that leave
// by another.
func (c *mmsgSocket) send(j, k int) (int, error) {
	n, _, errno := unix.RawSyscall6(unix.SYS_SENDMMSG, uintptr(c.fd), uintptr(unsafe.Pointer(&c.out[j])), uintptr(k-j), unix.MSG_DONTWAIT, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

// take takes what there is, and EAGAIN where there is nothing.
func (c *mmsgSocket) take() (int, unix.Errno) {
	n, _, errno := unix.RawSyscall6(unix.SYS_RECVMMSG, uintptr(c.fd), uintptr(unsafe.Pointer(&c.in[0])), batchLen, unix.MSG_DONTWAIT, 0, 0)
	return int(n), errno
}

// await takes what there is as soon as there is something.
func (c *mmsgSocket) await() (int, unix.Errno) {
	n, _, errno := unix.Syscall6(unix.SYS_RECVMMSG, uintptr(c.fd), uintptr(unsafe.Pointer(&c.in[0])), batchLen, unix.MSG_WAITFORONE, 0, 0)
	return int(n), errno
}

// close shuts the socket down, which wakes who waits for a query; that the kernel says
// ENOTCONN to it doesn't matter.
func (c *mmsgSocket) close() (err error) {
	c.once.Do(func() {
		c.closing.Store(true)
		unix.Shutdown(c.fd, unix.SHUT_RDWR)
		c.held.Lock() // until the loop has left it
		defer c.held.Unlock()
		c.mu.Lock()
		defer c.mu.Unlock()
		c.lost.read(c.fd)
		c.closed = true
		err = os.NewSyscallError("close", unix.Close(c.fd))
	})
	return err
}

func (c *mmsgSocket) drops() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.lost.read(c.fd)
	}
	return c.lost.total
}
