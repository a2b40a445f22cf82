package geoip

// The compact form of a base table, in which the embedded data is kept.
//
// It is made of columns, each of one kind of number, since those compress best; a
// general compressor goes over the whole. Numbers are unsigned varints.
//
//	magic            "meridian geo 1\n"
//	source           length and text of the database's type, build time in Unix seconds
//	locations        how many; then the columns continent (two octets, 00 for none),
//	                 country (the same), latitude and longitude (hundredths of a degree
//	                 plus 9000 and 18000, plus one; 0 for no place: three octets, high first)
//	IPv4, then IPv6  how many runs; then the columns
//	  zeros          trailing zero bits of the distance from the run before (an octet)
//	  rest           that distance without its trailing zeros (varint)
//	  low, high      the run's location: its rank by how many runs have it, 0 for no
//	                 entry (an octet each)
//
// Each family begins at its address 0. Special-purpose space is left out: what stands
// before it runs on, and it is laid over again when the table is read. Gaps are kept as
// what they are, "no entry"; reading fills them, if asked to.

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"time"
)

const compactMagic = "meridian geo 1\n"

// maxCompactRows is how many locations two octets tell apart, no entry among them.
const maxCompactRows = 1 << 16

// AppendCompact appends the compact form of b, uncompressed. Only locations of
// continent, country and place (in hundredths of a degree) have one, and only tables
// without filled gaps.
func (b *Base) AppendCompact(to []byte) ([]byte, error) {
	c, err := newCompactor(b)
	if err != nil {
		return nil, fmt.Errorf("making the compact form of geo data: %w", err)
	}
	src := Source{}
	if len(b.sources) > 0 {
		src = b.sources[0]
	}
	to = append(to, compactMagic...)
	to = binary.AppendUvarint(to, uint64(len(src.DatabaseType)))
	to = append(to, src.DatabaseType...)
	to = binary.AppendUvarint(to, uint64(max(src.Built.Unix(), 0)))
	to = c.appendLocations(to)
	to = appendRuns(to, b.v4, c)
	return appendRuns(to, b.v6, c), nil
}

// compactor knows the rank of each row of a table.
type compactor struct {
	rows []row    // by rank
	rank []uint32 // by index in the table's rows
}

func newCompactor(b *Base) (*compactor, error) {
	uses := make([]int, len(b.rows))
	for _, v := range b.v4.values {
		uses[v]++
	}
	for _, v := range b.v6.values {
		uses[v]++
	}
	order := []uint32{}
	for i, r := range b.rows[firstRow:] {
		if r.kind != KindData || r.Subdivision != "" || r.ASN != 0 {
			return nil, fmt.Errorf("%+v (%s) has no compact form", r.Location, r.kind)
		}
		order = append(order, uint32(i+firstRow))
	}
	if len(order)+1 > maxCompactRows {
		return nil, fmt.Errorf("%d locations are more than %d: make the cells larger", len(order), maxCompactRows-1)
	}
	slices.SortStableFunc(order, func(i, j uint32) int { return cmp.Compare(uses[j], uses[i]) })
	c := &compactor{rank: make([]uint32, len(b.rows))}
	for _, i := range order {
		c.rows = append(c.rows, b.rows[i])
		c.rank[i] = uint32(len(c.rows))
	}
	return c, nil
}

func (c *compactor) appendLocations(to []byte) []byte {
	to = binary.AppendUvarint(to, uint64(len(c.rows)))
	for _, r := range c.rows {
		to = appendCode(to, r.Continent)
	}
	for _, r := range c.rows {
		to = appendCode(to, r.Country)
	}
	for _, r := range c.rows {
		to = appendDegrees(to, r.Lat, 90, r.HasPlace)
	}
	for _, r := range c.rows {
		to = appendDegrees(to, r.Lon, 180, r.HasPlace)
	}
	return to
}

func appendCode(to []byte, code string) []byte {
	var b [2]byte
	copy(b[:], code)
	return append(to, b[:]...)
}

func appendDegrees(to []byte, degrees, limit float64, known bool) []byte {
	n := uint32(0)
	if known {
		n = uint32(math.Round((degrees+limit)*100)) + 1
	}
	return append(to, byte(n>>16), byte(n>>8), byte(n))
}

// appendRuns appends a family's columns.
func appendRuns[K key](to []byte, r *runs[K], c *compactor) []byte {
	kept := &runs[K]{}
	kept.add(0, 0)
	for i, s := range r.starts {
		if v := r.values[i]; v != rowSpecial {
			kept.add(s, c.rank[v])
		}
	}
	to = binary.AppendUvarint(to, uint64(len(kept.starts)))
	var rest, low, high []byte
	before := K(0)
	for i, s := range kept.starts {
		zeros := 0
		if d := uint64(s - before); d != 0 {
			zeros = bits.TrailingZeros64(d)
		}
		to = append(to, byte(zeros))
		rest = binary.AppendUvarint(rest, uint64(s-before)>>zeros)
		low, high = append(low, byte(kept.values[i])), append(high, byte(kept.values[i]>>8))
		before = s
	}
	return append(append(append(to, rest...), low...), high...)
}

var errCompact = errors.New("the compact geo data is damaged")

// ReadCompact reads what AppendCompact wrote. name is its source's name. With fill, gaps
// get the location of what stands before them and become KindFilled.
func ReadCompact(name string, data []byte, fill bool) (*Base, error) {
	rest, ok := bytes.CutPrefix(data, []byte(compactMagic))
	if !ok {
		return nil, fmt.Errorf("%w: it doesn't begin with %q", errCompact, compactMagic)
	}
	in := reader{rest: rest}
	src := Source{Name: name}
	src.DatabaseType = string(in.take(in.number()))
	src.Built = time.Unix(int64(in.number()), 0).UTC()
	locations := in.locations()
	v4 := readRuns[uint32](&in, len(locations))
	v6 := readRuns[uint64](&in, len(locations))
	if in.bad || len(in.rest) > 0 {
		return nil, errCompact
	}
	return newBase(locations, v4, v6, fill, []Source{src}), nil
}

// reader takes numbers and columns from compact data. After bad, everything is empty.
type reader struct {
	rest []byte
	bad  bool
}

func (in *reader) number() int {
	v, n := binary.Uvarint(in.rest)
	if n <= 0 || v > math.MaxInt {
		in.bad, in.rest = true, nil
		return 0
	}
	in.rest = in.rest[n:]
	return int(v)
}

func (in *reader) take(n int) []byte {
	if n < 0 || n > len(in.rest) {
		in.bad, in.rest = true, nil
		return nil
	}
	column := in.rest[:n]
	in.rest = in.rest[n:]
	return column
}

func (in *reader) locations() []Location {
	n := in.number()
	if n >= maxCompactRows {
		in.bad, n = true, 0
	}
	continents, codes := in.take(2*n), in.take(2*n)
	lats, lons := in.take(3*n), in.take(3*n)
	if in.bad {
		return []Location{{}}
	}
	all := make([]Location, n+1)
	names := map[[2]byte]string{{}: ""} // each code one string
	intern := func(b []byte) string {
		k := [2]byte(b)
		if _, ok := names[k]; !ok {
			names[k] = string(b)
		}
		return names[k]
	}
	for i := range n {
		l := Location{Continent: intern(continents[2*i : 2*i+2]), Country: intern(codes[2*i : 2*i+2])}
		l.Lat, l.HasPlace = degrees(lats[3*i:], 90)
		l.Lon, _ = degrees(lons[3*i:], 180)
		all[i+1] = l
	}
	return all
}

func degrees(b []byte, limit float64) (float64, bool) {
	n := float64(uint32(b[0])<<16 | uint32(b[1])<<8 | uint32(b[2]))
	if n == 0 {
		return 0, false
	}
	return (n - 1 - limit*100) / 100, true
}

// readRuns reads a family's columns, whose locations must be below n.
func readRuns[K key](in *reader, n int) *runs[K] {
	count := in.number()
	zeros := in.take(count)
	if in.bad {
		return &runs[K]{starts: []K{0}, values: []uint32{0}}
	}
	r := &runs[K]{starts: make([]K, count), values: make([]uint32, count)}
	at := K(0)
	for i := range count {
		v, size := binary.Uvarint(in.rest)
		d := K(v) << zeros[i]
		if size <= 0 || i == 0 && d != 0 || i > 0 && at+d <= at || uint64(d)>>zeros[i] != v {
			in.bad, in.rest = true, nil
			break
		}
		in.rest = in.rest[size:]
		at += d
		r.starts[i] = at
	}
	low, high := in.take(count), in.take(count)
	for i := range low {
		r.values[i] = uint32(low[i])
		if !in.bad {
			r.values[i] |= uint32(high[i]) << 8
		}
		in.bad = in.bad || int(r.values[i]) >= n
	}
	if in.bad || count == 0 {
		in.bad = true
		return &runs[K]{starts: []K{0}, values: []uint32{0}}
	}
	return r
}
