package main

// TCP: connections with one query each, and with a hundred that are sent together.

import (
	"fmt"
	"strings"

	"meridian/scripts/bench/load"
	"meridian/scripts/bench/peers"
	"meridian/scripts/bench/results"
)

// tcpRow names a row.
func tcpRow(server string, queries int) string {
	if queries == 1 {
		return server + rowSeparator + "1 query a connection"
	}
	return fmt.Sprintf("%s%s%d queries a connection", server, rowSeparator, queries)
}

// rowSeparator stands between a server and what it is measured by.
const rowSeparator = ": "

const pipelined = 100

func (b *bench) tcp() (*results.Section, error) {
	on, err := b.on()
	if err != nil {
		return nil, err
	}
	var entrants []entrant
	for _, p := range []peers.Peer{peers.Meridian(b.meridian, peers.Off()), peers.Meridian(b.meridian, on), peers.Knot(), peers.Gdnsd()} {
		server, err := b.start(p, b.static())
		if err != nil {
			return nil, err
		}
		for _, queries := range []int{1, pipelined} {
			entrants = append(entrants, entrant{tcpRow(p.Name, queries), func() (results.Values, error) { return b.connections(server, queries) }})
		}
	}
	return b.interleave(entrants)
}

func (b *bench) connections(s *peers.Server, queries int) (results.Values, error) {
	c := &cost{server: s}
	r, err := load.RunTCP(s.Addr, load.Connections{Queries: queries, Stream: func(int) load.Stream { return b.nameStream() }},
		load.Options{Warmup: b.warmup(), Duration: b.duration, Observe: c.observe})
	if crash := s.Crashed(); crash != nil {
		return nil, crash
	}
	if err != nil {
		return nil, err
	}
	return results.Values{
		"cpu":  micros(c.took()) / float64(r.Answers),
		"busy": 100 * c.took().Seconds() / r.Elapsed.Seconds(),
		"qps":  r.Rate(),
		"p50":  micros(r.Latency.Quantile(.5)),
		"p99":  micros(r.Latency.Quantile(.99)),
	}, nil
}

func tcpTable(s *results.Section) string {
	against := results.Column{Title: "× knot", Cell: func(r *results.Row) string {
		_, kind, _ := strings.Cut(r.Name, rowSeparator)
		return results.Cell(results.Compare(r, s.Row("knot"+rowSeparator+kind), "cpu", results.Ratio))
	}}
	return results.Table(s, "server", results.Metric("CPU, µs a query", "cpu"), against, results.Plain("answers a second", "qps"), results.Plain("busy, %", "busy"))
}
