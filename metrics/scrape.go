package metrics

// What one scrape reads: first what has few series, then regions, endpoints, targets.

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"meridian/dnsserver/answer"
	"meridian/dnsserver/ratelimit"
	"meridian/healthcheck"
	"meridian/steering"
)

// Sources are what a scrape reads; all of them may be called from any goroutine.
type Sources struct {
	Responders  []*answer.Responder
	RegionSlots func() []string
	Records     Records
	Targets     func() []healthcheck.TargetStatus
	Unsaved     func() int // verdicts that the store doesn't have yet
	Tables      func() []*steering.Table
	GeoBytes    func() int // of the base table
	UDP         func() UDPCounts
	TCP         func() TCPCounts
	StaleSecret func() bool // whether the cookies' secrets couldn't be read again
}

// UDPCounts are queries that the kernel had no room for, and answers that it didn't send.
type UDPCounts struct{ ReceiveDrops, SendErrors uint64 }

// TCPCounts are TCP connections: open now, accepted, and closed for a newcomer because
// their client had too many, or all clients together.
type TCPCounts struct {
	Open                                    int
	Accepted, GaveWayOfClient, GaveWayOfAll uint64
}

// scrape is the collector of all that is read rather than told.
type scrape struct {
	sources atomic.Pointer[Sources]
	dropped atomic.Uint64
}

func newScrape() *scrape { return &scrape{} }

// Describe names nothing: which series there are depends on the configuration.
func (s *scrape) Describe(chan<- *prometheus.Desc) {}

// Collect sends everything, as far as the budget goes.
func (s *scrape) Collect(to chan<- prometheus.Metric) {
	b := &budget{to: to, left: MaxSeries - reserved}
	if src := s.sources.Load(); src != nil {
		src.queries(b)
		src.defence(b)
		src.configuration(b)
		targets := src.Targets()
		src.states(b, targets)
		src.steered(b)
		src.endpoints(b)
		src.perTarget(b, targets)
	}
	dropped := s.dropped.Add(uint64(b.dropped))
	to <- prometheus.MustNewConstMetric(droppedDesc, prometheus.CounterValue, float64(dropped))
}

var (
	droppedDesc   = desc("metrics_series_dropped_total", "Series that scrapes left out to stay within 10,000; each scrape adds what it left out.")
	responsesDesc = desc("responses_total", "Responses by transport and code.", "transport", "rcode")
	ignoredDesc   = desc("packets_dropped_total", "Packets that can have no response: no header, or a response themselves.")
	truncatedDesc = desc("responses_truncated_total", "Responses with TC because they were too long, for the client or for the way to it.")
	limitedDesc   = desc("rate_limited_total", "Responses over the rate limit by kind: sent all the same (loopback and exempt networks), slipped (empty, with TC), dropped.", "kind", "action")
	udpDropsDesc  = desc("udp_receive_drops_total", "Queries over UDP that the kernel dropped because no worker took them in time.")
	udpErrorsDesc = desc("udp_send_errors_total", "Responses over UDP that could not be sent.")
	connsDesc     = desc("tcp_connections", "TCP connections that are open.")
	acceptedDesc  = desc("tcp_connections_accepted_total", "TCP connections since the start.")
	gaveWayDesc   = desc("tcp_connections_closed_for_newcomers_total", "TCP connections closed because their client, or all clients, had as many as may be.", "limit")
	secretDesc    = desc("cookie_secrets_stale", "1 where the secrets of cookies couldn't be read again and are as they were.")
	ecsDesc       = desc("queries_with_ecs_total", "Queries with a client subnet (RFC 7871).")
	steeredDesc   = desc("steered_answers_total", "Steered answers by region and by why that one could be taken.", "region", "reason")
	revisionDesc  = desc("revision", "The revision that is answered from.")
	zonesDesc     = desc("zones", "Zones, those without records included.")
	tablesDesc    = desc("class_tables", "Class tables in use.")
	bytesDesc     = desc("class_tables_bytes", "Memory of the class tables.")
	baseDesc      = desc("geo_base_bytes", "Memory of the geo base table.")
	targetsDesc   = desc("targets", "Targets of checks by state.", "state")
	staleDesc     = desc("targets_stale", "Targets whose state is from before the restart.")
	unsavedDesc   = desc("verdicts_unsaved", "Verdicts that the store doesn't have yet.")
	endpointDesc  = desc("endpoint_up", "Whether an endpoint is up for a type: health and operators' words together.", "zone", "name", "type", "endpoint", "region")
	targetDesc    = desc("target_up", "Whether a target is up; settings tells targets apart that differ in how they are probed only.", "kind", "address", "host", "settings")
	targetFlips   = desc("target_flips_total", "Changes of a target's state.", "kind", "address", "host", "settings")
)

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("meridian_"+name, help, labels, nil)
}

func (b *budget) counter(d *prometheus.Desc, v uint64, labels ...string) {
	b.send(prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v), labels...))
}

func (b *budget) gauge(d *prometheus.Desc, v float64, labels ...string) {
	b.send(prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...))
}

// queries adds up what the workers counted.
func (src *Sources) queries(b *budget) {
	var dropped, ecs uint64
	for _, r := range src.Responders {
		dropped += r.Counters.Dropped.Load()
		ecs += r.Counters.WithECS.Load()
	}
	b.counter(ignoredDesc, dropped)
	b.counter(ecsDesc, ecs)
	for over := range answer.NumTransports {
		for _, rcode := range answer.Rcodes() {
			var n uint64
			for _, r := range src.Responders {
				n += r.Counters.Responses(over, rcode)
			}
			b.counter(responsesDesc, n, over.String(), rcode.String())
		}
	}
}

// defence adds up what is done against too much of anything.
func (src *Sources) defence(b *budget) {
	var truncated uint64
	for _, r := range src.Responders {
		truncated += r.Counters.Truncated.Load()
	}
	b.counter(truncatedDesc, truncated)
	for kind := range ratelimit.NumKinds {
		for became := range ratelimit.NumVerdicts {
			var n uint64
			for _, r := range src.Responders {
				n += r.Counters.Over(kind, became)
			}
			b.counter(limitedDesc, n, kind.String(), became.String())
		}
	}
	udp := src.UDP()
	b.counter(udpDropsDesc, udp.ReceiveDrops)
	b.counter(udpErrorsDesc, udp.SendErrors)
	tcp := src.TCP()
	b.gauge(connsDesc, float64(tcp.Open))
	b.counter(acceptedDesc, tcp.Accepted)
	b.counter(gaveWayDesc, tcp.GaveWayOfClient, "client")
	b.counter(gaveWayDesc, tcp.GaveWayOfAll, "all")
	b.gauge(secretDesc, boolValue(src.StaleSecret()))
}

func (src *Sources) configuration(b *budget) {
	v := src.Records.View()
	b.gauge(revisionDesc, float64(v.Revision))
	b.gauge(zonesDesc, float64(v.Len()))
	tables := src.Tables()
	bytes := 0
	for _, t := range tables {
		bytes += t.Bytes()
	}
	b.gauge(tablesDesc, float64(len(tables)))
	b.gauge(bytesDesc, float64(bytes))
	b.gauge(baseDesc, float64(src.GeoBytes()))
}

func (src *Sources) states(b *budget, targets []healthcheck.TargetStatus) {
	count := map[steering.State]int{}
	stale := 0
	for _, t := range targets {
		count[t.State]++
		if t.Stale {
			stale++
		}
	}
	for _, s := range []steering.State{steering.New, steering.Down, steering.Up} {
		b.gauge(targetsDesc, float64(count[s]), s.String())
	}
	b.gauge(staleDesc, float64(stale))
	b.gauge(unsavedDesc, float64(src.Unsaved()))
}

// steered counts answers by region, without those that never were.
func (src *Sources) steered(b *budget) {
	for slot, region := range src.RegionSlots() {
		for from := range steering.NumFrom {
			var n uint64
			for _, r := range src.Responders {
				n += r.Counters.Steered(slot, from)
			}
			if n > 0 {
				b.counter(steeredDesc, n, region, from.String())
			}
		}
	}
}

// perTarget are two series for each target; those beyond the budget are only counted.
func (src *Sources) perTarget(b *budget, targets []healthcheck.TargetStatus) {
	for i, t := range targets {
		if b.left < 2 {
			b.dropped += 2 * (len(targets) - i)
			return
		}
		labels := []string{t.Target.Settings.Kind, t.Target.Address.String(), t.Target.Host, settingsTag(t.Target.Settings)}
		b.gauge(targetDesc, boolValue(t.State.IsUp()), labels...)
		b.counter(targetFlips, t.Flips, labels...)
	}
}

// settingsTag is a short hash of how a target is probed.
func settingsTag(s healthcheck.Settings) string {
	h := fnv.New64a()
	if err := json.NewEncoder(h).Encode(s); err != nil {
		panic(err) // texts, numbers and truth values
	}
	return fmt.Sprintf("%016x", h.Sum64())
}

func boolValue(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
