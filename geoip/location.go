package geoip

// What is known of where an address is.

// Location is a location row: all that a cost or a client row can look at. Fields
// that the databases don't know are empty. It is comparable and immutable.
type Location struct {
	Continent   string // AF AN AS EU NA OC SA
	Country     string // ISO 3166-1 alpha-2
	Subdivision string // ISO 3166-2 with its country: "US-CA"
	ASN         uint32 // the network's autonomous system, 0 for none
	// Lat and Lon are degrees north and east; they say something only when
	// HasPlace is true.
	Lat, Lon float64
	HasPlace bool
}

// Kind says how an address's location is known.
type Kind uint8

// Kinds.
const (
	// KindNone is space of which no database says anything.
	KindNone Kind = iota
	// KindData is space that a database speaks of.
	KindData
	// KindFilled is a gap of the embedded data, filled with what stands before it:
	// good enough to steer by, not to be shown as knowledge.
	KindFilled
	// KindSpecial is special-purpose space (private, loopback, documentation…), of
	// which no database is asked.
	KindSpecial
)

// String is what explain says of a location of this kind.
func (k Kind) String() string {
	switch k {
	case KindData:
		return "data"
	case KindFilled:
		return "no data: the neighbour's"
	case KindSpecial:
		return "special-purpose space"
	}
	return "no data"
}
