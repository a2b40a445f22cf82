package view

// A steered record, compiled: for each of its types the choice and the answers.

import (
	"meridian/config"
	"meridian/steering"
	"meridian/wire"
)

// Steered is a steered record. It is immutable but for the words in its sets.
type Steered struct {
	Settings config.Steered // as configured, for explain
	Types    []SteeredType  // at most A, AAAA and HTTPS, or CNAME alone
	// Faulty are types that the record has and that can't be answered: with the geo data
	// at hand a fence leaves some clients nothing. They are SERVFAIL, never NODATA.
	Faulty []uint16
}

// SteeredType is a steered record's answers of one type.
type SteeredType struct {
	Type   uint16
	Choice *steering.Set
	// Answers are by endpoint, Fallbacks by fallback address: what to copy into the
	// response.
	Answers   []wire.RRset
	Fallbacks wire.RRset
	// Services take the place of both for HTTPS: by endpoint, then that of the fallbacks
	// (nil where there are none), whose IPv4 addresses are the first.
	Services []*wire.Service
	// Slots are the numbers under which answers are counted: by endpoint its region's,
	// then that of answers from fallback addresses.
	Slots []uint16
}

// Slot is the number under which a choice's answer is counted.
func (t *SteeredType) Slot(ch *steering.Choice) uint16 {
	if ch.Endpoint < 0 {
		return t.Slots[len(t.Slots)-1]
	}
	return t.Slots[ch.Endpoint]
}

// OfType returns the record's part for a type; nil where it hasn't that type.
func (s *Steered) OfType(typ uint16) *SteeredType {
	for i := range s.Types {
		if s.Types[i].Type == typ {
			return &s.Types[i]
		}
	}
	return nil
}
