package metrics

// How many series one scrape may have.

import "github.com/prometheus/client_golang/prometheus"

const (
	// MaxSeries is how many series there are at most, all collectors together.
	MaxSeries = 10_000
	// reserved are those of the Go runtime, the process and the histograms, which are
	// collected apart; a test holds it against what they have.
	reserved = 600
)

// budget passes metrics on until it is spent.
type budget struct {
	to      chan<- prometheus.Metric
	left    int
	dropped int
}

func (b *budget) send(m prometheus.Metric) {
	if b.left == 0 {
		b.dropped++
		return
	}
	b.left--
	b.to <- m
}
