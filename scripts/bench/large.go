package main

// Sections of packages of their own: much to serve, and answers that don't suffer.

import (
	"path/filepath"

	"meridian/scripts/bench/results"
	"meridian/scripts/bench/scale"
)

// large are these sections.
func large() []section {
	return []section{
		{"scale-1M", staged(scale.Million), scale.MillionTable},
		{"scale-zones", staged(scale.ManyZones), scale.ManyZonesTable},
		{"scale-10M", staged(scale.TenMillion), scale.TenMillionTable},
		{"gc", staged(scale.Collector), scale.CollectorTable},
		{"flood", staged(scale.Flood), scale.FloodTable},
	}
}

// staged measures a section on a stage of its own, with all processors.
func staged(measure scale.Section) func(b *bench) (*results.Section, error) {
	return func(b *bench) (*results.Section, error) {
		s := &scale.Stage{Ctx: b.ctx, Dir: filepath.Join(b.dir, "stage"), Meridian: b.meridian, Rounds: b.rounds, Short: b.short}
		return s.Measure(measure, generatorCPU)
	}
}

// largeGoals are what is wanted of them.
func largeGoals() []goal {
	ours := func(section, what, metric, unit string, limit float64) goal {
		return goal{what: what, unit: unit, limit: limit, section: section, values: func(s *results.Section) []float64 { return s.Row("meridian").Values(metric) }}
	}
	ratio := func(section, what, metric, other string, limit float64) goal {
		return goal{what: what, unit: "× " + other, limit: limit, section: section, values: func(s *results.Section) []float64 {
			return results.Compare(s.Row("meridian"), s.Row(other), metric, results.Ratio)
		}}
	}
	flooded := func(what, metric, unit string, limit float64) goal {
		return goal{what: what, unit: unit, limit: limit, section: "flood", values: func(s *results.Section) []float64 { return s.Row(scale.Flooded).Values(metric) }}
	}
	return []goal{
		ratio("scale-1M", "start on the store against load", "load", "knot", 0.7),
		{what: "first import against load", unit: "× knot", limit: 1.5, section: "scale-1M", values: func(s *results.Section) []float64 {
			return scale.ImportRatio(s.Row("meridian"), s.Row("knot"))
		}},
		ratio("scale-1M", "anonymous memory", "anon", "gdnsd", 1.2),
		{what: "memory after 100,000 changes against half as many", unit: "×", limit: 1.05, section: "scale-1M", values: func(s *results.Section) []float64 {
			return scale.Growth(s.Row("meridian"))
		}},
		ours("scale-1M", "a change seen after its acknowledgement, at most", "one-after", "ms", 10),
		ours("scale-1M", "10,000 records seen after their acknowledgement", "many-after", "ms", 200),
		ratio("scale-zones", "start on the store against load", "load", "knot", 0.3),
		ratio("scale-zones", "anonymous memory", "anon", "gdnsd", 1.0),
		ours("scale-10M", "a change seen after its acknowledgement, at most", "one-after", "ms", 20),
		{what: "p99.9 in the server with changes", unit: "× without", limit: 1.5, section: "gc", values: func(s *results.Section) []float64 {
			return results.Compare(s.Row(scale.With), s.Row(scale.Without), "p999", results.Ratio)
		}},
		{what: "answers over 1 ms in the server, more than without changes", unit: "percentage points", limit: 0.1, section: "gc", values: func(s *results.Section) []float64 {
			return results.Compare(s.Row(scale.With), s.Row(scale.Without), "slow", results.Difference)
		}},
		flooded("a flip seen after the probe, p99", "flip-p99", "ms", 20),
		flooded("flips that had no reason", "false", "", 0),
	}
}
