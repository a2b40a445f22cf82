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
//
// All of it is one run of octets, without pointers of Go's, so that millions cost the
// garbage collector nothing and lie wherever their node does:
//
//	2  records      2  apex pointers  2  targets  2  where the apex stood in the question
//	…  the data     the records, as drawn above
//	2  each         where in the data an apex pointer is
//	…  each target  2 where in the data, 8 hash, 1 length, its canonical name
//	4               how long the targets are; only where there are any

import (
	"encoding/binary"
	"iter"
)

// RRset is an encoded RRset. It is immutable and comparable: two are equal when they are
// the same to the octet. The zero value is none.
type RRset struct{ enc string }

// Target is a name in an RRset's RDATA that an answer goes on from or adds addresses of:
// those of NS, CNAME, DNAME, MX, SRV, SVCB and HTTPS.
type Target struct {
	Name Name   // canonical
	Hash uint64 // Name's
	at   int    // where it stands in the RRset's data
}

// Places in an encoded RRset.
const (
	dataAt        = 8
	targetHeader  = 2 + 8 + 1
	targetsLength = 4
)

// Places of a record's parts behind its owner pointer.
const (
	ownerLen  = 2
	ttlAt     = ownerLen + 4
	lengthAt  = ttlAt + 4
	rdataAt   = lengthAt + 2
	pointerOf = 0xC000
)

// notPointedAt is the place of a target that owners can't point at: the names in the RDATA
// of types younger than RFC 1035 take no part in compression (RFC 3597 section 4). No
// target stands there: a record's owner does.
const notPointedAt = 0

// EncodeRRset encodes the RRset of owner in the zone whose apex is given; owner is
// at or below the apex. Each of rdata is uncompressed RDATA in wire form.
func EncodeRRset(owner, apex Name, typ uint16, ttl uint32, rdata [][]byte) RRset {
	var room [128]byte
	return RRset{string(AppendRRset(room[:0], owner, apex, typ, ttl, rdata))}
}

// AppendRRset appends what EncodeRRset makes to buf. The records together must fit into a
// message: counts, lengths and places are of 16 bits.
func AppendRRset(buf []byte, owner, apex Name, typ uint16, ttl uint32, rdata [][]byte) []byte {
	apexAt := QuestionAt + len(owner) - len(apex)
	start := len(buf)
	buf = append(buf, byte(len(rdata)>>8), byte(len(rdata)), 0, 0, 0, 0, byte(apexAt>>8), byte(apexAt))
	e := encoder{apex: apex.Canonical(), apexAt: apexAt, buf: buf, data: len(buf)}
	for _, rd := range rdata {
		at := len(e.buf)
		e.buf = append(e.buf, pointerOf>>8, QuestionAt, byte(typ>>8), byte(typ), 0, byte(ClassIN),
			byte(ttl>>24), byte(ttl>>16), byte(ttl>>8), byte(ttl), 0, 0)
		e.rdata(typ, rd)
		put16(e.buf, at+lengthAt, len(e.buf)-at-rdataAt)
	}
	put16(e.buf, start+2, len(e.pointers)/2)
	put16(e.buf, start+4, e.count)
	e.buf = append(append(e.buf, e.pointers...), e.targets...)
	if e.count > 0 {
		e.buf = binary.BigEndian.AppendUint32(e.buf, uint32(len(e.targets)))
	}
	return e.buf
}

// RRsetOf is the RRset of what AppendRRset made; of "" none.
func RRsetOf(encoding string) RRset { return RRset{encoding} }

// Encoding is what AppendRRset made.
func (s RRset) Encoding() string { return s.enc }

// encoder appends one RRset.
type encoder struct {
	apex     Name // canonical
	apexAt   int
	buf      []byte // ends in the data
	data     int    // where that begins
	pointers []byte
	targets  []byte
	count    int // of targets
}

// endsInApex says whether a name ends in the apex, which then is a pointer.
func (e *encoder) endsInApex(name []byte) bool {
	rest := len(name) - len(e.apex)
	if e.apex == Root || rest < 0 {
		return false
	}
	at := 0
	for at < rest {
		at += 1 + int(name[at])
	}
	return at == rest && equalFold(name[at:], e.apex)
}

// equalFold says whether name in lower case is canonical.
func equalFold(name []byte, canonical Name) bool {
	for i, c := range name {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != canonical[i] {
			return false
		}
	}
	return true
}

// nameAt is the uncompressed name at the start of RDATA that were packed by a library,
// or checked when they were stored.
func nameAt(b []byte) []byte {
	for i := 0; i < len(b) && i < MaxNameLen && b[i] <= MaxLabelLen; i += int(b[i]) + 1 {
		if b[i] == 0 {
			return b[:i+1]
		}
	}
	panic("encoding an RRset: RDATA without a whole name")
}

func (e *encoder) rdata(typ uint16, rd []byte) {
	switch typ {
	case TypeNS, TypeCNAME:
		e.target(rd, len(e.buf)-e.data)
		e.name(rd)
	case TypeDNAME:
		// Never compressed (RFC 6672 section 2.5).
		e.target(rd, len(e.buf)-e.data)
		e.buf = append(e.buf, rd...)
	case TypePTR:
		e.name(rd)
	case TypeMX:
		e.buf = append(e.buf, rd[:2]...)
		e.target(rd[2:], len(e.buf)-e.data)
		e.name(rd[2:])
	case TypeSRV:
		e.target(rd[6:], notPointedAt)
		e.buf = append(e.buf, rd...)
	case TypeSVCB, TypeHTTPS:
		e.target(rd[2:], notPointedAt)
		e.buf = append(e.buf, rd...)
	case TypeSOA:
		n := e.name(rd)
		n += e.name(rd[n:])
		e.buf = append(e.buf, rd[n:]...)
	default:
		e.buf = append(e.buf, rd...)
	}
}

// target notes the name at the start of b, which stands at a place of the data.
func (e *encoder) target(b []byte, at int) {
	name := Name(nameAt(b)).Canonical()
	e.targets = binary.BigEndian.AppendUint16(e.targets, uint16(at))
	e.targets = binary.BigEndian.AppendUint64(e.targets, name.Hash())
	e.targets = append(append(e.targets, byte(len(name))), name...)
	e.count++
}

// name writes the name at the start of b, its apex as a pointer, and returns its
// uncompressed length.
func (e *encoder) name(b []byte) int {
	name := nameAt(b)
	if !e.endsInApex(name) {
		e.buf = append(e.buf, name...)
		return len(name)
	}
	e.buf = append(e.buf, name[:len(name)-len(e.apex)]...)
	e.pointers = binary.BigEndian.AppendUint16(e.pointers, uint16(len(e.buf)-e.data))
	e.buf = append(e.buf, byte(pointerOf>>8)|byte(e.apexAt>>8), byte(e.apexAt))
	return len(name)
}

// IsZero says that there is no RRset.
func (s RRset) IsZero() bool { return s.enc == "" }

// Type is the records' type, TTL their time to live in seconds, Count how many they are.
func (s RRset) Type() uint16 { return uint16(get16(s.enc, dataAt+ownerLen)) }
func (s RRset) TTL() uint32 {
	return uint32(get16(s.enc, dataAt+ttlAt))<<16 | uint32(get16(s.enc, dataAt+ttlAt+2))
}
func (s RRset) Count() int { return get16(s.enc, 0) }

func (s RRset) numPointers() int { return get16(s.enc, 2) }
func (s RRset) numTargets() int  { return get16(s.enc, 4) }
func (s RRset) apexAt() int      { return get16(s.enc, 6) }

// data is the records.
func (s RRset) data() string {
	if s.enc[2:6] == "\x00\x00\x00\x00" { // neither pointers nor targets, as addresses
		return s.enc[dataAt:]
	}
	return s.enc[dataAt:s.pointersAt()]
}

// pointersAt is where the data end.
func (s RRset) pointersAt() int { return s.targetsAt() - 2*s.numPointers() }

func (s RRset) targetsAt() int {
	if s.numTargets() == 0 {
		return len(s.enc)
	}
	at := len(s.enc) - targetsLength
	return at - (get16(s.enc, at)<<16 | get16(s.enc, at+2))
}

// pointers are the places of the apex pointers, two octets each.
func (s RRset) pointers() string { return s.enc[s.pointersAt():s.targetsAt()] }

// Target returns the first target of an RRset that has any.
func (s RRset) Target() Target {
	t, _ := s.targetAt(s.targetsAt())
	return t
}

// Targets yields the targets by position.
func (s RRset) Targets() iter.Seq2[int, Target] {
	return func(yield func(int, Target) bool) {
		if s.IsZero() || s.numTargets() == 0 {
			return
		}
		at := s.targetsAt()
		for i := range s.numTargets() {
			var t Target
			if t, at = s.targetAt(at); !yield(i, t) {
				return
			}
		}
	}
}

// targetAt is the target at a place, and where the next one is.
func (s RRset) targetAt(at int) (t Target, next int) {
	t.at = get16(s.enc, at)
	for i := range 4 {
		t.Hash = t.Hash<<16 | uint64(get16(s.enc, at+2+2*i))
	}
	at += targetHeader
	next = at + int(s.enc[at-1])
	t.Name = Name(s.enc[at:next])
	return t, next
}

// WithTTL returns s with another TTL.
func (s RRset) WithTTL(ttl uint32) RRset {
	b := []byte(s.enc)
	for at := dataAt; at < s.pointersAt(); at += recordLen(b, at) {
		put32(b, at+ttlAt, ttl)
	}
	return RRset{string(b)}
}

// Serial is the serial of an SOA RRset (RFC 1035 section 3.3.13), Minimum its last field:
// the TTL of negative answers in seconds, unless the SOA's own is less (RFC 2308 sections
// 3 and 4).
func (s RRset) Serial() uint32  { return s.soaField(20) }
func (s RRset) Minimum() uint32 { return s.soaField(4) }

// soaField is the number that begins so many octets before the RDATA's end.
func (s RRset) soaField(before int) uint32 {
	data := s.data()
	at := len(data) - before
	return uint32(get16(data, at))<<16 | uint32(get16(data, at+2))
}

// RDATA returns the uncompressed RDATA of each record; apex is the one that the RRset
// was encoded for.
func (s RRset) RDATA(apex Name) [][]byte {
	var all [][]byte
	data := s.data()
	pointers := s.pointers()
	for at := 0; at < len(data); at += recordLen(data, at) {
		end := at + recordLen(data, at)
		var rdata []byte
		from := at + rdataAt
		for len(pointers) > 0 && get16(pointers, 0) < end {
			pointer := get16(pointers, 0)
			rdata = append(rdata, data[from:pointer]...)
			rdata = append(rdata, apex...)
			from, pointers = pointer+2, pointers[2:]
		}
		all = append(all, append(rdata, data[from:end]...))
	}
	return all
}

// Bytes is how much memory the encoded form takes.
func (s RRset) Bytes() int { return len(s.enc) }

func recordLen[T ~string | ~[]byte](b T, at int) int { return rdataAt + get16(b, at+lengthAt) }
