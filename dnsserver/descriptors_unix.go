//go:build unix

package dnsserver

// How many files the process may have open: each connection is one.

import "syscall"

// mayHaveOpen is the limit in force; the runtime raised it as far as it may at start.
func mayHaveOpen() (limit int, known bool) {
	var l syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l) != nil {
		return 0, false
	}
	return int(min(uint64(l.Cur), 1<<30)), true
}
