package main

import (
	"os"
	"strings"
	"testing"

	"meridian/scripts/bench/results"
)

// Each section has its place on the page, and each goal its section.
func TestPageHasAllSections(t *testing.T) {
	page, err := os.ReadFile("../../docs/performance.md")
	if err != nil {
		t.Fatal(err)
	}
	kept := results.All{}
	for _, s := range sections {
		kept[s.name] = &results.Section{Machine: "the machine of " + s.name, Notes: []string{"a note"}}
	}
	for _, g := range goals() {
		s := kept[g.section]
		if s == nil {
			t.Fatalf("%s is of no section", g.what)
		}
	}
	made, err := render(page, kept)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sections {
		if !strings.Contains(string(made), "the machine of "+s.name) || !strings.Contains(string(made), `<a id="`+s.name+`"></a>`) {
			t.Errorf("the page lacks %s", s.name)
		}
	}
}

func TestGoalsAreJudged(t *testing.T) {
	geo := &results.Section{}
	for range 3 {
		geo.Add("floor", results.Values{"cpu": 2})
		geo.Add(oursOff, results.Values{"cpu": 2.25})
		geo.Add(oursOn, results.Values{"cpu": 2.75})
		geo.Add("gdnsd", results.Values{"cpu": 2.25})
	}
	fixed := &results.Section{}
	fixed.Add(oursOff, results.Values{"lost": 0})
	for _, lost := range []float64{0, 2, 0} { // one round is enough
		fixed.Add(oursOn, results.Values{"lost": lost})
	}
	table := goalsTable(results.All{"saturation-geo": geo, "fixed": fixed})
	for _, want := range []string{
		"| CPU a query of meridian, off | ≤ 1.00 × gdnsd | 1.00 (1.00–1.00) | met |",
		"| CPU a query of meridian, on | ≤ 1.10 × gdnsd | 1.22 (1.22–1.22) | not met |",
		"| CPU a query of meridian, off, above the floor | ≤ 0.30 µs | 0.25 (0.25–0.25) | met |",
		"| CPU a query of meridian, off | ≤ 0.75 × knot | – | not measured |",
		"| lost answers of meridian, off | none | 0.00 | met |",
		"| lost answers of meridian, on | none | 2.00 | not met |",
	} {
		if !strings.Contains(table, want) {
			t.Errorf("the table lacks %q:\n%s", want, table)
		}
	}
}

func TestIdleServersAreNamed(t *testing.T) {
	s := &results.Section{}
	s.Add("floor", results.Values{"busy": 80})
	s.Add("gdnsd", results.Values{"busy": 99})
	if got := idle(s); !strings.Contains(got, "floor.") || strings.Contains(got, "gdnsd") {
		t.Error(got)
	}
}
