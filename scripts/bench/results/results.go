// Package results keeps what was measured: the samples of interleaved rounds, their
// medians with intervals, ratios between what was measured in the same rounds, and the
// file that holds them all.
package results

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
)

// Values are what one measurement found, by metric.
type Values map[string]float64

// Row are the measurements of one thing, one a round.
type Row struct {
	Name   string   `json:"name"`
	Rounds []Values `json:"rounds"`
}

// Section is what was measured together, its rows in turn in each round.
type Section struct {
	Machine string   `json:"machine"` // and when
	Notes   []string `json:"notes,omitempty"`
	Rows    []Row    `json:"rows"`
}

// Row is the row of a name, nil if there is none.
func (s *Section) Row(name string) *Row {
	if s == nil {
		return nil
	}
	i := slices.IndexFunc(s.Rows, func(r Row) bool { return r.Name == name })
	if i < 0 {
		return nil
	}
	return &s.Rows[i]
}

// Add adds a round to the row of a name, which it makes if need be.
func (s *Section) Add(name string, v Values) {
	r := s.Row(name)
	if r == nil {
		s.Rows = append(s.Rows, Row{Name: name})
		r = &s.Rows[len(s.Rows)-1]
	}
	kept := Values{}
	for metric, x := range v {
		kept[metric] = rounded(x)
	}
	r.Rounds = append(r.Rounds, kept)
}

// rounded is a value to five digits, more than any measurement is good for.
func rounded(x float64) float64 {
	y, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 5, 64), 64)
	return y
}

// Values are a metric's values in the rounds that have it.
func (r *Row) Values(metric string) (all []float64) {
	if r == nil {
		return nil
	}
	for _, v := range r.Rounds {
		if x, ok := v[metric]; ok {
			all = append(all, x)
		}
	}
	return all
}

// Compare are f's values for two rows' metric in the rounds that both have: what happens to
// the machine in a round happens to both.
func Compare(a, b *Row, metric string, f func(a, b float64) float64) (all []float64) {
	x, y := a.Values(metric), b.Values(metric)
	for i := range min(len(x), len(y)) {
		all = append(all, f(x[i], y[i]))
	}
	return all
}

// Ratio and Difference are for Compare.
func Ratio(a, b float64) float64      { return a / b }
func Difference(a, b float64) float64 { return a - b }

// All are the sections of a file, by name.
type All map[string]*Section

// Load reads a file; one that isn't there is empty.
func Load(file string) (All, error) {
	all := All{}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the results %s: %w", file, err)
	}
	return all, nil
}

// Save writes a file, a row on a line.
func (a All) Save(file string) error {
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	for _, start := range []string{`{"name":`, `"rows":`} {
		text = bytes.ReplaceAll(text, []byte(start), []byte("\n"+start))
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}
