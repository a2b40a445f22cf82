// Package process runs the servers that are measured, and measures them: which
// processors they are kept to, the processor time they took, the memory they hold.
//
// A Process may be a tree, as NSD's is: everything here speaks of the tree.
package process

// Starting, waiting and stopping.

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// patience is how long a process may take to stop before it is killed.
const patience = 30 * time.Second

// Process is a running command. It is used from one goroutine.
type Process struct {
	cmd  *exec.Cmd
	log  string
	done chan error
}

// Start starts a command in dir, with its output in the file "log" there, kept to these
// processors (all that we have if there are none).
func Start(dir string, cpus []int, command string, args ...string) (*Process, error) {
	path, err := Find(command)
	if err != nil {
		return nil, err
	}
	p := &Process{log: filepath.Join(dir, "log"), done: make(chan error, 1)}
	log, err := os.Create(p.log)
	if err != nil {
		return nil, fmt.Errorf("making the log of %s: %w", command, err)
	}
	defer log.Close()
	p.cmd = exec.Command(path, args...)
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = dir, log, log
	if err := bound(cpus, p.cmd.Start); err != nil {
		return nil, fmt.Errorf("starting %s: %w", command, err)
	}
	go func() { p.done <- p.cmd.Wait() }()
	return p, nil
}

// Find is where a command is: in PATH or, as an ordinary user's PATH leaves them out, in
// the folders of daemons.
func Find(command string) (string, error) {
	path, err := exec.LookPath(command)
	if err == nil {
		return path, nil
	}
	for _, folder := range []string{"/usr/sbin", "/usr/local/sbin"} {
		if path, err := exec.LookPath(filepath.Join(folder, command)); err == nil {
			return path, nil
		}
	}
	return "", err
}

// PID is the process that was started, the root of the tree.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Crashed is why the process is gone, with its log, or nil while it runs.
func (p *Process) Crashed() error {
	select {
	case err := <-p.done:
		p.done <- err
		log, _ := os.ReadFile(p.log)
		return fmt.Errorf("%s ended: %v\n%s", filepath.Base(p.cmd.Path), err, log)
	default:
		return nil
	}
}

// Ready calls f until it has no error, ctx ends or the process is gone.
func (p *Process) Ready(ctx context.Context, f func() error) error {
	for {
		err := f()
		if err == nil {
			return nil
		}
		if crash := p.Crashed(); crash != nil {
			return crash
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w", filepath.Base(p.cmd.Path), errors.Join(ctx.Err(), err))
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// Stop ends the process and waits for it.
func (p *Process) Stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stopping %s: %w", p.cmd.Path, err)
	}
	select {
	case err := <-p.done:
		p.done <- err
	case <-time.After(patience):
		_ = p.cmd.Process.Kill()
		p.done <- <-p.done
	}
	return nil
}
