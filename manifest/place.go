package manifest

// Places: where in the document each setting stands.

import (
	"cmp"
	"slices"
	"strings"

	"meridian/config"
	"meridian/wire"
)

// place is a line and a column from 1, in characters; the zero value is unknown.
type place struct{ line, column int }

// places are by path: of a word the word's, of a map or list its key's.
type places map[string]place

func (ps places) set(path []string, at place) { ps[placeKey(path)] = at }

// find returns the place of a path, or of the nearest above it that has one.
func (ps places) find(path []string) place {
	for n := len(path); n >= 0; n-- {
		if at, ok := ps[placeKey(path[:n])]; ok {
			return at
		}
	}
	return place{}
}

// placeKey makes a path a map's key. Zones and owner names count as names and not as
// text, since a problem found elsewhere may write them in another way.
func placeKey(path []string) string {
	if len(path) < 2 || path[0] != "zones" {
		return strings.Join(path, "\x00")
	}
	zone, err := wire.ParseName(path[1])
	if err != nil {
		return strings.Join(path, "\x00")
	}
	path = slices.Clone(path)
	path[1] = zone.Canonical().String()
	if len(path) > 3 && path[2] == "steered" {
		if owner, err := wire.RelativeName(path[3], zone); err == nil {
			path[3] = owner.Canonical().String()
		}
	}
	return strings.Join(path, "\x00")
}

// sortByPlace orders problems as they stand in the document.
func sortByPlace(ps config.Problems) {
	slices.SortStableFunc(ps, func(a, b config.Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), slices.Compare(a.Path, b.Path), cmp.Compare(a.Message, b.Message))
	})
}

// told are the paths of problems of reading. What reading told of, validation need not
// say again: a value that could not be read is missing to it.
type told map[string]bool

// newTold knows every path to a problem, from the document down.
func newTold(ps config.Problems) told {
	t := told{}
	for _, p := range ps {
		for n := range p.Path {
			if key := strings.Join(p.Path[:n+1], "\x00"); !t[key] {
				t[key] = false
			}
		}
		t[strings.Join(p.Path, "\x00")] = true
	}
	return t
}

// covers says whether reading told of something at path, below it or above it.
func (t told) covers(path []string) bool {
	if _, at := t[strings.Join(path, "\x00")]; at {
		return true
	}
	for n := range path {
		if t[strings.Join(path[:n], "\x00")] {
			return true
		}
	}
	return false
}
