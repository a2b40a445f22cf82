package load

// Latencies, counted in buckets whose width is less than 1/32 of what is in them.

import (
	"math/bits"
	"time"
)

const (
	stepBits = 5
	steps    = 1 << stepBits // buckets for each power of two
)

// Histogram counts durations.
type Histogram struct {
	count   uint64
	buckets [(64 - stepBits) * steps]uint32
}

// bucket is where a number of nanoseconds is counted: below 32 one each, from there on by
// the five bits after the first.
func bucket(v uint64) int {
	if v < steps {
		return int(v)
	}
	shift := bits.Len64(v) - stepBits - 1
	return shift*steps + int(v>>shift)
}

// least is the smallest number in a bucket.
func least(b int) uint64 {
	if b < 2*steps {
		return uint64(b)
	}
	shift := b/steps - 1
	return uint64(b-shift*steps) << shift
}

// Add counts a duration.
func (h *Histogram) Add(d time.Duration) {
	h.count++
	h.buckets[bucket(uint64(max(0, d)))]++
}

// Merge counts what other has.
func (h *Histogram) Merge(other *Histogram) {
	h.count += other.count
	for i, n := range other.buckets {
		h.buckets[i] += n
	}
}

// Quantile is the duration that this share of all are no longer than, to the width of a
// bucket; 0 without any.
func (h *Histogram) Quantile(share float64) time.Duration {
	rank, seen := uint64(share*float64(h.count)), uint64(0)
	for b, n := range h.buckets {
		if seen += uint64(n); n > 0 && seen > min(rank, h.count-1) {
			return time.Duration(least(b))
		}
	}
	return 0
}
