package api

// Zones and their static records.

import (
	"meridian/wire"
	"meridian/zones"
)

// Zone is a zone in lists.
type Zone struct {
	Name    wire.Name        `json:"zone"`
	Loaded  bool             `json:"loaded" doc:"it has records; queries get SERVFAIL otherwise"`
	Serial  uint32           `json:"serial" doc:"0 while it isn't loaded"`
	Serials zones.SerialMode `json:"serials" enum:"date-counter,increment" doc:"how the serial advances"`
	Names   int              `json:"names" doc:"nodes of its tree"`
	RRsets  int              `json:"rrsets" doc:"static ones"`
	Records int              `json:"records" doc:"static ones"`
	Steered int              `json:"steered" doc:"steered records"`
}

// NewZone is a zone to be made with nothing in it.
type NewZone struct {
	Name    string           `json:"zone"`
	Serials zones.SerialMode `json:"serials,omitempty" enum:"date-counter,increment" doc:"default date-counter"`
}

// SerialsOf is a zone's serial mode, to be set.
type SerialsOf struct {
	Serials zones.SerialMode `json:"serials" enum:"date-counter,increment"`
}

// RRset is a static RRset. It has Data (text) or RDATA (wire form), or both in a
// response that was asked for them.
type RRset struct {
	// Owner is relative to the zone in a request, unless it ends in a dot; whole in a
	// response.
	Owner string   `json:"owner"`
	Type  string   `json:"type"`
	TTL   uint32   `json:"ttl" doc:"seconds"`
	Data  []string `json:"data,omitempty" doc:"RDATA as text, one for each record"`
	RDATA [][]byte `json:"rdata,omitempty" doc:"RDATA in wire form, base64, uncompressed, one for each record"`
	// File, Line and Column are where its first record was read, for messages. File is
	// needed only where it isn't the zone's.
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
}

// RRsetData is what an RRset is set to; its owner and type are in the path.
type RRsetData struct {
	TTL  uint32   `json:"ttl" doc:"seconds"`
	Data []string `json:"data" minItems:"1" nullable:"false" doc:"RDATA as text, one for each record; relative names are below the zone"`
}

// Records are all static records of a zone.
type Records struct {
	File string `json:"file,omitempty" doc:"where they were read, for messages"`
	// SkipOutOfZone drops records outside of the zone, with a warning each.
	SkipOutOfZone bool    `json:"skip_out_of_zone,omitempty"`
	RRsets        []RRset `json:"rrsets" nullable:"false"`
}

// ImportZone is one zone of an import.
type ImportZone struct {
	Zone    string           `json:"zone"`
	Serials zones.SerialMode `json:"serials,omitempty" enum:"date-counter,increment" doc:"default: as it is, date-counter for a new zone"`
	Records Records          `json:"records"`
}

// Import replaces the static records of zones, all in one revision. Steered records stay.
type Import struct {
	Zones []ImportZone `json:"zones" minItems:"1" nullable:"false"`
}

// Which are the records to list. The zero value is all.
type Which struct {
	Owner string `query:"owner" doc:"only of this owner name"`
	Type  string `query:"type" doc:"only of this type"`
	RDATA bool   `query:"rdata" doc:"RDATA in wire form instead of text"`
}

// RecordsOf is the wire form of a zone's contents, with the positions of its records.
func RecordsOf(c *zones.Contents, opts zones.ReadOptions) Records {
	r := Records{SkipOutOfZone: opts.SkipOutOfZone, RRsets: make([]RRset, 0, c.Len())}
	for s := range c.All() {
		at, _ := c.Position(s.Key())
		if r.File == "" {
			r.File = at.File
		}
		if at.File == r.File {
			at.File = ""
		}
		r.RRsets = append(r.RRsets, RRset{
			Owner: s.Owner.String(), Type: zones.TypeName(s.Type), TTL: s.TTL, RDATA: s.RDATA,
			File: at.File, Line: at.Line, Column: at.Column,
		})
	}
	return r
}
