package explain_test

// Explanations as people read them. -update writes testdata/explanations.txt anew.

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"meridian/config"
	"meridian/control"
	"meridian/view"
	"meridian/wire"
	"meridian/zones"
)

var update = flag.Bool("update", false, "write the golden file anew")

const golden = "testdata/explanations.txt"

// TestExplanations asks each question that the file has in a line "$ NAME TYPE CLIENT".
func TestExplanations(t *testing.T) {
	w := newWorld(t)
	w.probe(t)
	w.commit(t, control.Change{Overrides: map[control.OverrideKey]*config.Override{
		{Region: "us"}: {Drain: 0.5, Author: "ann", Reason: "new switch"},
		{Zone: apex, Owner: name("*.wild.example.com."), Endpoint: "eu"}: {Force: config.ForceDown, Author: "bob", Reason: "smoke"},
	}})
	found := func(until int64, failing bool) *view.Resolved {
		set := wire.EncodeRRset(name("a."), "\x00", wire.TypeA, 60, [][]byte{{203, 0, 113, 7}})
		return &view.Resolved{Set: set, Until: noon.UnixMilli() + until, NetworkError: failing}
	}
	w.cells[name("lb.example.net.")].Store(found(5000, false))
	w.cells[name("late.example.net.")].Store(found(-5000, true))

	was, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	before := "\n" // a line that isn't a comment's
	for line := range strings.Lines(string(was)) {
		question, asks := strings.CutPrefix(line, "$ ")
		if strings.HasPrefix(line, "#") {
			got.WriteString(before + line)
			before = ""
		}
		if !asks {
			continue
		}
		words := strings.Fields(question)
		typ, err := zones.ParseType(words[1])
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&got, "%s%s%s", before, line, w.explain(t, words[0], typ, words[2]))
		before = "\n"
	}
	text := strings.TrimPrefix(got.String(), "\n")
	if *update {
		if err := os.WriteFile(golden, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(was), text); diff != "" && !*update {
		t.Errorf("the explanations are not as in %s (-file +now); if that is meant: go test ./explain -update\n%s", golden, diff)
	}
}
