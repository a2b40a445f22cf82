package geoip

// One mmdb file, read into runs.

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"os"

	"github.com/oschwald/maxminddb-golang/v2"
)

// database is one mmdb file's contents. Values of its runs are indexes of locations,
// whose first is the empty one: no entry.
type database struct {
	source    Source
	locations []Location
	v4        *runs[uint32]
	v6        *runs[uint64]
}

// mmdb is an mmdb file that was read and found to be one.
type mmdb struct {
	name   string
	octets []byte
	tree   *maxminddb.Reader
}

// openFile reads an mmdb file. It is read whole rather than mapped: a file that is
// rewritten under a running server must not reach it.
func openFile(name string) (*mmdb, error) {
	octets, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("reading geo database: %w", err)
	}
	f, err := openOctets(name, octets)
	if err != nil {
		return nil, fmt.Errorf("reading geo database %s: %w", name, err)
	}
	return f, nil
}

func openOctets(name string, octets []byte) (*mmdb, error) {
	if len(octets) > 2 && octets[0] == 0x1f && octets[1] == 0x8b {
		return nil, errors.New("the file is compressed: unpack it with gunzip")
	}
	tree, err := maxminddb.OpenBytes(octets)
	if err != nil {
		return nil, fmt.Errorf("this is no MaxMind DB (.mmdb) file, or not all of it: fetch it again (%w)", err)
	}
	return &mmdb{name, octets, tree}, nil
}

// read reads what the file says.
func (f *mmdb) read() (*database, error) {
	db, err := readTree(f.name, f.tree)
	if err != nil {
		return nil, fmt.Errorf("reading geo database %s: %w", f.name, err)
	}
	return db, nil
}

func readTree(name string, r *maxminddb.Reader) (*database, error) {
	db := &database{source: Source{Name: name, DatabaseType: r.Metadata.DatabaseType, Built: r.Metadata.BuildTime().UTC()}}
	d := newDecoder()
	v4, v6 := newCapped[uint32](maxDatabase4), newCapped[uint64](maxDatabase6)
	// A tree of n nodes has at most n+1 leaves. More come only out of one whose
	// branches meet again, which could be followed for ever.
	left := r.Metadata.NodeCount + 1
	for result := range r.Networks(maxminddb.IncludeNetworksWithoutData()) {
		if left == 0 {
			return nil, errors.New("the file is damaged: its search tree is no tree; fetch it again")
		}
		left--
		value, err := d.decode(result)
		if err != nil {
			return nil, fmt.Errorf("the file is damaged at %s: fetch it again (%w)", result.Prefix(), err)
		}
		addNetwork(v4, v6, result.Prefix(), value)
	}
	if len(d.locations) == 1 {
		return nil, fmt.Errorf("the database (%s) says of no network where it is: looked for the fields %s; is it a geo database?",
			db.source.DatabaseType, knownFields)
	}
	db.locations, db.v4, db.v6 = d.locations, v4.finish(), v6.finish()
	return db, nil
}

// addNetwork adds a network of the database's tree to its family.
func addNetwork(v4 *capped[uint32], v6 *capped[uint64], p netip.Prefix, value uint32) {
	if p.Addr().Is4() {
		v4.add(key4(p.Addr()), p.Bits(), value)
		return
	}
	hi, _ := key6(p.Addr())
	if p.Addr().IsUnspecified() && p.Bits() <= 96 && value != 0 {
		v4.add(0, 0, value) // IPv4 lies at ::/96 of the tree, and one leaf holds it all
	}
	v6.add(hi, p.Bits(), value)
}

// capped gathers networks into runs. They come in the order of addresses and without
// gaps (what is skipped as an alias of IPv4 lies where no database is asked). Networks
// longer than the family's limit are gathered until their unit of that length is
// complete, which then takes the value of the largest share of it, the first such at a
// tie.
type capped[K key] struct {
	out    runs[K]
	limit  int
	unit   K
	shares []share // of the unit, empty when none is open
}

type share struct {
	value uint32
	part  float64 // of the unit
}

func newCapped[K key](limit int) *capped[K] {
	c := &capped[K]{limit: limit}
	c.out.add(0, 0)
	return c
}

// add takes a network of n bits at start.
func (c *capped[K]) add(start K, n int, value uint32) {
	unit := start & mask[K](c.limit)
	if n <= c.limit || unit != c.unit {
		c.closeUnit()
	}
	if n <= c.limit {
		c.out.add(start, value)
		return
	}
	c.unit = unit
	part := math.Ldexp(1, c.limit-n)
	for i := range c.shares {
		if c.shares[i].value == value {
			c.shares[i].part += part
			return
		}
	}
	c.shares = append(c.shares, share{value, part})
}

func (c *capped[K]) closeUnit() {
	if len(c.shares) == 0 {
		return
	}
	most := c.shares[0]
	for _, s := range c.shares {
		if s.part > most.part {
			most = s
		}
	}
	c.shares = c.shares[:0]
	c.out.add(c.unit, most.value)
}

// finish returns the runs.
func (c *capped[K]) finish() *runs[K] {
	c.closeUnit()
	return &c.out
}
