package results

// Medians, and how far they can be trusted.

import (
	"math"
	"slices"
	"strconv"
)

// Median is the middle of values, NaN without any.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	v := slices.Sorted(slices.Values(values))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// Sum is the sum of values.
func Sum(values []float64) (sum float64) {
	for _, v := range values {
		sum += v
	}
	return sum
}

// Interval is the narrowest interval from the k-th least to the k-th most of the values
// that holds the true median at least 95 times in 100, whatever the distribution: of n
// values, k-1 or fewer lie on one side of the median as often as a coin shows it. Fewer
// than 6 values can't say as much; for them it is least and most.
func Interval(values []float64) (low, high float64) {
	if len(values) == 0 {
		return math.NaN(), math.NaN()
	}
	v := slices.Sorted(slices.Values(values))
	k := 1
	for outside(len(v), k+1) <= 0.05 && k+1 <= (len(v)+1)/2 {
		k++
	}
	return v[k-1], v[len(v)-k]
}

// outside is how often the median is not between the k-th least and the k-th most of n.
func outside(n, k int) float64 {
	sum, ways := 0.0, 1.0
	for i := range k {
		sum += ways
		ways = ways * float64(n-i) / float64(i+1)
	}
	return 2 * sum / math.Pow(2, float64(n))
}

// Number writes a value in three digits.
func Number(v float64) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case math.Abs(v) >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case math.Abs(v) >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

// Cell writes a median and its interval.
func Cell(values []float64) string {
	if len(values) == 0 {
		return "–"
	}
	low, high := Interval(values)
	if len(values) == 1 {
		return Number(values[0])
	}
	return Number(Median(values)) + " (" + Number(low) + "–" + Number(high) + ")"
}
