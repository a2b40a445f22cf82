package demo

// The demo from its beginning to its end.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"time"
)

// Options of a demo.
type Options struct {
	// Dir is the demo's folder, made for it and removed at its end; where Tell finds it.
	Dir string
	// Server runs the DNS server on the manifest until ctx ends, and calls ready with
	// the address that it answers on.
	Server func(ctx context.Context, manifest string, ready func(netip.AddrPort)) error
	// Program is the command line of a region's process, without the region's name.
	Program []string
	Out     io.Writer
	In      io.Reader
	// Screen draws the demo live on the terminal that In and Out are; else Out gets
	// plain lines.
	Screen bool
	// AdminFlag is what to give other commands so that they find the demo's server.
	AdminFlag string
}

// demo is one that runs.
type demo struct {
	Options
	processes *processes
	server    netip.AddrPort
	ctx       context.Context // of the processes
}

// Run runs the demo until ctx ends, its parent process does, or a person quits. It
// leaves no process and no file behind.
func Run(ctx context.Context, opts Options) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go watchParent(ctx, cancel)
	if err := takeFolder(ctx, opts.Dir); err != nil {
		return err
	}
	defer os.RemoveAll(opts.Dir)
	d := &demo{Options: opts, processes: newProcesses(opts.Program), ctx: ctx}
	defer d.processes.killAll()
	// At once, so that a second demo finds this one.
	if err := listenForTells(ctx, opts.Dir, d.act); err != nil {
		return err
	}
	for _, r := range Regions() {
		if err := d.processes.start(ctx, r); err != nil {
			return err
		}
	}
	ended, err := d.startServer(cancel)
	if err != nil {
		return err
	}
	defer func() {
		cancel(nil)
		<-ended
	}()
	d.introduce()
	if opts.Screen {
		err = d.screen(ctx)
	} else {
		err = d.plain(ctx)
	}
	if cause := context.Cause(ctx); err == nil && cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return err
}

// takeFolder makes the demo's folder, replacing one that a demo left that was killed.
func takeFolder(ctx context.Context, dir string) error {
	if err := Tell(ctx, dir, "hello", Regions()[0].Name); err == nil {
		return fmt.Errorf("a demo is running already: stop it, or use `meridian demo kill REGION` with it")
	}
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("clearing the folder of an earlier demo: %w", err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return fmt.Errorf("making the demo's folder: %w", err)
	}
	return nil
}

// startServer runs the DNS server; ended is closed when it has ended, which ends the
// demo if it comes first.
func (d *demo) startServer(cancel context.CancelCauseFunc) (ended chan struct{}, err error) {
	manifest, err := WriteManifest(d.Dir)
	if err != nil {
		return nil, err
	}
	ended = make(chan struct{})
	ready := make(chan netip.AddrPort, 1)
	var failed error
	go func() {
		defer close(ended)
		failed = d.Server(d.ctx, manifest, func(addr netip.AddrPort) { ready <- addr })
		cancel(failed)
	}()
	select {
	case d.server = <-ready:
		return ended, nil
	case <-ended:
		return nil, failed
	}
}

// act does what a person or another process says.
func (d *demo) act(verb string, r Region) error {
	switch verb {
	case Kill:
		d.processes.kill(r.Name)
	case Revive:
		return d.processes.start(d.ctx, r)
	case "hello":
	default:
		return fmt.Errorf("the demo knows kill and revive, not %q", verb)
	}
	return nil
}

func (d *demo) watcher() watcher { return watcher{d.server, d.processes} }

// parentPoll is how often the parent is looked at: within a second of its end the demo
// ends too.
const parentPoll = 500 * time.Millisecond

// watchParent ends the demo when the process that started it has ended: `go run` that
// was killed passes no signal on.
func watchParent(ctx context.Context, cancel context.CancelCauseFunc) {
	parent := os.Getppid()
	tick := time.NewTicker(parentPoll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if os.Getppid() != parent {
				cancel(errors.New("the process that started the demo has ended"))
				return
			}
		}
	}
}
