package view

// The shape of a steered record: all that records have in common that differ in their
// addresses alone, kept once for however many they are. What is a record's own is packed
// into one run of octets:
//
//	IPv4 addresses: the endpoints', by endpoint, then the fallback's
//	IPv6 addresses: the same
//	names, by endpoint: 2 length, as configured  2 length, the CNAME RRset (wire.RRset)

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"time"

	"meridian/config"
	"meridian/steering"
	"meridian/wire"
)

// Shape is immutable, but for what the words and switches of its regions hold.
type Shape struct {
	// Skeleton is the settings as configured, with 0.0.0.0 or :: for each address and the
	// root for each name.
	Skeleton config.Steered
	// Regions are those of the endpoints, sorted.
	Regions []string
	// Faulty are types that the record has and that can't be answered: with the geo data
	// at hand a fence leaves some clients nothing. They are SERVFAIL, never NODATA.
	Faulty []uint16

	types []TypeShape
}

// TypeShape is a shape's part of one type.
type TypeShape struct {
	Type   uint16
	Choice *steering.Set
	// Slots are the numbers under which answers are counted: by endpoint its region's,
	// then that of answers from fallback addresses.
	Slots []uint16

	ttl    uint32
	head   string  // of HTTPS: wire.ServiceHead
	places []place // by endpoint, then of the fallback
	names  int     // where they begin
	words  span    // in the record's
}

// place is where an endpoint's addresses are.
type place struct{ v4, v6 span }

type span struct{ from, to uint16 }

func (s span) of(own string) string { return own[s.from:s.to] }

// Slot is the number under which a choice's answer is counted.
func (t *TypeShape) Slot(ch *steering.Choice) uint16 {
	if ch.Endpoint < 0 {
		return t.Slots[len(t.Slots)-1]
	}
	return t.Slots[ch.Endpoint]
}

// place is an endpoint's, or for -1 the fallback's.
func (t *TypeShape) place(endpoint int) *place {
	if endpoint < 0 {
		endpoint = len(t.places) - 1
	}
	return &t.places[endpoint]
}

// NewShape makes the shape with a skeleton that Pack made. The types have their exported
// fields set, their endpoints in the order of names.
func NewShape(skeleton config.Steered, types []TypeShape, faulty []uint16) *Shape {
	s := &Shape{Skeleton: skeleton, Faulty: faulty, types: types}
	settings := skeleton.WithDefaults()
	for _, e := range settings.Endpoints {
		s.Regions = append(s.Regions, e.Region)
	}
	slices.Sort(s.Regions)
	s.Regions = slices.Clip(slices.Compact(s.Regions))
	places, end := placesOf(skeleton)
	var words span
	for i := range types {
		t := &types[i]
		t.ttl, t.names = ttlOf(settings), end
		n := uint16(len(t.Choice.Endpoints))
		if t.Type == wire.TypeHTTPS {
			t.head = wire.ServiceHead(settings.HTTPS.ALPN, settings.HTTPS.Port)
			n *= 2
		}
		words.from, words.to = words.to, words.to+n
		t.words = words
		for _, e := range t.Choice.Endpoints {
			t.places = append(t.places, places[e.Name])
		}
		t.places = append(t.places, places[fallback])
	}
	return s
}

func ttlOf(settings config.Steered) uint32 {
	return uint32(time.Duration(settings.TTL) / time.Second)
}

// Same says whether two shapes with equal skeletons are the same in all else.
func (s *Shape) Same(o *Shape) bool {
	return slices.Equal(s.Faulty, o.Faulty) && slices.EqualFunc(s.types, o.types, func(a, b TypeShape) bool {
		return a.Type == b.Type && slices.Equal(a.Slots, b.Slots) && a.Choice.Equal(b.Choice)
	})
}

// fallback is the name under which the fallback's addresses go; no endpoint has it.
const fallback = ""

// walk calls f for every address of a record, endpoint by endpoint and then the
// fallback's: the order in which those of a family are packed.
func walk(s config.Steered, f func(endpoint string, a *netip.Addr)) {
	for _, name := range s.EndpointNames() {
		for i := range s.Endpoints[name].Addresses {
			f(name, &s.Endpoints[name].Addresses[i])
		}
	}
	for i := range s.WhenAllDown.Fallback {
		f(fallback, &s.WhenAllDown.Fallback[i].Address)
	}
}

// sixAt is where the IPv6 addresses begin.
func sixAt(skeleton config.Steered) (at uint16) {
	walk(skeleton, func(_ string, a *netip.Addr) {
		if a.Is4() {
			at += 4
		}
	})
	return at
}

// placesOf are where the addresses of each endpoint and of the fallback are, and where
// they all end.
func placesOf(skeleton config.Steered) (places map[string]place, end int) {
	places = map[string]place{}
	four, six := uint16(0), sixAt(skeleton)
	walk(skeleton, func(endpoint string, a *netip.Addr) {
		p := places[endpoint]
		if a.Is4() {
			four = p.v4.extend(four, 4)
		} else {
			six = p.v6.extend(six, 16)
		}
		places[endpoint] = p
	})
	return places, int(six)
}

// extend puts so many octets that stand at a place into the span, and returns where they
// end.
func (s *span) extend(at, octets uint16) uint16 {
	if s.to == 0 {
		s.from = at
	}
	s.to = at + octets
	return s.to
}

// copied is a record with addresses that may be changed.
func copied(s config.Steered) config.Steered {
	endpoints := make(map[string]config.Endpoint, len(s.Endpoints))
	for name, e := range s.Endpoints {
		e.Addresses = slices.Clone(e.Addresses)
		endpoints[name] = e
	}
	s.Endpoints = endpoints
	s.WhenAllDown.Fallback = slices.Clone(s.WhenAllDown.Fallback)
	return s
}

// Pack takes a valid record's settings apart into the skeleton, which is equal for all
// records of one shape, and what is its own.
func Pack(zone, owner wire.Name, settings config.Steered) (skeleton config.Steered, own string) {
	skeleton = copied(settings)
	var v4, v6, names []byte
	walk(skeleton, func(_ string, a *netip.Addr) {
		if a.Is4() {
			v4, *a = append(v4, a.AsSlice()...), netip.IPv4Unspecified()
		} else {
			v6, *a = append(v6, a.AsSlice()...), netip.IPv6Unspecified()
		}
	})
	ttl := ttlOf(settings.WithDefaults())
	for _, name := range settings.EndpointNames() {
		e := skeleton.Endpoints[name]
		if e.Name == "" {
			continue
		}
		target, err := wire.ParseName(e.Name)
		if err != nil {
			target = wire.Root // valid records have none such
		}
		set := wire.EncodeRRset(owner, zone, wire.TypeCNAME, ttl, [][]byte{[]byte(target)})
		names = appendText(appendText(names, e.Name), set.Encoding())
		e.Name = "."
		skeleton.Endpoints[name] = e
	}
	return skeleton, string(slices.Concat(v4, v6, names))
}

func appendText(b []byte, text string) []byte {
	return append(binary.BigEndian.AppendUint16(b, uint16(len(text))), text...)
}

// unpack is Pack's inverse.
func unpack(skeleton config.Steered, own string) config.Steered {
	settings := copied(skeleton)
	four, six := own, own[sixAt(skeleton):]
	walk(settings, func(_ string, a *netip.Addr) {
		if a.Is4() {
			*a, four = netip.AddrFrom4([4]byte([]byte(four[:4]))), four[4:]
		} else {
			*a, six = netip.AddrFrom16([16]byte([]byte(six[:16]))), six[16:]
		}
	})
	if !settings.HasNames() {
		return settings
	}
	_, at := placesOf(skeleton)
	for _, name := range settings.EndpointNames() {
		e := settings.Endpoints[name]
		e.Name, _, at = nameAt(own, at)
		settings.Endpoints[name] = e
	}
	return settings
}

// nameAt is the name at a place, as configured and as an answer, and where the next one is.
func nameAt(own string, at int) (text string, set wire.RRset, next int) {
	text, at = textAt(own, at)
	encoding, next := textAt(own, at)
	return text, wire.RRsetOf(encoding), next
}

func textAt(own string, at int) (text string, next int) {
	next = at + 2 + int(own[at])<<8 + int(own[at+1])
	return own[at+2 : next], next
}
