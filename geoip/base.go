package geoip

// The base table: geo databases compiled once, address → location row.

import (
	"iter"
	"net/netip"
	"time"
	"unsafe"
)

// row is a location with how it is known.
type row struct {
	Location
	kind Kind
}

// Rows that every base table has.
const (
	rowNone    = 0
	rowSpecial = 1
	firstRow   = 2
)

// Base is a base table: what geo databases say of every address, compiled once. It
// is immutable and may be used by any number of goroutines. No query looks into it:
// queries look into the Tables that are projected from it.
type Base struct {
	rows    []row
	v4      *runs[uint32]
	v6      *runs[uint64] // what carries IPv4 has rowNone
	sources []Source
}

// Info says what a base table was made of and how big it is.
type Info struct {
	Sources []Source
	Rows    int // different locations
	// RunsV4 and RunsV6 are how many ranges of addresses with one location there are.
	RunsV4, RunsV6 int
	Bytes          int // in memory
}

// Source is one database of a base table.
type Source struct {
	Name         string // the file, or "embedded"
	DatabaseType string // as the database calls itself
	Built        time.Time
}

// Run is a range of addresses with one location, up to where the next begins.
type Run struct {
	Start    netip.Addr
	Location Location
	Kind     Kind
}

// newBase lays what is decided before any database over the runs of databases, whose
// values are indexes of locations, 0 for no entry. With fill, runs without entry take
// the location before them.
func newBase(locations []Location, v4 *runs[uint32], v6 *runs[uint64], fill bool, sources []Source) *Base {
	b := &Base{sources: sources, rows: make([]row, firstRow, firstRow+2*len(locations))}
	b.rows[rowSpecial].kind = KindSpecial
	for _, l := range locations[1:] {
		b.rows = append(b.rows, row{l, KindData})
	}
	const data = firstRow - 1 // database value 1 is row 2
	filled := uint32(len(locations) - 1)
	if fill {
		for _, r := range b.rows[firstRow:] {
			b.rows = append(b.rows, row{r.Location, KindFilled})
		}
	}
	special4, special6 := decided()
	b.v4 = zip(v4, special4, lay(v4.values, data, filled, fill))
	b.v6 = zip(v6, special6, lay(v6.values, data, filled, fill))
	return b
}

// decided are the runs of what is decided before any database, as row + 1.
func decided() (*runs[uint32], *runs[uint64]) {
	prefixes := append([]netip.Prefix{carriers[sixToFour].prefix}, specialPurpose[:]...)
	return flattenCuts(prefixes, func(i int) uint32 {
		if i == 0 {
			return rowNone + 1
		}
		return rowSpecial + 1
	})
}

// lay returns the function that gives a piece its row: what is decided, else the
// database's, else a filled one. It must be called in the order of addresses.
func lay(values []uint32, data, filled uint32, fill bool) func(value, decided uint32) uint32 {
	before := uint32(0)
	if fill {
		for _, v := range values { // what the family begins with takes what comes first
			if before = v; v != 0 {
				break
			}
		}
	}
	return func(value, decided uint32) uint32 {
		if value != 0 && fill {
			before = value
		}
		switch {
		case decided != 0:
			return decided - 1
		case value != 0:
			return value + data
		case before != 0:
			return before + data + filled
		}
		return rowNone
	}
}

// Info says what the table was made of.
func (b *Base) Info() Info {
	return Info{
		Sources: append([]Source(nil), b.sources...),
		Rows:    len(b.rows) - firstRow,
		RunsV4:  len(b.v4.starts),
		RunsV6:  len(b.v6.starts),
		Bytes: cap(b.rows)*int(unsafe.Sizeof(row{})) +
			cap(b.v4.starts)*4 + cap(b.v4.values)*4 + cap(b.v6.starts)*8 + cap(b.v6.values)*4,
	}
}

// Lookup says where an address is, how that is known, and the longest network around
// it of which the same is true. For IPv6 that carries IPv4 it is the IPv4 address's
// location and network. addr must be valid.
func (b *Base) Lookup(addr netip.Addr) (loc Location, kind Kind, network netip.Prefix) {
	addr = unwrap(addr.WithZone(""))
	var r row
	var n int
	if addr.Is4() {
		r, n = lookup(b.rows, b.v4, key4(addr))
	} else {
		hi, _ := key6(addr)
		r, n = lookup(b.rows, b.v6, hi)
	}
	return r.Location, r.kind, netip.PrefixFrom(addr, n).Masked()
}

func lookup[K key](rows []row, r *runs[K], k K) (row, int) {
	i := r.find(k)
	return rows[r.values[i]], r.around(k, i)
}

// Runs yields the whole table in the order of addresses, IPv4 first. Of IPv6, 2002::/16
// comes as space without entry, since it is classed by the IPv4 addresses that it carries.
func (b *Base) Runs() iter.Seq[Run] {
	return func(yield func(Run) bool) {
		_ = each(b.rows, b.v4, yield) && each(b.rows, b.v6, yield)
	}
}

func each[K key](rows []row, r *runs[K], yield func(Run) bool) bool {
	for i, s := range r.starts {
		l := rows[r.values[i]]
		if !yield(Run{addrOf(s), l.Location, l.kind}) {
			return false
		}
	}
	return true
}
