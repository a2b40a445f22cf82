package main

// Processes: started, waited for, stopped.

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// patience is how long a server may take to start or to stop.
const patience = 30 * time.Second

// server is one running server.
type server struct {
	name string
	port int
	cmd  *exec.Cmd
	log  string
	done chan error
	conn net.Conn // UDP
	id   uint16
	// loadedBy is when all zones are loaded that will be.
	loadedBy time.Time
}

// startProcess starts a command whose output goes to a file in dir.
func startProcess(dir, command string, args ...string) (*server, error) {
	path, err := exec.LookPath(command)
	if err != nil {
		for _, folder := range []string{"/usr/sbin", "/usr/local/sbin"} {
			if found, err2 := exec.LookPath(filepath.Join(folder, command)); err2 == nil {
				path, err = found, nil
			}
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%w (on Debian: apt-get install nsd knot bind9)", err)
	}
	s := &server{log: filepath.Join(dir, "log"), done: make(chan error, 1)}
	log, err := os.Create(s.log)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	s.cmd = exec.Command(path, args...)
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { s.done <- s.cmd.Wait() }()
	return s, nil
}

// stop ends the process and waits for it.
func (s *server) stop() error {
	if s.conn != nil {
		s.conn.Close()
	}
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stopping %s: %w", s.name, err)
	}
	select {
	case <-s.done:
	case <-time.After(patience):
		_ = s.cmd.Process.Kill()
	}
	return nil
}

// crashed is why the process is gone, if it is.
func (s *server) crashed() error {
	select {
	case err := <-s.done:
		s.done <- err
		log, _ := os.ReadFile(s.log)
		return fmt.Errorf("%s ended: %v\n%s", s.name, err, log)
	default:
		return nil
	}
}

// ready waits until f has no error, or the process is gone.
func (s *server) ready(f func() error) error {
	var crash error
	err := retry(time.Now().Add(patience), func() error {
		if crash = s.crashed(); crash != nil {
			return nil
		}
		return f()
	})
	return errors.Join(crash, err)
}

// retry calls f until it has no error, or the deadline has passed.
func retry(deadline time.Time, f func() error) error {
	for ; ; time.Sleep(20 * time.Millisecond) {
		err := f()
		if err == nil || time.Now().After(deadline) {
			return err
		}
	}
}

func runOnce(command string, args ...string) error {
	out, err := exec.Command(command, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w\n%s", filepath.Base(command), args[0], err, out)
	}
	return nil
}
