package process

// The tree of a process: its descendants and all their threads, from /proc.

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// PIDs are the process and all its descendants.
func (p *Process) PIDs() []int { return tree(p.PID()) }

func tree(root int) []int {
	pids := []int{root}
	for i := 0; i < len(pids); i++ {
		files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pids[i]))
		for _, file := range files {
			text, _ := os.ReadFile(file) // a thread that has just ended has no children
			for _, word := range strings.Fields(string(text)) {
				if pid, err := strconv.Atoi(word); err == nil {
					pids = append(pids, pid)
				}
			}
		}
	}
	return pids
}

// Pin keeps every thread of the tree to these processors. It is for after the start:
// Knot, for one, pins its workers itself.
func (p *Process) Pin(cpus ...int) error {
	for _, pid := range p.PIDs() {
		if err := pinThreads(pid, cpus); err != nil {
			return err
		}
	}
	return nil
}

// PinSelf keeps all threads of this process, and so those it will make and the processes
// that it will start, to these processors.
func PinSelf(cpus ...int) error { return pinThreads(os.Getpid(), cpus) }

func pinThreads(pid int, cpus []int) error {
	set := setOf(cpus)
	threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return fmt.Errorf("reading the threads of %d: %w", pid, err)
	}
	for _, thread := range threads {
		tid, err := strconv.Atoi(thread.Name())
		if err != nil {
			return err
		}
		if err := unix.SchedSetaffinity(tid, &set); err != nil && err != unix.ESRCH {
			return fmt.Errorf("keeping thread %d to processors %v: %w", tid, cpus, err)
		}
	}
	return nil
}

// bound calls f on a thread that is kept to these processors meanwhile: what f starts
// inherits that.
func bound(cpus []int, f func() error) error {
	if len(cpus) == 0 {
		return f()
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return err
	}
	set := setOf(cpus)
	if err := unix.SchedSetaffinity(0, &set); err != nil {
		return fmt.Errorf("keeping a process to processors %v: %w", cpus, err)
	}
	return errors.Join(f(), unix.SchedSetaffinity(0, &before))
}

func setOf(cpus []int) (set unix.CPUSet) {
	for _, cpu := range cpus {
		set.Set(cpu)
	}
	return set
}
