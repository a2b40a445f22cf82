package steering

// A topology, compiled: which row speaks for which clients, and what an order costs.
//
// It is asked off the query path, once per location row, when a class table is made,
// and by explain.

import (
	"cmp"
	"net/netip"
	"slices"
	"sort"

	"meridian/config"
	"meridian/geoip"
)

// Topology is a compiled topology. It is immutable.
type Topology struct {
	name     string
	settings config.Topology
	depth    int
	places   map[string][]geoip.Point // of the regions
	tail     map[string]int           // a region's place in the default order

	cuts  []netip.Prefix // of the CIDR rows, without repetition
	chain [][]int        // for each cut the CIDR rows that cover it, the longest first
	other []int          // the other rows, the most specific selector first
}

// NewTopology compiles settings that were validated; places gives where each region
// is. The zero settings are distance alone.
func NewTopology(name string, settings config.Topology, places map[string][]geoip.Point) *Topology {
	t := &Topology{name: name, settings: settings, depth: settings.OrderDepth, places: places, tail: map[string]int{}}
	if t.depth == 0 {
		t.depth = config.DefaultOrderDepth
	}
	for i, region := range settings.Default {
		t.tail[region] = i - len(settings.Default)
	}
	for i, row := range settings.Clients {
		if !row.CIDR.IsValid() {
			t.other = append(t.other, i)
		} else if !slices.Contains(t.cuts, row.CIDR.Masked()) {
			t.cuts = append(t.cuts, row.CIDR.Masked())
		}
	}
	sort.SliceStable(t.other, func(i, j int) bool {
		return selectorRank(settings.Clients[t.other[i]]) < selectorRank(settings.Clients[t.other[j]])
	})
	for _, cut := range t.cuts {
		t.chain = append(t.chain, t.covering(cut))
	}
	return t
}

// selectorRank orders selectors from the most to the least specific.
func selectorRank(r config.ClientRow) int {
	switch {
	case r.ASN != 0:
		return 0
	case r.Subdivision != "":
		return 1
	case r.Country != "":
		return 2
	}
	return 3
}

// covering returns the CIDR rows that cover a prefix, the longest first.
func (t *Topology) covering(p netip.Prefix) []int {
	var rows []int
	for i, row := range t.settings.Clients {
		if row.CIDR.IsValid() && row.CIDR.Addr().Is4() == p.Addr().Is4() && row.CIDR.Bits() <= p.Bits() && row.CIDR.Contains(p.Addr()) {
			rows = append(rows, i)
		}
	}
	sort.SliceStable(rows, func(i, j int) bool {
		return t.settings.Clients[rows[i]].CIDR.Bits() > t.settings.Clients[rows[j]].CIDR.Bits()
	})
	return rows
}

// Client is what is known of some clients when they are ranked.
type Client struct {
	Location geoip.Location
	Kind     geoip.Kind
	// Covering are the topology's CIDR rows that cover them, the longest first.
	Covering []int
}

// ClientAt is the client at an address, for explain.
func (t *Topology) ClientAt(base *geoip.Base, addr netip.Addr) (Client, netip.Prefix) {
	loc, kind, network := base.Lookup(addr)
	addr, _ = geoip.Carried(addr)
	return Client{loc, kind, t.covering(netip.PrefixFrom(addr, addr.BitLen()))}, network
}

// Ranking is the class of some clients over a list of regions, with its reasons.
type Ranking struct {
	Class
	// OrderRow and FenceRow are the rows of `clients:` that applied, nil for none.
	OrderRow, FenceRow *config.ClientRow
	// KM is each region's distance, in the regions' order; nil where nothing is known
	// of where the clients are.
	KM []float64
}

// Rank ranks regions (sorted by name, at most 64) for a client.
func (t *Topology) Rank(c Client, regions []string) Ranking {
	r := Ranking{KM: t.distances(c, regions)}
	var rest []uint8
	for i := range regions {
		rest = append(rest, uint8(i))
	}
	take := func(i uint8) {
		r.Order = append(r.Order, i)
		rest = slices.DeleteFunc(rest, func(x uint8) bool { return x == i })
	}
	if r.OrderRow = t.row(c, func(row config.ClientRow) bool { return len(row.Order) > 0 }); r.OrderRow != nil {
		for _, name := range r.OrderRow.Order {
			if i, ok := slices.BinarySearch(regions, name); ok && slices.Contains(rest, uint8(i)) {
				take(uint8(i))
			}
		}
	}
	for r.KM != nil && len(r.Order) < t.depth && len(rest) > 0 {
		take(slices.MinFunc(rest, func(a, b uint8) int { return cmp.Compare(r.KM[a], r.KM[b]) }))
	}
	// Regions that the default doesn't name follow by name: rest is in that order.
	slices.SortStableFunc(rest, func(a, b uint8) int { return t.tail[regions[a]] - t.tail[regions[b]] })
	r.Order = append(r.Order, rest...)
	r.FenceRow = t.row(c, func(row config.ClientRow) bool { return len(row.Only) > 0 || len(row.Never) > 0 })
	r.Permits = permits(r.FenceRow, regions)
	return r
}

// permits is the mask of the regions that a fence leaves.
func permits(fence *config.ClientRow, regions []string) uint64 {
	var m uint64
	for i, name := range regions {
		if fence != nil && (len(fence.Only) > 0 && !slices.Contains(fence.Only, name) || slices.Contains(fence.Never, name)) {
			continue
		}
		m |= 1 << i
	}
	return m
}

// row returns the most specific row for a client that speaks of what is asked.
func (t *Topology) row(c Client, speaks func(config.ClientRow) bool) *config.ClientRow {
	for _, i := range c.Covering {
		if row := t.settings.Clients[i]; speaks(row) {
			return &row
		}
	}
	if c.Kind == geoip.KindSpecial || c.Kind == geoip.KindNone {
		return nil
	}
	for _, i := range t.other {
		if row := t.settings.Clients[i]; speaks(row) && matches(row, c.Location) {
			return &row
		}
	}
	return nil
}

func matches(row config.ClientRow, loc geoip.Location) bool {
	switch {
	case row.ASN != 0:
		return row.ASN == loc.ASN
	case row.Subdivision != "":
		return row.Subdivision == loc.Subdivision
	case row.Country != "":
		return row.Country == loc.Country
	}
	return row.Continent == loc.Continent
}

// distances is how far each region is from a client in km: from its place, or, where
// only its country is known, the mean over the country's principal places. It is nil
// where neither is known; the default order holds then.
func (t *Topology) distances(c Client, regions []string) []float64 {
	if c.Kind == geoip.KindSpecial || c.Kind == geoip.KindNone {
		return nil
	}
	from := []geoip.Point{{Lat: c.Location.Lat, Lon: c.Location.Lon, Weight: 1}}
	if !c.Location.HasPlace {
		if from = geoip.CountryPlaces(c.Location.Country); len(from) == 0 {
			return nil
		}
	}
	km := make([]float64, len(regions))
	for i, name := range regions {
		km[i] = geoip.MeanKM(from, t.places[name])
	}
	return km
}
