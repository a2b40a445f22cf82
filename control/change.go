package control

// A change: what is to be different, typed, whatever way it came in.

import (
	"meridian/config"
	"meridian/store"
	"meridian/wire"
	"meridian/zones"
)

// Change is what one revision is to change. In its maps a nil value deletes.
type Change struct {
	Author, Message string
	// Base, when not 0, is the revision that the change was made on: it is refused where
	// what it touches has changed since.
	Base uint64

	Regions    map[string]*config.Region
	Topologies map[string]*config.Topology
	Checks     map[string]*config.Check
	Zones      map[wire.Name]*ZoneChange
	Overrides  map[OverrideKey]*config.Override
	// Applied is the digest of the manifest that this change applies, "" for others.
	Applied string

	loaded bool // comes from the store, where only what is valid goes
	// complete compiles the records that had no class table at start, and changes nothing.
	complete    bool
	lastSerials map[wire.Name]*uint32
}

// ZoneChange is a change of one zone. A zone that isn't there is made where it gets
// Contents or Create says so.
type ZoneChange struct {
	Create bool // with nothing in it; queries get SERVFAIL until it has records
	Delete bool // with all that is in it
	// Contents replaces all static records; steered records stay.
	Contents *zones.Contents
	// RRsets are put one by one (after Contents); one without RDATA is deleted.
	RRsets []zones.RRset
	// Steered records are put or (nil) deleted by canonical owner name.
	Steered map[wire.Name]*config.Steered
	// Serials, when not "", is how the zone's serial advances from now on.
	Serials zones.SerialMode
}

// Zone returns the change of a zone, made if it isn't there yet.
func (c *Change) Zone(name wire.Name) *ZoneChange {
	if c.Zones == nil {
		c.Zones = map[wire.Name]*ZoneChange{}
	}
	name = name.Canonical()
	if c.Zones[name] == nil {
		c.Zones[name] = &ZoneChange{}
	}
	return c.Zones[name]
}

// Steer puts a steered record into the change.
func (z *ZoneChange) Steer(owner wire.Name, s *config.Steered) {
	if z.Steered == nil {
		z.Steered = map[wire.Name]*config.Steered{}
	}
	z.Steered[owner.Canonical()] = s
}

// OverrideKey is what an override speaks of: a region, or an endpoint of a steered
// record.
type OverrideKey struct {
	Region   string
	Zone     wire.Name // canonical, as Owner
	Owner    wire.Name
	Endpoint string
}

// Result is what became of a change.
type Result struct {
	// Revision is the zero value for a dry run, and where nothing changed.
	Revision store.Revision
	// Warnings are what was found and refuses nothing.
	Warnings config.Problems
	// Notes are what was done beyond what was asked: a serial that was advanced.
	Notes []string
	Diff  []store.Change
}
