package main

// Defence: what hostile packets cost, and what they do to good clients.

import (
	"fmt"
	"net/netip"
	"strings"

	"meridian/scripts/bench/load"
	"meridian/scripts/bench/peers"
	"meridian/scripts/bench/process"
	"meridian/scripts/bench/results"
)

const (
	// hostileRate is below what any of the servers can take, so that each packet is seen.
	hostileRate = 40_000
	goodRate    = 1_000
	good        = "good queries"
)

// attacker and resolver are in networks of their own, as rate limiting sees them.
var (
	attacker = netip.MustParseAddr("127.2.2.2")
	resolver = netip.MustParseAddr("127.3.3.3")
)

// attack is a kind of packets.
type attack struct {
	name   string
	stream func() load.Stream
}

func (b *bench) attacks() []attack {
	return []attack{
		{good, func() load.Stream { return b.nameStream() }},
		{"random names", func() load.Stream { return load.RandomNames(peers.Zone, 1) }},
		{"malformed packets", func() load.Stream { return load.Malformed(peers.Name(1), 1) }},
		{"ANY of the apex", func() load.Stream { return load.Any(peers.Zone) }},
		{"one question again and again", func() load.Stream { return load.Same(peers.Name(1)) }},
	}
}

// guarded is meridian with its own limits, for loopback too.
func guarded() (peers.Ours, error) {
	port, err := process.FreePort()
	return peers.Ours{Flags: []string{"--rrl-loopback", "on", "--metrics", fmt.Sprintf("127.0.0.1:%d", port)}}, err
}

func (b *bench) startDefenders() (map[string]*peers.Server, []string, error) {
	ours, err := guarded()
	if err != nil {
		return nil, nil, err
	}
	servers, order := map[string]*peers.Server{}, []string{}
	for _, p := range []peers.Peer{peers.Meridian(b.meridian, ours), peers.Gdnsd(), peers.Knot()} {
		if servers[p.Name], err = b.start(p, b.static()); err != nil {
			return nil, nil, err
		}
		order = append(order, p.Name)
	}
	return servers, order, nil
}

// defence is what a packet of each kind costs.
func (b *bench) defence() (*results.Section, error) {
	servers, order, err := b.startDefenders()
	if err != nil {
		return nil, err
	}
	var entrants []entrant
	for _, name := range order {
		for _, a := range b.attacks() {
			entrants = append(entrants, entrant{defenceRow(name, a.name), func() (results.Values, error) {
				flow := load.Flow{Stream: a.stream(), Rate: hostileRate, From: attacker, Hostile: a.name != good}
				all, c, err := b.run(servers[name], load.Options{}, flow)
				if err != nil {
					return nil, err
				}
				r := &all[0]
				return results.Values{
					"cpu":      micros(c.took()) / float64(r.Sent-min(r.Sent, c.dropped())),
					"answered": 100 * float64(r.Answers) / float64(r.Sent),
					"dropped":  100 * float64(c.dropped()) / float64(r.Sent),
				}, nil
			}})
		}
	}
	return b.interleave(entrants)
}

func defenceRow(server, kind string) string { return server + rowSeparator + kind }

func defenceTable(s *results.Section) string {
	against := results.Column{Title: "× a good query", Cell: func(r *results.Row) string {
		server, _, _ := strings.Cut(r.Name, rowSeparator)
		return results.Cell(results.Compare(r, s.Row(defenceRow(server, good)), "cpu", results.Ratio))
	}}
	return results.Table(s, "packets", results.Metric("CPU, µs a packet", "cpu"), against,
		results.Plain("answered, %", "answered"), results.Plain("no room for, %", "dropped"))
}

// overload is what a good client loses while an attacker sends twice what the server can
// take.
func (b *bench) overload() (*results.Section, error) {
	servers, order, err := b.startDefenders()
	if err != nil {
		return nil, err
	}
	var entrants []entrant
	for _, name := range order {
		entrants = append(entrants, entrant{name, func() (results.Values, error) { return b.flood(servers[name]) }})
	}
	return b.interleave(entrants)
}

func (b *bench) flood(s *peers.Server) (results.Values, error) {
	most, err := b.saturate(s, func() load.Stream { return b.nameStream() })
	if err != nil {
		return nil, err
	}
	all, _, err := b.run(s, load.Options{},
		load.Flow{Stream: b.nameStream(), Rate: goodRate, From: resolver},
		load.Flow{Stream: load.RandomNames(peers.Zone, 2), Rate: 2 * most["qps"], From: attacker, Hostile: true})
	if err != nil {
		return nil, err
	}
	clients, flood := &all[0], &all[1]
	return results.Values{
		"capacity": most["qps"],
		"flood":    float64(flood.Sent) / flood.Elapsed.Seconds() / most["qps"],
		"loss":     100 * float64(clients.Lost) / float64(clients.Sent),
		"p50":      micros(clients.Latency.Quantile(.5)),
	}, nil
}

func overloadTable(s *results.Section) string {
	return results.Table(s, "server", results.Metric("good queries lost, %", "loss"), results.Plain("flood, × what it can answer", "flood"),
		results.Plain("can answer a second", "capacity"), results.Metric("p50 of good answers, µs", "p50"))
}
