package wire

// An RRset encoded when the view is built, so that a query only copies it.
//
// It is encoded as it stands in the answer to a question for its own owner name:
// every record's owner is a pointer to the question's name, and names in the RDATA
// of the types that may be compressed (RFC 3597 section 4) end in a pointer to the
// zone's apex inside the question:
//
//	question at 12:  03 w w w 07 e x a m p l e 03 c o m 00
//	MX record:       C0 0C | 00 0F 00 01 | TTL | 00 0B | 00 0A 06 m a i l h x C0 10
//	                 owner   type  class         length  pref  label          apex
//
// Anywhere else (behind a wildcard, as authority, further down a chain) the question
// still ends in the apex, so the same octets serve: owners are pointed elsewhere, and
// all apex pointers move by one distance.

import (
	"bytes"
	"slices"
)

// RRset is an encoded RRset. It is immutable once made.
type RRset struct {
	Type  uint16
	Count uint16
	TTL   uint32 // seconds
	// data is the records; each begins with its two-octet owner pointer, so its TTL
	// is ttlAt octets further.
	data []byte
	// apexAt is where the apex stands in the question that data was encoded for, and
	// apexPointers are the places in data that point at it.
	apexAt       int
	apexPointers []uint16
	// Targets are the names in RDATA that an answer goes on from or adds addresses of: those of NS,
	// CNAME, DNAME, MX, SRV, SVCB and HTTPS.
	Targets []Target
}

// Target is a name in an RRset's RDATA.
type Target struct {
	Name Name   // canonical
	Hash uint64 // Name's
	at   int    // where it stands in the RRset's data
}

// Places of a record's parts behind its owner pointer.
const (
	ownerLen  = 2
	ttlAt     = ownerLen + 4
	lengthAt  = ttlAt + 4
	rdataAt   = lengthAt + 2
	pointerOf = 0xC000
)

// EncodeRRset encodes the RRset of owner in the zone whose apex is given; owner is
// at or below the apex. Each of rdata is uncompressed RDATA in wire form.
func EncodeRRset(owner, apex Name, typ uint16, ttl uint32, rdata [][]byte) *RRset {
	s := &RRset{Type: typ, Count: uint16(len(rdata)), TTL: ttl, apexAt: QuestionAt + len(owner) - len(apex)}
	for _, rd := range rdata {
		at := len(s.data)
		s.data = append(s.data, pointerOf>>8, QuestionAt, byte(typ>>8), byte(typ), 0, byte(ClassIN),
			byte(ttl>>24), byte(ttl>>16), byte(ttl>>8), byte(ttl), 0, 0)
		s.appendRDATA(apex.Canonical(), rd)
		put16(s.data, at+lengthAt, len(s.data)-at-rdataAt)
	}
	s.data = slices.Clip(s.data)
	return s
}

func (s *RRset) appendRDATA(apex Name, rd []byte) {
	switch s.Type {
	case TypeNS, TypeCNAME:
		s.target(rd, len(s.data))
		s.appendName(apex, rd)
	case TypeDNAME:
		// Never compressed (RFC 6672 section 2.5).
		s.target(rd, len(s.data))
		s.data = append(s.data, rd...)
	case TypePTR:
		s.appendName(apex, rd)
	case TypeMX:
		s.data = append(s.data, rd[:2]...)
		s.target(rd[2:], len(s.data))
		s.appendName(apex, rd[2:])
	case TypeSRV:
		s.target(rd[6:], notPointedAt)
		s.data = append(s.data, rd...)
	case TypeSVCB, TypeHTTPS:
		s.target(rd[2:], notPointedAt)
		s.data = append(s.data, rd...)
	case TypeSOA:
		n := s.appendName(apex, rd)
		n += s.appendName(apex, rd[n:])
		s.data = append(s.data, rd[n:]...)
	default:
		s.data = append(s.data, rd...)
	}
}

// notPointedAt is the place of a target that owners can't point at: the names in the RDATA
// of types younger than RFC 1035 take no part in compression (RFC 3597 section 4).
const notPointedAt = -1

// target notes the name at the start of b, which stands at a place of the data.
func (s *RRset) target(b []byte, at int) {
	name, _, err := NameFromWire(b)
	if err != nil { // RDATA that was packed by a library is whole
		panic("encoding an RRset: " + err.Error())
	}
	name = name.Canonical()
	s.Targets = append(s.Targets, Target{Name: name, Hash: name.Hash(), at: at})
}

// appendName writes the name at the start of b, its apex as a pointer, and returns
// its uncompressed length.
func (s *RRset) appendName(apex Name, b []byte) int {
	name, n, err := NameFromWire(b)
	if err != nil { // RDATA that was packed by a library is whole
		panic("encoding an RRset: " + err.Error())
	}
	if apex == Root || !name.Canonical().IsSubdomainOf(apex) {
		s.data = append(s.data, name...)
		return n
	}
	s.data = append(s.data, name[:len(name)-len(apex)]...)
	s.apexPointers = append(s.apexPointers, uint16(len(s.data)))
	s.data = append(s.data, byte(pointerOf>>8)|byte(s.apexAt>>8), byte(s.apexAt))
	return n
}

// WithTTL returns s with another TTL.
func (s *RRset) WithTTL(ttl uint32) *RRset {
	c := *s
	c.TTL = ttl
	c.data = slices.Clone(s.data)
	for at := 0; at < len(c.data); at += recordLen(c.data, at) {
		put32(c.data, at+ttlAt, ttl)
	}
	return &c
}

// Serial is the serial of an SOA RRset (RFC 1035 section 3.3.13).
func (s *RRset) Serial() uint32 {
	b := s.data[len(s.data)-20:]
	return uint32(get16(b, 0))<<16 | uint32(get16(b, 2))
}

// Equal says whether both are the same to the octet; s is not nil, t may be.
func (s *RRset) Equal(t *RRset) bool {
	return t != nil && s.Type == t.Type && s.apexAt == t.apexAt && bytes.Equal(s.data, t.data)
}

// RDATA returns the uncompressed RDATA of each record; apex is the one that the RRset
// was encoded for.
func (s *RRset) RDATA(apex Name) [][]byte {
	var all [][]byte
	pointers := s.apexPointers
	for at := 0; at < len(s.data); at += recordLen(s.data, at) {
		end := at + recordLen(s.data, at)
		var rdata []byte
		from := at + rdataAt
		for len(pointers) > 0 && int(pointers[0]) < end {
			rdata = append(rdata, s.data[from:pointers[0]]...)
			rdata = append(rdata, apex...)
			from = int(pointers[0]) + 2
			pointers = pointers[1:]
		}
		all = append(all, append(rdata, s.data[from:end]...))
	}
	return all
}

// Bytes is how much memory the encoded form takes.
func (s *RRset) Bytes() int { return len(s.data) + 2*len(s.apexPointers) }

func recordLen(b []byte, at int) int { return rdataAt + get16(b, at+lengthAt) }
