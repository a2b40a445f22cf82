package main

// Saturation: a window of queries is always out, so that the server is always busy. What
// an answer costs then is what the server can do on one processor.

import (
	"strings"
	"time"

	"meridian/scripts/bench/load"
	"meridian/scripts/bench/peers"
	"meridian/scripts/bench/results"
)

// window is how many queries are out: the receive buffers of all the servers have room
// for them (of Linux's default, 208 KiB, a small packet takes 1.25), so that none is lost.
const window = 128

func (b *bench) saturationStatic() (*results.Section, error) {
	others := []peers.Peer{peers.Gdnsd(), peers.NSD(), peers.Knot(), peers.BIND(), peers.PowerDNS()}
	return b.saturation(others, b.static(), b.both(), b.nameStream)
}

func (b *bench) saturationGeo() (*results.Section, error) {
	others := []peers.Peer{peers.Gdnsd(), peers.Knot(), peers.PowerDNS()}
	return b.saturation(others, b.steered(), b.steered(), b.geoStream)
}

// saturation measures the floor and ours, in our world, and others in theirs.
func (b *bench) saturation(others []peers.Peer, w, ours *peers.World, stream func(...load.Option) load.Stream) (*results.Section, error) {
	var entrants []entrant
	enter := func(p peers.Peer, w *peers.World) error {
		server, err := b.start(p, w)
		if err != nil {
			return err
		}
		entrants = append(entrants, entrant{p.Name, func() (results.Values, error) {
			return b.saturate(server, func() load.Stream { return stream(echo(p)...) })
		}})
		return nil
	}
	on, err := b.on()
	if err != nil {
		return nil, err
	}
	if err := enter(peers.Floor(b.floor), w); err != nil {
		return nil, err
	}
	for _, o := range []peers.Ours{peers.Off(), on} {
		if err := enter(peers.Meridian(b.meridian, o), ours); err != nil {
			return nil, err
		}
	}
	for _, p := range others {
		if err := enter(p, w); err != nil {
			return nil, err
		}
	}
	s, err := b.interleave(entrants)
	if err == nil {
		s.Notes = append(s.Notes, versions())
	}
	return s, err
}

// saturate keeps a server busy. Another process on either processor can spoil that: then
// it is tried again, twice but in a trial, and the busiest try counts.
func (b *bench) saturate(s *peers.Server, stream func() load.Stream) (results.Values, error) {
	var best results.Values
	tries := 3
	if b.short {
		tries = 1
	}
	for range tries {
		// One that is lost, and there should be none, leaves the window after this.
		const patience = 100 * time.Millisecond
		v, err := b.ask(s, load.Options{Patience: patience}, load.Flow{Stream: stream(), Window: window})
		if err != nil {
			return nil, err
		}
		if best == nil || v["busy"] > best["busy"] {
			best = v
		}
		if best["busy"] >= saturated {
			break
		}
	}
	return best, nil
}

func saturationTable(s *results.Section) string {
	columns := []results.Column{results.Metric("CPU, µs a query", "cpu"), results.Against("× gdnsd", "cpu", s.Row("gdnsd")),
		results.Against("× floor", "cpu", s.Row("floor")), results.Plain("answers a second", "qps"), results.Plain("busy, %", "busy"), results.Plain("lost, %", "loss")}
	return results.Table(s, "server", columns...) + idle(s)
}

// saturated is from when on a server's processor counts as busy, in per cent.
const saturated = 95

// idle says which servers weren't kept busy: for them answers a second are the
// generator's doing, and CPU a query has waking up in it.
func idle(s *results.Section) string {
	var names []string
	for _, r := range s.Rows {
		if v := r.Values("busy"); len(v) > 0 && results.Median(v) < saturated {
			names = append(names, r.Name)
		}
	}
	if len(names) == 0 {
		return "\nAll were busy at least 95 % of the time.\n"
	}
	return "\nNot busy 95 % of the time, so that the generator or another process was the limit: " + strings.Join(names, "; ") + ".\n"
}
