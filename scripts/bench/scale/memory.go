package scale

// What a server holds: once it has settled, and at most.

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"meridian/scripts/bench/process"
	"meridian/scripts/bench/results"
)

// settled waits until a server's memory has stopped to change (by less than a hundredth
// for three seconds), or for a minute, and returns it.
func (s *Stage) settled(p *process.Process) (process.Memory, error) {
	const most = 60
	before, err := p.Memory()
	for still, i := 0, 0; err == nil && still < 3 && i < most; i++ {
		select {
		case <-s.Ctx.Done():
			return before, s.Ctx.Err()
		case <-time.After(time.Second):
		}
		var now process.Memory
		now, err = p.Memory()
		if difference := now.Anonymous - before.Anonymous; -difference*100 < before.Anonymous && difference*100 < before.Anonymous {
			still++
		} else {
			still = 0
		}
		before = now
	}
	return before, err
}

// memory adds a server's settled memory to values, under names that begin with prefix.
func (s *Stage) memory(p *process.Process, prefix string, to results.Values) error {
	m, err := s.settled(p)
	if err != nil {
		return err
	}
	to[prefix+"anon"] = float64(m.Anonymous) / 1e6
	to[prefix+"file"] = float64(m.Total-m.Anonymous) / 1e6
	return nil
}

// peak is the most memory, in octets, that a process has held until now.
func peak(p *process.Process) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.PID()))
	if err != nil {
		return 0, fmt.Errorf("reading the most memory: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		if words := strings.Fields(line); len(words) == 3 && words[0] == "VmHWM:" {
			kib, err := strconv.ParseInt(words[1], 10, 64)
			return kib << 10, err
		}
	}
	return 0, fmt.Errorf("the kernel doesn't say the most memory of %d", p.PID())
}
