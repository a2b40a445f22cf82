package main

// The stage: servers that are started for a section, and measured in turn.

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"meridian/scripts/bench/load"
	"meridian/scripts/bench/peers"
	"meridian/scripts/bench/process"
	"meridian/scripts/bench/results"
)

// The generator and the servers have a processor each.
const (
	generatorCPU = 0
	serverCPU    = 1
)

// names is how many static names there are.
const names = 100_000

type bench struct {
	settings
	ctx             context.Context
	dir             string
	meridian, floor string // binaries
	geo             *peers.Geo
	clients         []netip.Prefix
	check           uint16 // TCP port that is open on the regions' addresses
	machine         string
	servers         []*peers.Server
}

// section is a part of the page that is measured together.
type section struct {
	name    string
	measure func(b *bench) (*results.Section, error)
	table   func(s *results.Section) string
}

// section measures one, and stops its servers.
func (b *bench) section(s section) (*results.Section, error) {
	fmt.Fprintln(os.Stderr, "measuring:", s.name)
	defer func() {
		for _, server := range b.servers {
			_ = server.Stop()
		}
		b.servers = nil
	}()
	measured, err := s.measure(b)
	if err != nil {
		return nil, err
	}
	measured.Machine = b.machine
	return measured, nil
}

// static and steered are the worlds. Among static names meridian has the steered one too,
// for whose addresses health is checked.
func (b *bench) static() *peers.World  { return &peers.World{Names: names} }
func (b *bench) steered() *peers.World { return &peers.World{Names: 1000, Geo: b.geo} }
func (b *bench) both() *peers.World    { return &peers.World{Names: names, Geo: b.geo} }

// start starts a server for the rest of the section.
func (b *bench) start(p peers.Peer, w *peers.World, cpus ...int) (*peers.Server, error) {
	if len(cpus) == 0 {
		cpus = []int{serverCPU}
	}
	const patience = 2 * time.Minute
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	s, err := p.Start(ctx, filepath.Join(b.dir, fmt.Sprintf("%d-%s", time.Now().UnixNano(), p.Name)), w, cpus...)
	if err != nil {
		return nil, err
	}
	b.servers = append(b.servers, s)
	return s, nil
}

// on is meridian with its defaults.
func (b *bench) on() (peers.Ours, error) {
	port, err := process.FreePort()
	return peers.On(port, b.check), err
}

// entrant is one of those that are measured in turn.
type entrant struct {
	name    string
	measure func() (results.Values, error)
}

// interleave measures all, round after round.
func (b *bench) interleave(entrants []entrant) (*results.Section, error) {
	s := &results.Section{}
	for round := range b.rounds {
		for _, e := range entrants {
			if b.ctx.Err() != nil {
				return nil, b.ctx.Err()
			}
			v, err := e.measure()
			if err != nil {
				return nil, fmt.Errorf("%s, round %d: %w", e.name, round+1, err)
			}
			s.Add(e.name, v)
		}
	}
	return s, nil
}

// warmup is how long a server is asked before it is measured.
func (b *bench) warmup() time.Duration { return min(500*time.Millisecond, b.duration/4) }

// cost watches what a server takes while it is measured.
type cost struct {
	server   *peers.Server
	cpu      [2]time.Duration
	drops    [2]uint64
	observed int
}

func (c *cost) observe() (err error) {
	if c.cpu[c.observed], err = c.server.CPU(); err != nil {
		return err
	}
	c.drops[c.observed], err = process.Drops(c.server.Addr.Port())
	c.observed++
	return err
}

func (c *cost) took() time.Duration { return c.cpu[1] - c.cpu[0] }
func (c *cost) dropped() uint64     { return c.drops[1] - c.drops[0] }

// run sends flows to a server, and sees what that costs it.
func (b *bench) run(s *peers.Server, o load.Options, flows ...load.Flow) ([]load.Result, *cost, error) {
	c := &cost{server: s}
	o.Warmup, o.Observe = b.warmup(), c.observe
	if o.Duration == 0 {
		o.Duration = b.duration
	}
	r, err := load.Run(s.Addr, flows, o)
	if crash := s.Crashed(); crash != nil {
		return nil, nil, crash
	}
	return r, c, err
}

// ask is run with one flow: what an answer costs, how many there were, and how long they
// took.
func (b *bench) ask(s *peers.Server, o load.Options, f load.Flow) (results.Values, error) {
	all, c, err := b.run(s, o, f)
	if err != nil {
		return nil, err
	}
	r := &all[0]
	if r.Answers == 0 {
		return nil, fmt.Errorf("there was no answer to %d queries", r.Sent)
	}
	return results.Values{
		"cpu":  micros(c.took()) / float64(r.Answers),
		"busy": 100 * c.took().Seconds() / r.Elapsed.Seconds(),
		"qps":  r.Rate(),
		"loss": 100 * float64(r.Lost) / float64(r.Sent),
		"lost": float64(r.Lost),
		"p50":  micros(r.Latency.Quantile(.5)),
		"p90":  micros(r.Latency.Quantile(.9)),
		"p99":  micros(r.Latency.Quantile(.99)),
		"p999": micros(r.Latency.Quantile(.999)),
	}, nil
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// nameStream and geoStream are the two kinds of good queries.
func (b *bench) nameStream(options ...load.Option) load.Stream {
	return load.NewNames(names, peers.Name, peers.Address, options...)
}

func (b *bench) geoStream(options ...load.Option) load.Stream {
	var addresses []netip.Addr
	for _, r := range b.geo.Regions {
		addresses = append(addresses, r.Address)
	}
	return load.NewSteered(peers.Steered, b.clients, addresses, options...)
}

// echo is the option that a peer's answers need.
func echo(p peers.Peer) []load.Option {
	if p.Echo {
		return []load.Option{load.Echo()}
	}
	return nil
}

// listenForChecks opens a TCP port on all regions' addresses, and closes each connection
// that comes.
func listenForChecks(regions []peers.Region) (uint16, error) {
	port, err := process.FreePort()
	if err != nil {
		return 0, err
	}
	for _, r := range regions {
		l, err := net.Listen("tcp", netip.AddrPortFrom(r.Address, port).String())
		if err != nil {
			return 0, fmt.Errorf("listening for checks: %w", err)
		}
		go func() { // until the program ends
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				c.Close()
			}
		}()
	}
	return port, nil
}
