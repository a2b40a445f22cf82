package process

// What a tree costs: processor time and memory; and what its sockets had no room for.

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// CPU is the processor time that the tree has taken, to the nanosecond: what the kernel's
// scheduler counts (/proc/PID/schedstat has the same sum), without the delay of its tick
// and with the threads that have ended. What the kernel does on loopback in a sender's
// name (delivery up to the receiver's socket) is the sender's.
func (p *Process) CPU() (time.Duration, error) {
	var sum time.Duration
	for _, pid := range p.PIDs() {
		var t unix.Timespec
		// The clock of another process, as clock_getcpuclockid(3) makes it: CPUCLOCK_SCHED.
		if err := unix.ClockGettime(int32(^pid<<3|2), &t); err != nil {
			return 0, fmt.Errorf("reading the processor time of %d: %w", pid, err)
		}
		sum += time.Duration(t.Nano())
	}
	return sum, nil
}

// Memory is what a tree holds, in octets. Pages that processes share are divided among
// them (PSS), so that the sum over a tree is right.
type Memory struct {
	Anonymous int64 // heap, stacks: what can't be read from a file again
	Total     int64 // with pages of files, such as a mapped geo database
}

// Memory reads what the tree holds now.
func (p *Process) Memory() (Memory, error) {
	var m Memory
	for _, pid := range p.PIDs() {
		f, err := os.Open(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
		if err != nil {
			return Memory{}, fmt.Errorf("reading the memory of %d: %w", pid, err)
		}
		for lines := bufio.NewScanner(f); lines.Scan(); {
			words := strings.Fields(lines.Text())
			if len(words) != 3 {
				continue
			}
			kib, _ := strconv.ParseInt(words[1], 10, 64)
			switch words[0] {
			case "Pss:":
				m.Total += kib << 10
			case "Pss_Anon:":
				m.Anonymous += kib << 10
			}
		}
		f.Close()
	}
	return m, nil
}

// Drops is how many packets the UDP sockets of a local port had no room for.
func Drops(port uint16) (uint64, error) {
	var sum uint64
	for _, table := range []string{"/proc/net/udp", "/proc/net/udp6"} {
		text, err := os.ReadFile(table)
		if err != nil {
			return 0, fmt.Errorf("reading the sockets' drops: %w", err)
		}
		for line := range strings.Lines(string(text)) {
			words := strings.Fields(line)
			if len(words) != 13 || !strings.HasSuffix(words[1], fmt.Sprintf(":%04X", port)) {
				continue
			}
			n, err := strconv.ParseUint(words[12], 10, 64)
			if err != nil {
				return 0, fmt.Errorf("reading %q: %w", line, err)
			}
			sum += n
		}
	}
	return sum, nil
}
