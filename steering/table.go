package steering

// A class table: client prefix → class, for one topology and one set of regions.

import (
	"fmt"
	"net/netip"
	"slices"

	"meridian/geoip"
)

// Table is a class table. It is immutable.
type Table struct {
	Topology *Topology
	Regions  []string // sorted; a class's order and masks are indices into it

	prefixes *geoip.Table
	classes  []Class
	offered  uint64 // the regions that have endpoints
	uniform  bool   // every client of both families is of one class
}

// NewTable projects the base table. regions are sorted, at most 64; offered are
// those that have endpoints (the others matter to fences on fallback addresses only).
// A fence that leaves some clients without any of them is an error: every class keeps
// an endpoint, so that NODATA never depends on the client.
func NewTable(base *geoip.Base, t *Topology, regions, offered []string) (*Table, error) {
	table := &Table{Topology: t, Regions: regions, offered: maskOf(offered, regions)}
	cs := newClasses()
	var fault error
	classify := func(loc geoip.Location, kind geoip.Kind, cut int) uint16 {
		c := Client{Location: loc, Kind: kind}
		if cut >= 0 {
			c.Covering = t.chain[cut]
		}
		r := t.Rank(c, regions)
		if r.Permits&table.offered == 0 && fault == nil {
			fault = fmt.Errorf("topology %s: the row {%s} leaves these clients no region that has an endpoint; they would get no answer at all: permit one of %v, or give the record an endpoint in a permitted region",
				t.name, r.FenceRow.Selector(), offered)
		}
		n, err := cs.intern(r.Class)
		if err != nil && fault == nil {
			fault = err
		}
		return n
	}
	narrow := func(majority uint16, inside []uint16) uint16 {
		n, err := cs.narrow(majority, inside, table.offered)
		if err != nil && fault == nil {
			fault = err
		}
		return n
	}
	prefixes, err := geoip.Project(base, t.cuts, classify, narrow)
	if err == nil {
		err = fault
	}
	if err != nil {
		return nil, fmt.Errorf("making the class table: %w", err)
	}
	table.prefixes, table.classes, table.uniform = prefixes, cs.list, len(cs.list) == 1
	return table, nil
}

// maskOf has the bits of those regions that are among names.
func maskOf(names, regions []string) uint64 {
	var m uint64
	for _, name := range names {
		if i, ok := slices.BinarySearch(regions, name); ok {
			m |= 1 << i
		}
	}
	return m
}

// Find returns the class of a client prefix and the scope that its answer has, in
// bits of the prefix's own family. The scope is 0 only where every client gets the
// same (RFC 7871 section 7.2.1).
func (t *Table) Find(client netip.Prefix) (*Class, uint8) {
	n, scope := t.prefixes.Lookup(client)
	if scope == 0 && !t.uniform {
		scope = 1
	}
	return &t.classes[n], scope
}

// Bytes is how much memory the table takes; Classes and Leaves count its parts.
func (t *Table) Bytes() int { return t.prefixes.Bytes() }

// Classes is how many different classes the table has.
func (t *Table) Classes() int { return len(t.classes) }

// Leaves is how many client prefixes of each family it tells apart.
func (t *Table) Leaves() (v4, v6 int) { return t.prefixes.Leaves() }
