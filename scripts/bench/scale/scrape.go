package scale

// What a server's metrics say, as text.

import (
	"bufio"
	"cmp"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// metricValues are values by series.
type metricValues map[string]float64

// scrape reads the metrics of a server.
func scrape(addr string) (metricValues, error) {
	client := http.Client{Timeout: 30 * time.Second}
	r, err := client.Get("http://" + addr + "/metrics")
	if err != nil {
		return nil, fmt.Errorf("reading the metrics: %w", err)
	}
	defer r.Body.Close()
	all := metricValues{}
	lines := bufio.NewScanner(r.Body)
	for lines.Scan() {
		series, value, ok := strings.Cut(lines.Text(), " ")
		if v, err := strconv.ParseFloat(value, 64); ok && err == nil {
			all[series] = v
		}
	}
	return all, lines.Err()
}

// sum adds up all series of a name.
func (m metricValues) sum(name string) (sum float64) {
	for series, v := range m {
		if strings.HasPrefix(series, name+"{") {
			sum += v
		}
	}
	return sum
}

// bucket is how many were at most le.
type bucket struct{ le, count float64 }

type histogram []bucket

// buckets are those of a histogram without labels of its own.
func (m metricValues) buckets(name string) (h histogram) {
	for series, v := range m {
		text, ok := strings.CutPrefix(series, name+`_bucket{le="`)
		if !ok {
			continue
		}
		le, err := strconv.ParseFloat(strings.TrimSuffix(text, `"}`), 64) // "+Inf" is one
		if err == nil {
			h = append(h, bucket{le, v})
		}
	}
	slices.SortFunc(h, func(a, b bucket) int { return cmp.Compare(a.le, b.le) })
	return h
}

// minus is what has been counted since other, which has the same buckets.
func (h histogram) minus(other histogram) histogram {
	since := slices.Clone(h)
	for i := range min(len(h), len(other)) {
		since[i].count -= other[i].count
	}
	return since
}

func (h histogram) count() float64 {
	if len(h) == 0 {
		return 0
	}
	return h[len(h)-1].count
}

// quantile is the bound of the bucket that holds a share of all: an upper bound.
func (h histogram) quantile(share float64) float64 {
	for _, b := range h {
		if h.count() > 0 && b.count >= share*h.count() {
			return b.le
		}
	}
	return math.NaN()
}
