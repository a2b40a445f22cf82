package control

// The state: all configuration at one revision, as values.

import (
	"iter"
	"maps"
	"slices"

	"meridian/config"
	"meridian/steering"
	"meridian/view"
	"meridian/wire"
)

// State is the configuration at one revision. It is immutable; its maps are not to be
// written. Records and steered records are in the view.
type State struct {
	View       *view.View
	Regions    map[string]config.Region
	Topologies map[string]config.Topology
	Checks     map[string]config.Check
	Overrides  map[OverrideKey]config.Override
	Applied    string // digest of the manifest that was applied last
	// LastSerials are those of deleted zones.
	LastSerials map[wire.Name]uint32

	compiled map[string]compiledTopology // "" is distance alone
}

// compiledTopology is a topology with a key that is equal for equal settings.
type compiledTopology struct {
	*steering.Topology
	key string
}

// Revision is the state's revision.
func (s *State) Revision() uint64 { return s.View.Revision }

// Steered yields every steered record with its zone, in no order.
func (s *State) Steered() iter.Seq2[*view.Zone, view.Node] {
	return func(yield func(*view.Zone, view.Node) bool) {
		for z := range s.View.Zones() {
			for n := range z.Steered() {
				if !yield(z, n) {
					return
				}
			}
		}
	}
}

// SteeredRecord returns the steered record of a canonical owner name in a zone.
func (s *State) SteeredRecord(zone, owner wire.Name) (config.Steered, bool) {
	record := s.steered(recordKey{zone, owner})
	if record == nil {
		return config.Steered{}, false
	}
	return record.Settings(), true
}

// steered is a steered record as the view has it; nil where there is none.
func (s *State) steered(key recordKey) *view.Steered {
	z := s.View.Zone(key.zone)
	if z == nil {
		return nil
	}
	return z.Node(key.owner).Steered()
}

// Set returns the configuration as config's validators and the manifest know it.
func (s *State) Set() config.Set {
	set := config.Set{Regions: s.Regions, Topologies: s.Topologies, Checks: s.Checks, Steered: map[wire.Name]map[wire.Name]config.Steered{}}
	for z, n := range s.Steered() {
		if set.Steered[z.Name] == nil {
			set.Steered[z.Name] = map[wire.Name]config.Steered{}
		}
		set.Steered[z.Name][n.Canonical()] = n.Steered().Settings()
	}
	return set
}

// with returns m with changes laid over it; a nil value deletes. m stays as it is.
func with[K comparable, V any](m map[K]V, changes map[K]*V) map[K]V {
	if len(changes) == 0 {
		return m
	}
	next := maps.Clone(m)
	if next == nil {
		next = map[K]V{}
	}
	for key, v := range changes {
		if v == nil {
			delete(next, key)
		} else {
			next[key] = *v
		}
	}
	return next
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
