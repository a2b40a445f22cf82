package dnsserver

// How many datagrams the kernel dropped because a socket's memory was full.
//
// The kernel counts them for each socket; SO_MEMINFO reads the count when somebody asks.
// SO_RXQ_OVFL would have it told with every query instead, which costs every query, and
// is silent just while a worker is held up.

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// dropCount is the kernel's count, which wraps at 32 bits, as one that doesn't.
type dropCount struct {
	last  uint32
	total uint64
}

// read takes in what has been dropped since it was read last.
func (d *dropCount) read(fd int) {
	const (
		fields = 9 // of SK_MEMINFO_* in <linux/sock_diag.h>
		drops  = 8
	)
	var info [fields]uint32
	size := uint32(unsafe.Sizeof(info))
	_, _, errno := unix.Syscall6(unix.SYS_GETSOCKOPT, uintptr(fd), unix.SOL_SOCKET, unix.SO_MEMINFO,
		uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0)
	if errno == 0 {
		d.take(info[drops])
	}
}

func (d *dropCount) take(count uint32) {
	d.total += uint64(count - d.last)
	d.last = count
}
