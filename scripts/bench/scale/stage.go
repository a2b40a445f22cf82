package scale

// Where a section is measured.

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"meridian/scripts/bench/process"
	"meridian/scripts/bench/results"
)

// Stage is where and how a section is measured.
type Stage struct {
	Ctx      context.Context
	Dir      string // a folder of the section's own, mode 0700, that its owner removes
	Meridian string // the binary
	Rounds   int
	Short    bool
}

// Section is a section's measuring.
type Section func(s *Stage) (*results.Section, error)

// processors are all that servers here may use.
var processors = []int{0, 1}

// longest is what a section may take: one that hangs ends with an error.
const longest = 2 * time.Hour

// Measure measures a section with all processors for everyone, and has whoever called it
// kept to one again.
func (s *Stage) Measure(section Section, afterwards ...int) (*results.Section, error) {
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return nil, err
	}
	defer os.RemoveAll(s.Dir)
	if err := process.PinSelf(processors...); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(s.Ctx, longest)
	defer cancel()
	within := *s
	within.Ctx = ctx
	measured, err := section(&within)
	if len(afterwards) > 0 {
		if again := process.PinSelf(afterwards...); err == nil {
			err = again
		}
	}
	return measured, err
}

// of is one number for a short trial and another for the whole.
func of[T any](s *Stage, short, whole T) T {
	if s.Short {
		return short
	}
	return whole
}

// folder makes a folder on the stage.
func (s *Stage) folder(name string) (string, error) {
	dir := filepath.Join(s.Dir, name)
	return dir, os.MkdirAll(dir, 0o700)
}

// Build builds one of the programs beside the sections, once.
func (s *Stage) Build(name string) (string, error) {
	binary := filepath.Join(s.Dir, name)
	if _, err := os.Stat(binary); err == nil {
		return binary, nil
	}
	if _, err := s.command("go", "build", "-o", binary, "./scripts/bench/scale/"+name); err != nil {
		return "", err
	}
	return binary, nil
}

// command runs a command to its end, and returns what it says.
func (s *Stage) command(name string, args ...string) ([]byte, error) {
	path, err := process.Find(name)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(s.Ctx, path, args...)
	out, err := cmd.Output()
	if err != nil {
		var said []byte
		if exit, ok := err.(*exec.ExitError); ok {
			said = exit.Stderr
		}
		return nil, fmt.Errorf("%s: %w\n%s%s", name, err, out, said)
	}
	return out, nil
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
