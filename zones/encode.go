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
	return s.AppendTo(make([]byte, 0, s.BinaryLen())), nil
}

// AppendTo appends the store form, which is at most BinaryLen octets long.
func (s RRset) AppendTo(b []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, s.Type)
	b = binary.BigEndian.AppendUint32(b, s.TTL)
	b = append(b, s.Owner...)
	for _, rdata := range s.RDATA {
		b = binary.AppendUvarint(b, uint64(len(rdata)))
		b = append(b, rdata...)
	}
	return b
}

// BinaryLen bounds the length of the store form.
func (s RRset) BinaryLen() int {
	n := 6 + len(s.Owner)
	for _, rdata := range s.RDATA {
		n += binary.MaxVarintLen16 + len(rdata)
	}
	return n
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
	all := s.RDATA[:0]
	for rest := b[6+n:]; len(rest) > 0; {
		var rdata []byte
		if rdata, rest, err = cutRDATA(rest); err != nil {
			return fmt.Errorf("reading a stored RRset of %s: %w", owner, err)
		}
		all = append(all, rdata)
	}
	if len(all) == 0 {
		return fmt.Errorf("reading a stored RRset: %s has no RDATA", owner)
	}
	*s = RRset{Owner: owner, Type: typ, TTL: ttl, RDATA: all}
	return nil
}

// cutRDATA takes the first of some RDATA with their lengths.
func cutRDATA(b []byte) (rdata, rest []byte, err error) {
	size, n := binary.Uvarint(b)
	if n <= 0 || size > 65535 || int(size) > len(b)-n {
		return nil, nil, errors.New("the RDATA are cut short")
	}
	end := n + int(size)
	return b[n:end:end], b[end:], nil
}

// CountRecords returns how many records a store form holds.
func CountRecords(b []byte) (count int, err error) {
	at := 6
	for at < len(b) && b[at] != 0 {
		at += 1 + int(b[at])
	}
	if at++; at > len(b) {
		return 0, errors.New("counting a stored RRset's records: it is too short")
	}
	for rest := b[at:]; len(rest) > 0; count++ {
		if _, rest, err = cutRDATA(rest); err != nil {
			return 0, fmt.Errorf("counting a stored RRset's records: %w", err)
		}
	}
	return count, nil
}
