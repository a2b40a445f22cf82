package main

// The goals: what was measured, held against what we want.

import (
	"fmt"
	"strings"

	"meridian/scripts/bench/results"
)

// goal is a bound that a median is to keep.
type goal struct {
	what    string
	unit    string
	limit   float64
	section string
	values  func(s *results.Section) []float64
}

const (
	oursOff = "meridian, off"
	oursOn  = "meridian, on"
)

// times is a goal of a ratio between two rows.
func times(section, row, metric, other string, limit float64) goal {
	return goal{what: fmt.Sprintf("%s of %s", metricWords[metric], row), unit: "× " + other, limit: limit, section: section,
		values: func(s *results.Section) []float64 {
			return results.Compare(s.Row(row), s.Row(other), metric, results.Ratio)
		}}
}

// above is a goal of what a row costs beyond the floor.
func above(section, row string, limit float64) goal {
	return goal{what: "CPU a query of " + row + ", above the floor", unit: "µs", limit: limit, section: section,
		values: func(s *results.Section) []float64 {
			return results.Compare(s.Row(row), s.Row("floor"), "cpu", results.Difference)
		}}
}

// lossless is the goal that nothing is lost, in any round.
func lossless(section, row string) goal {
	return goal{what: "lost answers of " + row, section: section, values: func(s *results.Section) []float64 {
		lost := s.Row(row).Values("lost")
		if len(lost) == 0 {
			return nil
		}
		return []float64{results.Sum(lost)}
	}}
}

var metricWords = map[string]string{"cpu": "CPU a query", "p50": "p50", "p99": "p99"}

func goals() []goal {
	const static, geo, fixed, defence = "saturation-static", "saturation-geo", "fixed", "defence"
	all := []goal{
		times(geo, oursOff, "cpu", "gdnsd", 1.00),
		times(geo, oursOn, "cpu", "gdnsd", 1.10),
		times(geo, oursOff, "cpu", "knot", 0.75),
		times(geo, oursOff, "cpu", "powerdns", 0.15),
		above(geo, oursOff, 0.30),
		above(geo, oursOn, 0.45),
		times(static, oursOff, "cpu", "gdnsd", 1.00),
		times(static, oursOn, "cpu", "gdnsd", 1.10),
		times(static, oursOff, "cpu", "nsd", 0.75),
		times(static, oursOff, "cpu", "knot", 0.75),
		times(static, oursOff, "cpu", "floor", 1.10),
		above(static, oursOff, 0.30),
		above(static, oursOn, 0.45),
		times(fixed, oursOff, "cpu", "gdnsd", 1.10),
		times(fixed, oursOff, "p50", "gdnsd", 0.85),
		times(fixed, oursOff, "p99", "gdnsd", 1.30),
		lossless(fixed, oursOff),
		lossless(fixed, oursOn),
		times("tcp", tcpRow(oursOff, 1), "cpu", tcpRow("knot", 1), 1.30),
		times("tcp", tcpRow(oursOff, pipelined), "cpu", tcpRow("knot", pipelined), 1.20),
		times("two-cores", "2 workers", "cpu", "1 worker", 1.05),
	}
	for _, kind := range []string{"random names", "malformed packets", "ANY of the apex", "one question again and again"} {
		all = append(all, times(defence, defenceRow("meridian", kind), "cpu", defenceRow("meridian", good), 1.30))
	}
	return append(all, largeGoals()...)
}

func goalsTable(kept results.All) string {
	var b strings.Builder
	b.WriteString("| section | what | goal | measured | |\n|---|---|---:|---:|---|\n")
	for _, g := range goals() {
		values := g.values(kept[g.section])
		verdict := "not met"
		switch {
		case len(values) == 0:
			verdict = "not measured"
		case results.Median(values) <= g.limit:
			verdict = "met"
		}
		limit := strings.TrimSpace("≤ " + results.Number(g.limit) + " " + g.unit)
		if g.limit == 0 {
			limit = "none"
		}
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s | %s | %s |\n", g.section, g.section, g.what, limit, results.Cell(values), verdict)
	}
	return b.String()
}
