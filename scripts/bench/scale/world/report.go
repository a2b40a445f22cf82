package world

// What came of many changes.

import (
	"slices"
	"time"
)

// Report says how many changes were acknowledged, in what time, and how long each waited
// for its acknowledgement.
type Report struct {
	Changes   int
	Seconds   float64
	P50, P99  time.Duration
	Most      time.Duration
	PerSecond float64
}

// ReportOf is the report of changes that took so long.
func ReportOf(took []time.Duration, elapsed time.Duration) Report {
	r := Report{Changes: len(took), Seconds: elapsed.Seconds()}
	if len(took) == 0 {
		return r
	}
	slices.Sort(took)
	r.P50, r.P99, r.Most = took[len(took)/2], took[len(took)*99/100], took[len(took)-1]
	r.PerSecond = float64(len(took)) / r.Seconds
	return r
}
