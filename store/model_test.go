package store_test

// The store's slow readable twin: every revision's whole map, kept for ever.

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strings"

	"meridian/store"
)

type model struct {
	states []map[string][]byte // by revision; states[0] is the empty store
	oldest int                 // revisions before it are kept no longer
}

func newModel() *model { return &model{states: []map[string][]byte{{}}} }

func (m *model) head() int { return len(m.states) - 1 }

// verdict of the model on a change-set; "" is committed.
type verdict string

const (
	committed verdict = ""
	conflict  verdict = "conflict"
	noChange  verdict = "no change"
)

func (m *model) commit(set store.ChangeSet) verdict {
	if int(set.Base)+1 < m.oldest {
		return conflict
	}
	for revision := int(set.Base) + 1; revision <= m.head(); revision++ {
		for _, c := range m.diff(revision) {
			written := slices.ContainsFunc(set.Writes, func(w store.Write) bool { return w.Key == c.Key })
			read := slices.ContainsFunc(set.Reads, func(r string) bool {
				prefix, isPrefix := strings.CutSuffix(r, "*")
				return r == c.Key || isPrefix && strings.HasPrefix(c.Key, prefix)
			})
			if written || read {
				return conflict
			}
		}
	}
	next := maps.Clone(m.states[m.head()])
	for _, w := range set.Writes {
		if next[w.Key] = w.Value; w.Value == nil {
			delete(next, w.Key)
		}
	}
	if maps.EqualFunc(next, m.states[m.head()], bytes.Equal) {
		return noChange
	}
	m.states = append(m.states, next)
	return committed
}

func (m *model) diff(revision int) []store.Change {
	before, after := m.states[revision-1], m.states[revision]
	var changes []store.Change
	for key := range before {
		if a, ok := after[key]; !ok || !bytes.Equal(before[key], a) {
			changes = append(changes, store.Change{Key: key, Before: before[key], After: a})
		}
	}
	for key := range after {
		if _, ok := before[key]; !ok {
			changes = append(changes, store.Change{Key: key, After: after[key]})
		}
	}
	slices.SortFunc(changes, func(a, b store.Change) int { return cmp.Compare(a.Key, b.Key) })
	return changes
}
