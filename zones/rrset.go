package zones

// The RRset: what a zone consists of.

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"meridian/wire"
)

// RRset is all records of one owner name and type, class IN (RFC 2181 section 5).
// It is immutable: nobody may write to RDATA's octets.
type RRset struct {
	Owner wire.Name // as it was written; Key has it in canonical form
	Type  uint16
	TTL   uint32   // seconds, 0 to MaxTTL
	RDATA [][]byte // uncompressed, sorted by their canonical form, no two alike
}

// MaxTTL is the largest TTL in seconds (RFC 2181 section 8).
const MaxTTL = 1<<31 - 1

// Key tells RRsets of a zone apart.
type Key struct {
	Owner wire.Name // canonical
	Type  uint16
}

// Key returns the key that s has in its zone.
func (s RRset) Key() Key { return Key{s.Owner.Canonical(), s.Type} }

// String is the owner name and the type's name.
func (k Key) String() string { return k.Owner.String() + " " + TypeName(k.Type) }

// TypeName is a type's mnemonic, or TYPEnnn (RFC 3597 section 5) where it has none.
func TypeName(typ uint16) string {
	if typ == TypeALIAS {
		return "ALIAS"
	}
	if name, ok := dns.TypeToString[typ]; ok && isDataType(typ) {
		return name
	}
	return "TYPE" + strconv.Itoa(int(typ))
}

// ParseType reads a type's mnemonic or TYPEnnn in any case. Types that cannot stand
// in a zone (ParseType's error says so) are refused.
func ParseType(s string) (uint16, error) {
	if strings.EqualFold(s, "ALIAS") {
		return TypeALIAS, nil
	}
	typ, ok := dns.StringToType[strings.ToUpper(s)]
	if !ok {
		if len(s) < 5 || !strings.EqualFold(s[:4], "TYPE") {
			return 0, fmt.Errorf("%q is not a record type", s)
		}
		n, err := strconv.ParseUint(s[4:], 10, 16)
		if err != nil {
			return 0, fmt.Errorf("%q is not a record type: TYPE takes a number from 1 to 65534", s)
		}
		typ = uint16(n)
	}
	if !isDataType(typ) {
		return 0, fmt.Errorf("type %s has a meaning in messages only and cannot stand in a zone", strings.ToUpper(s))
	}
	return typ, nil
}

// isDataType says whether records of the type are data: not OPT, and not in the
// range of query and meta types (RFC 6895 section 3.1).
func isDataType(typ uint16) bool {
	return typ != 0 && typ != dns.TypeOPT && (typ < 128 || typ > 255) && typ != dns.TypeReserved
}

// RRs returns s as records of miekg/dns, one for each RDATA.
func (s RRset) RRs() ([]dns.RR, error) {
	owner := s.Owner.String()
	rrs := make([]dns.RR, len(s.RDATA))
	for i, rdata := range s.RDATA {
		h := dns.RR_Header{Name: owner, Rrtype: s.Type, Class: dns.ClassINET, Ttl: s.TTL, Rdlength: uint16(len(rdata))}
		rr, err := unpackRDATA(h, rdata)
		if err != nil {
			return nil, fmt.Errorf("%s: reading stored RDATA: %w", s.Key(), err)
		}
		rrs[i] = rr
	}
	return rrs, nil
}

// FromRRs groups records into RRsets, in the order in which their keys first come.
// Where TTLs differ in an RRset, the lowest is taken (RFC 2181 section 5.2). Classes
// other than IN and types that cannot stand in a zone are an error.
func FromRRs(rrs []dns.RR) ([]RRset, error) {
	var sets []RRset
	at := make(map[Key]int)
	var packer rdataPacker
	for _, rr := range rrs {
		one, err := packer.rrset(rr)
		if err != nil {
			return nil, err
		}
		i, ok := at[one.Key()]
		if !ok {
			at[one.Key()] = len(sets)
			sets = append(sets, one)
			continue
		}
		sets[i].TTL = min(sets[i].TTL, one.TTL)
		sets[i].RDATA = append(sets[i].RDATA, one.RDATA...)
	}
	for i := range sets {
		sets[i].sort()
	}
	return sets, nil
}

func (p *rdataPacker) rrset(rr dns.RR) (RRset, error) {
	h := rr.Header()
	owner, err := wire.ParseName(h.Name)
	if err != nil {
		return RRset{}, fmt.Errorf("owner name: %w", err)
	}
	switch {
	case h.Class != dns.ClassINET:
		return RRset{}, fmt.Errorf("%s: class %s is not served, only IN", owner, dns.Class(h.Class))
	case !isDataType(h.Rrtype):
		return RRset{}, fmt.Errorf("%s: type %s cannot stand in a zone", owner, dns.Type(h.Rrtype))
	case h.Ttl > MaxTTL:
		return RRset{}, fmt.Errorf("%s %s: the TTL %d is over %d (RFC 2181 section 8)", owner, TypeName(h.Rrtype), h.Ttl, MaxTTL)
	}
	bare := dns.Copy(rr)
	bare.Header().Name = "."
	rdata, err := p.pack(bare)
	if err != nil {
		return RRset{}, fmt.Errorf("%s %s: %w", owner, TypeName(h.Rrtype), err)
	}
	return RRset{Owner: owner, Type: h.Rrtype, TTL: h.Ttl, RDATA: [][]byte{rdata}}, nil
}

// With returns s with the records of an RRset of the same owner name and type added,
// under the lower of both TTLs (RFC 2181 section 5.2).
func (s RRset) With(more RRset) RRset {
	s.TTL = min(s.TTL, more.TTL)
	s.RDATA = slices.Concat(s.RDATA, more.RDATA)
	s.sort()
	return s
}

// sort brings the RDATA of a set that is being made into order and drops doubles.
func (s *RRset) sort() {
	if len(s.RDATA) < 2 {
		return
	}
	if !hasNames(s.Type) {
		slices.SortFunc(s.RDATA, bytes.Compare)
		s.RDATA = slices.CompactFunc(s.RDATA, bytes.Equal)
		return
	}
	// Records that differ only in the letter case of a name are the same record;
	// the one that sorts first by its octets stays.
	compare := func(a, b []byte) int {
		return bytes.Compare(canonicalRDATA(s.Type, a), canonicalRDATA(s.Type, b))
	}
	slices.SortFunc(s.RDATA, bytes.Compare)
	slices.SortStableFunc(s.RDATA, compare)
	s.RDATA = slices.CompactFunc(s.RDATA, func(a, b []byte) bool { return compare(a, b) == 0 })
}

// MaxWireLen bounds the records of one RRset, so that it fits into one message with
// the longest question and an OPT record with every option that is answered.
const MaxWireLen = 65535 - 12 - (wire.MaxNameLen + 4) - 512

// WireLen is the octets that s takes in a message in which its owner is compressed.
func (s RRset) WireLen() int {
	n := 0
	for _, rdata := range s.RDATA {
		n += 2 + 10 + len(rdata)
	}
	return n
}
