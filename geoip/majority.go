package geoip

// Which classes an inner prefix holds, and which of them most of its addresses have:
// exact counts, gathered from the leaves upwards.

// count is how many addresses of a class a prefix holds, in units of the family's
// smallest prefix (an IPv4 address, an IPv6 /64). Space from which no client asks
// (special-purpose, without entry, carrying IPv4) is idle: it has no say while there is
// anything else. Sums fit: a prefix of several classes has less than the whole family
// of any.
type count struct {
	class        uint16
	voting, idle uint64
}

// majority returns the class of most voting addresses, of most idle ones where none
// votes; of equals the lower class. counts is sorted by class and not empty.
func majority(counts []count) uint16 {
	most := counts[0]
	for _, c := range counts[1:] {
		if c.voting > most.voting || c.voting == most.voting && most.voting == 0 && c.idle > most.idle {
			most = c
		}
	}
	return most.class
}

// merge appends to out the sums of a and b, all sorted by class. A count takes part in
// at most one merge per bit of the family, so the whole trie costs at most leaves ×
// bits; in practice far less, since a prefix never has more counts than classes.
func merge(out, a, b []count) []count {
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].class < b[0].class:
			out, a = append(out, a[0]), a[1:]
		case a[0].class > b[0].class:
			out, b = append(out, b[0]), b[1:]
		default:
			out = append(out, count{a[0].class, a[0].voting + b[0].voting, a[0].idle + b[0].idle})
			a, b = a[1:], b[1:]
		}
	}
	return append(append(out, a...), b...)
}

// narrower asks the caller's function for the class of an inner prefix once for each
// majority and set of classes inside.
type narrower struct {
	narrow func(majority uint16, inside []uint16) uint16
	memo   map[string]uint16
	key    []byte
	inside []uint16
}

func (n *narrower) class(counts []count) uint16 {
	return n.of(majority(counts), counts)
}

// of is the class where most is the majority.
func (n *narrower) of(most uint16, counts []count) uint16 {
	if n.narrow == nil {
		return most
	}
	n.key, n.inside = append(n.key[:0], byte(most>>8), byte(most)), n.inside[:0]
	for _, c := range counts {
		n.key = append(n.key, byte(c.class>>8), byte(c.class))
		n.inside = append(n.inside, c.class)
	}
	class, ok := n.memo[string(n.key)]
	if !ok {
		class = n.narrow(most, n.inside)
		n.memo[string(n.key)] = class
	}
	return class
}
