package control

// Keys of names are their text with slashes escaped, and lead back to the names.

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"meridian/wire"
	"meridian/zones"
)

func TestNameKeys(t *testing.T) {
	label := rapid.OneOf(rapid.StringMatching(`[a-z0-9_-]{1,8}`), rapid.SampledFrom([]string{"*", "@", "/", ".", "a/b", "\x00", "\\", "047", "$", "ü"}))
	rapid.Check(t, func(t *rapid.T) {
		zone := nameOf(rapid.SliceOfN(label, 0, 3).Draw(t, "zone"), wire.Root)
		owner := nameOf(rapid.SliceOfN(label, 0, 3).Draw(t, "owner"), zone)
		for _, name := range []wire.Name{zone, owner} {
			if got, want := nameKey(name), strings.ReplaceAll(name.String(), "/", `\047`); got != want {
				t.Errorf("the key of %s is %q, want %q", name, got, want)
			}
		}
		s := zones.RRset{Owner: owner, Type: wire.TypeA, TTL: 1, RDATA: [][]byte{{192, 0, 2, 1}}}
		w := rrsetWrite(zone, s)
		change, err := Decode(w.Key, w.Value)
		if err != nil {
			t.Fatalf("%s: %v", w.Key, err)
		}
		sets := change.Zone(zone).RRsets
		if gone, err := Decode(w.Key, nil); err != nil || len(sets) != 1 || sets[0].Key() != s.Key() || gone.Zone(zone).RRsets[0].Key() != s.Key() {
			t.Errorf("%s is read as %v, %v", w.Key, sets, err)
		}
	})
}

// nameOf is a name of labels below another.
func nameOf(labels []string, below wire.Name) wire.Name {
	name := ""
	for _, label := range labels {
		name += string(rune(len(label))) + label
	}
	return wire.Name(name + string(below)).Canonical()
}
