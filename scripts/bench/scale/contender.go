package scale

// A contender: a server with the words of its configuration, and its way of a change.

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"meridian/scripts/bench/process"
	"meridian/scripts/bench/scale/world"
)

// contender says how a server is started and changed. Files of its zones are in the
// folder that zoneFolder returns, each called as its zone without the last dot.
type contender struct {
	name    string
	command string
	// configure writes the configuration into dir, and returns the command's arguments.
	configure func(dir string, port uint16, zones []string) ([]string, error)
	// stage prepares that names have their addresses of a round, and change brings it
	// about, from when on time counts; nil where changes aren't measured or need nothing.
	stage, change func(s *Stage, r *running, from, count, round int) error
}

// running is a contender that runs.
type running struct {
	*process.Process
	*contender
	dir   string
	addr  netip.AddrPort
	names int           // in BigZone
	took  time.Duration // from the start of the process to the first right answers
}

// zoneFolder is where the zone files of a contender's folder are.
func zoneFolder(dir string) string { return filepath.Join(dir, "zones") }

// start starts a server in a folder whose zone files are there, and waits until it answers
// these questions.
func (s *Stage) start(c *contender, dir string, zones []string, questions ...world.Question) (*running, error) {
	port, err := process.FreePort()
	if err != nil {
		return nil, err
	}
	args, err := c.configure(dir, port, zones)
	if err != nil {
		return nil, fmt.Errorf("configuring %s: %w", c.name, err)
	}
	const most = 10 * time.Minute
	ctx, cancel := context.WithTimeout(s.Ctx, most)
	defer cancel()
	r := &running{contender: c, dir: dir, addr: netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port)}
	began := time.Now()
	if r.Process, err = process.Start(dir, processors, c.command, args...); err != nil {
		return nil, fmt.Errorf("starting %s: %w", c.name, err)
	}
	if len(questions) == 0 {
		return r, nil
	}
	last, err := watch(ctx, r.addr, r.Process, questions...)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("starting %s: %w", c.name, err), r.Stop())
	}
	r.took = last.Sub(began)
	return r, nil
}

// rewrite is the stage of those who read zone files: a new one, in the old one's place.
func rewrite(_ *Stage, r *running, from, count, round int) error {
	return world.WriteBig(bigFile(r.dir), r.names, from, count, round)
}

// bigFile is BigZone's file in a contender's folder.
func bigFile(dir string) string {
	return filepath.Join(zoneFolder(dir), strings.TrimSuffix(world.BigZone, "."))
}

// write writes a file of a configuration.
func write(dir, name, format string, args ...any) error {
	file := filepath.Join(dir, name)
	return os.WriteFile(file, fmt.Appendf(nil, format, args...), 0o600)
}
