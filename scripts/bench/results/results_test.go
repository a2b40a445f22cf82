package results

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMedianAndInterval(t *testing.T) {
	for _, c := range []struct {
		values            []float64
		median, low, high float64
	}{
		{[]float64{3}, 3, 3, 3},
		{[]float64{4, 1}, 2.5, 1, 4},
		{[]float64{5, 1, 2, 4, 3}, 3, 1, 5},
		{[]float64{1, 2, 3, 4, 5, 6}, 3.5, 1, 6},                 // 96.9 %
		{[]float64{1, 2, 3, 4, 5, 6, 7, 8}, 4.5, 1, 8},           // 99.2 %; 93 % between 2 and 7
		{[]float64{1, 2, 3, 4, 5, 6, 7, 8, 9}, 5, 2, 8},          // 96.1 %
		{[]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 6, 2, 10}, // 98.8 %; 93.5 % between 3 and 9
	} {
		low, high := Interval(c.values)
		if m := Median(c.values); m != c.median || low != c.low || high != c.high {
			t.Errorf("%v: %v (%v–%v), not %v (%v–%v)", c.values, m, low, high, c.median, c.low, c.high)
		}
	}
}

func TestRatiosAreOfTheSameRounds(t *testing.T) {
	var s Section
	for _, noise := range []float64{1, 10, 2} { // the machine is slow in the second round
		s.Add("a", Values{"cpu": 3 * noise})
		s.Add("b", Values{"cpu": 2 * noise})
	}
	got := Compare(s.Row("a"), s.Row("b"), "cpu", Ratio)
	if diff := cmp.Diff([]float64{1.5, 1.5, 1.5}, got); diff != "" {
		t.Error(diff)
	}
	if got := Compare(s.Row("a"), s.Row("nobody"), "cpu", Ratio); got != nil {
		t.Errorf("against nobody: %v", got)
	}
}

func TestResultsAreKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "results.json")
	all, err := Load(file)
	if err != nil || len(all) != 0 {
		t.Fatal(all, err)
	}
	s := &Section{Machine: "a machine"}
	s.Add("a", Values{"cpu": 3})
	all["section"] = s
	if err := all.Save(file); err != nil {
		t.Fatal(err)
	}
	again, err := Load(file)
	if diff := cmp.Diff(all, again); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestTablesStandBetweenMarks(t *testing.T) {
	s := &Section{Machine: "A machine."}
	s.Add("a", Values{"cpu": 3})
	s.Add("b", Values{"cpu": 2})
	page, err := Replace([]byte("Above.\n<!-- t -->\nold\n<!-- /t -->\nBelow.\n"), "t", Table(s, "server", Metric("µs", "cpu"), Against("× b", "cpu", s.Row("b"))))
	want := "Above.\n<!-- t -->\n\n| server | µs | × b |\n|---|---:|---:|\n| a | 3.00 | 1.50 |\n| b | 2.00 | 1.00 |\n\nA machine.\n\n<!-- /t -->\nBelow.\n"
	if diff := cmp.Diff(want, string(page)); err != nil || diff != "" {
		t.Error(err, diff)
	}
	if _, err := Replace(page, "other", ""); err == nil {
		t.Error("marks that aren't there were found")
	}
}
