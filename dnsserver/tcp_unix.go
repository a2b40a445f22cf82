//go:build unix

package dnsserver

// What TCP connections inherit from the socket that listens.

import (
	"os"
	"syscall"
)

func setUpTCP(c syscall.RawConn) error {
	var err error
	ctrlErr := c.Control(func(fd uintptr) {
		err = os.NewSyscallError("setsockopt", syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_SNDBUF, sendBuffer))
	})
	if ctrlErr != nil {
		return ctrlErr
	}
	return err
}
