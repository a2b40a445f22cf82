package zones

// The form in which an RRset lies in the store.
//
//	  type    TTL         owner (wire)          for each RDATA: length, octets
//	┌───────┬───────────┬─────────────────────┬────────┬─────────────┬─ …
//	│ 00 01 │ 00 00 0E 10 │ 03 w w w … 00     │ uvarint│ C0 00 02 01 │
//	└───────┴───────────┴─────────────────────┴────────┴─────────────┴─ …

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"meridian/wire"
)

// MarshalBinary returns the store form of s, from which alone s can be made again.
func (s RRset) MarshalBinary() ([]byte, error) {
	n := 6 + len(s.Owner)
	for _, rdata := range s.RDATA {
		n += binary.MaxVarintLen16 + len(rdata)
	}
	b := make([]byte, 0, n)
	b = binary.BigEndian.AppendUint16(b, s.Type)
	b = binary.BigEndian.AppendUint32(b, s.TTL)
	b = append(b, s.Owner...)
	for _, rdata := range s.RDATA {
		b = binary.AppendUvarint(b, uint64(len(rdata)))
		b = append(b, rdata...)
	}
	return b, nil
}

// UnmarshalBinary reads the store form. It keeps no part of b.
func (s *RRset) UnmarshalBinary(b []byte) error {
	s.RDATA = nil
	return s.Decode(slices.Clone(b))
}

// Decode reads the store form. Its RDATA are parts of b, listed in the memory of what s
// had before.
func (s *RRset) Decode(b []byte) error {
	if len(b) < 7 {
		return errors.New("reading a stored RRset: it is too short")
	}
	typ, ttl := binary.BigEndian.Uint16(b), binary.BigEndian.Uint32(b[2:])
	owner, n, err := wire.NameFromWire(b[6:])
	if err != nil {
		return fmt.Errorf("reading a stored RRset's owner name: %w", err)
	}
	rest, all := b[6+n:], s.RDATA[:0]
	for len(rest) > 0 {
		size, n := binary.Uvarint(rest)
		if n <= 0 || size > 65535 || int(size) > len(rest)-n {
			return fmt.Errorf("reading a stored RRset: the RDATA of %s are cut short", owner)
		}
		all = append(all, rest[n:n+int(size):n+int(size)])
		rest = rest[n+int(size):]
	}
	if len(all) == 0 {
		return fmt.Errorf("reading a stored RRset: %s has no RDATA", owner)
	}
	*s = RRset{Owner: owner, Type: typ, TTL: ttl, RDATA: all}
	return nil
}
