package zones

// The canonical order of many names.

import (
	"cmp"
	"slices"

	"meridian/wire"
)

// sortCanonical sorts canonical names as Name.Compare orders them. It makes each
// name's sort key once, which for a million names is several times faster.
func sortCanonical(names []wire.Name) {
	type keyed struct {
		key  string
		name wire.Name
	}
	all := make([]keyed, len(names))
	var buf []byte
	for i, name := range names {
		buf = appendSortKey(buf[:0], name)
		all[i] = keyed{string(buf), name}
	}
	slices.SortFunc(all, func(a, b keyed) int { return cmp.Compare(a.key, b.key) })
	for i := range all {
		names[i] = all[i].name
	}
}

// appendSortKey appends octets whose order is that of RFC 4034 section 6.1: labels
// from the right, a zero after each. 0 and 1 inside of a label become 1 1 and 1 2,
// so that the end of a label sorts before all that may follow in a longer one.
func appendSortKey(b []byte, name wire.Name) []byte {
	var starts [wire.MaxLabels]uint8
	n := 0
	for i := 0; name[i] != 0; i += int(name[i]) + 1 {
		starts[n] = uint8(i)
		n++
	}
	for n--; n >= 0; n-- {
		i := int(starts[n])
		for _, c := range []byte(name[i+1 : i+1+int(name[i])]) {
			if c <= 1 {
				b = append(b, 1)
				c++
			}
			b = append(b, c)
		}
		b = append(b, 0)
	}
	return b
}
