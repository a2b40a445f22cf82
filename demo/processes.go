package demo

// The regions as child processes, which can be killed and started again.

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// processes are the regions' children. Its methods may be called by any goroutine.
type processes struct {
	program []string // with the region's name behind it, what a child runs

	mu       sync.Mutex // guards children
	children map[string]*child
}

type child struct {
	cmd   *exec.Cmd
	stdin io.Closer // closing it ends the child
	ended chan struct{}
}

func newProcesses(program []string) *processes {
	return &processes{program: program, children: map[string]*child{}}
}

// start runs a region that isn't running, and returns once it listens.
func (p *processes) start(ctx context.Context, r Region) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.children[r.Name]; c != nil && c.runs() {
		return nil
	}
	args := append(p.program[1:len(p.program):len(p.program)], r.Name)
	cmd := exec.CommandContext(ctx, p.program[0], args...)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("starting %s: %w", r.Name, err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("starting %s: %w", r.Name, err)
	}
	var complaint strings.Builder
	cmd.Stderr = &complaint
	cmd.WaitDelay = time.Second // for what a child of the child might hold open
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting %s: %w", r.Name, err)
	}
	if _, err := bufio.NewReader(stdout).ReadString('\n'); err != nil {
		cmd.Wait()
		return fmt.Errorf("starting %s: %s", r.Name, strings.TrimPrefix(strings.TrimSpace(complaint.String()), "meridian: "))
	}
	c := &child{cmd, stdin, make(chan struct{})}
	p.children[r.Name] = c
	go func() {
		cmd.Wait()
		close(c.ended)
	}()
	return nil
}

// kill ends a region's process at once, as a crash would; one that isn't running stays so.
func (p *processes) kill(name string) {
	p.mu.Lock()
	c := p.children[name]
	delete(p.children, name)
	p.mu.Unlock()
	if c != nil {
		c.cmd.Process.Kill()
		c.stdin.Close()
		<-c.ended
	}
}

// running says whether a region's process runs.
func (p *processes) running(name string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.children[name]
	return c != nil && c.runs()
}

// runs says whether the child hasn't ended, by whoever's hand.
func (c *child) runs() bool {
	select {
	case <-c.ended:
		return false
	default:
		return true
	}
}

// killAll ends all regions.
func (p *processes) killAll() {
	for _, r := range Regions() {
		p.kill(r.Name)
	}
}
