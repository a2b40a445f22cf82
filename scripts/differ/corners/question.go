package corners

// Questions: at, above, below and beside what stands in a world.

import "strings"

// Question is a name and a type.
type Question struct {
	Name string // absolute
	Type uint16
}

// types are what is asked for most: those of the zones' features.
var types = []uint16{
	1, 1, 1, 1, 28, 28, // A, AAAA
	2, 2, 5, 5, 6, 15, 16, 16, // NS, CNAME, SOA, MX, TXT
	39, 39, 43, 43, 43, // DNAME, DS
	33, 65, 64, 12, 35, 257, 52, 13, 17, 65280, // SRV, HTTPS, SVCB, PTR, NAPTR, CAA, TLSA, HINFO, RP
}

// anyType is asked for with ANY.
const anyType = 255

// Question makes one about the world.
func (w World) Question(src Source) Question {
	q := Question{Name: w.names[src.IntN(len(w.names))], Type: types[src.IntN(len(types))]}
	if src.IntN(20) == 0 {
		q.Type = anyType
	}
	prefix := func(n int) {
		for range n {
			if longer := labels[src.IntN(len(labels))] + "." + q.Name; len(longer) < 240 {
				q.Name = longer
			}
		}
	}
	switch src.IntN(10) {
	case 0, 1: // above
		q.Name = parent(q.Name)
	case 2, 3: // beside
		q.Name = parent(q.Name)
		prefix(1)
	case 4, 5: // below
		prefix(1)
	case 6:
		prefix(2 + src.IntN(2))
	}
	if src.IntN(4) == 0 {
		q.Name = flipCase(src, q.Name)
	}
	return q
}

// parent takes the first label off, down to the last two.
func parent(name string) string {
	if strings.Count(name, ".") <= 2 {
		return name
	}
	for i := 0; i < len(name); i++ {
		switch name[i] {
		case '\\':
			i++
		case '.':
			return name[i+1:]
		}
	}
	return name
}

// flipCase is what resolvers do to questions so that answers are hard to forge.
func flipCase(src Source, name string) string {
	b := []byte(name)
	for i, c := range b {
		if ('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z') && src.IntN(2) == 0 {
			b[i] ^= 0x20
		}
	}
	return string(b)
}
