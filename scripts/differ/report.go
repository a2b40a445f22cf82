package main

// The summary of a run.

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// report counts what comparisons came to.
type report struct {
	o           options
	accepted    map[string]string
	pairs       int
	agreed      map[string]int // by the peers that agreed
	byRule      map[string]int
	unexplained int
	kinds       map[string]int
	examples    map[string]*comparison // the one of the smallest zones for each kind
	refusals    map[string]int
}

func newReport(o options, accepted map[string]string) *report {
	return &report{o: o, accepted: accepted, agreed: map[string]int{}, byRule: map[string]int{}, kinds: map[string]int{},
		examples: map[string]*comparison{}, refusals: map[string]int{}}
}

// refused counts a world of which a peer has not all zones.
func (r *report) refused(peer string) { r.refusals[peer]++ }

func (r *report) add(c *comparison) {
	r.pairs++
	if names := c.agreeing(); len(names) > 0 && len(c.oddFrame()) == 0 {
		key := "all"
		if len(names) < len(c.peers) {
			key = strings.Join(names, ", ")
		}
		r.agreed[key]++
		return
	}
	if len(c.peers) == 0 {
		r.agreed["nobody there to agree"]++
		return
	}
	if name := c.rule(); name != "" {
		r.byRule[name]++
		return
	}
	r.unexplained++
	kind := c.kind()
	r.kinds[kind]++
	if old := r.examples[kind]; old == nil || c.size() < old.size() {
		r.examples[kind] = c
	}
}

func (c *comparison) size() (n int) {
	for _, z := range c.world.Zones {
		n += len(z.Text)
	}
	return n
}

// print writes the summary as markdown.
func (r *report) print(w io.Writer) {
	fmt.Fprintf(w, "Seed %d, %d pairs of zone and question, against %s.\n\n", r.o.seed, r.pairs, strings.Join(r.o.peers, ", "))
	fmt.Fprintf(w, "| meridian answers as | pairs |\n|---|---:|\n")
	for _, key := range byCount(r.agreed) {
		fmt.Fprintf(w, "| %s | %d |\n", key, r.agreed[key])
	}
	for _, key := range byCount(r.byRule) {
		fmt.Fprintf(w, "| nobody, accepted: %s | %d |\n", key, r.byRule[key])
	}
	fmt.Fprintf(w, "| nobody, unexplained | %d |\n\n", r.unexplained)
	for _, peer := range byCount(r.refusals) {
		fmt.Fprintf(w, "%s has not loaded all zones of %d worlds; it isn't compared there.\n\n", peer, r.refusals[peer])
	}
	for _, name := range slices.Sorted(maps.Keys(r.accepted)) {
		fmt.Fprintf(w, "- %s: %s\n", name, r.accepted[name])
	}
	for i, kind := range byCount(r.kinds) {
		fmt.Fprintf(w, "\n%d times unexplained: %s\n", r.kinds[kind], kind)
		if i < r.o.shown {
			fmt.Fprintf(w, "```\n%s```\n", r.examples[kind])
		}
	}
}

// byCount are the keys, those of the highest counts first.
func byCount(counts map[string]int) []string {
	return slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		if d := counts[b] - counts[a]; d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
}
