package main

// A fixed rate, as a server has it on an ordinary day: it waits for most queries.

import (
	"meridian/scripts/bench/load"
	"meridian/scripts/bench/peers"
	"meridian/scripts/bench/results"
)

const ordinaryRate = 20_000

func (b *bench) fixed() (*results.Section, error) {
	on, err := b.on()
	if err != nil {
		return nil, err
	}
	var entrants []entrant
	for _, p := range []peers.Peer{peers.Floor(b.floor), peers.Meridian(b.meridian, peers.Off()), peers.Meridian(b.meridian, on), peers.Gdnsd(), peers.Knot(), peers.PowerDNS()} {
		server, err := b.start(p, b.steered())
		if err != nil {
			return nil, err
		}
		entrants = append(entrants, entrant{p.Name, func() (results.Values, error) {
			return b.ask(server, load.Options{}, load.Flow{Stream: b.geoStream(echo(p)...), Rate: ordinaryRate})
		}})
	}
	return b.interleave(entrants)
}

func fixedTable(s *results.Section) string {
	gdnsd := s.Row("gdnsd")
	return results.Table(s, "server", results.Metric("CPU, µs a query", "cpu"), results.Against("× gdnsd", "cpu", gdnsd),
		results.Metric("p50, µs", "p50"), results.Against("× gdnsd", "p50", gdnsd), results.Plain("p90, µs", "p90"), results.Metric("p99, µs", "p99"), results.Against("× gdnsd", "p99", gdnsd),
		results.Metric("p99.9, µs", "p999"), results.Total("lost", "lost"))
}

// twoCores: the same rate for one worker and for two, which have both processors, as the
// generator has, which sleeps when it can.
func (b *bench) twoCores() (*results.Section, error) {
	var entrants []entrant
	for i, name := range []string{"1 worker", "2 workers"} {
		o := peers.Off()
		o.Workers = i + 1
		server, err := b.start(peers.Meridian(b.meridian, o), b.steered(), generatorCPU, serverCPU)
		if err != nil {
			return nil, err
		}
		entrants = append(entrants, entrant{name, func() (results.Values, error) {
			return b.ask(server, load.Options{Calm: true}, load.Flow{Stream: b.geoStream(), Rate: ordinaryRate, Ports: 32})
		}})
	}
	return b.interleave(entrants)
}

func twoCoresTable(s *results.Section) string {
	return results.Table(s, "meridian with", results.Metric("CPU, µs a query", "cpu"), results.Against("× 1 worker", "cpu", s.Row("1 worker")),
		results.Metric("p50, µs", "p50"), results.Metric("p99, µs", "p99"), results.Total("lost", "lost"))
}
