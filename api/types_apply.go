package api

// Whole configurations: a manifest on its way in, and the way out.

import (
	"meridian/config"
	"meridian/wire"
	"meridian/zones"
)

// Apply makes what it names as it says; a part that isn't there stays as it is.
type Apply struct {
	Regions    map[string]config.Region   `json:"regions,omitempty"`
	Topologies map[string]config.Topology `json:"topologies,omitempty"`
	Checks     map[string]config.Check    `json:"checks,omitempty"`
	Zones      map[string]ApplyZone       `json:"zones,omitempty"`
	// Prune deletes every region, topology, check and zone that isn't named.
	Prune bool `json:"prune,omitempty" doc:"delete regions, topologies, checks and zones that are not named"`
	// Digest tells manifests apart, their files included.
	Digest string `json:"digest,omitempty"`
	// UnlessApplied does nothing where Digest is that of the last applied manifest.
	UnlessApplied bool `json:"unless_applied,omitempty" doc:"do nothing if the digest is that of the manifest applied last"`
}

// ApplyZone is a zone that a manifest names.
type ApplyZone struct {
	Serials zones.SerialMode `json:"serials,omitempty" enum:"date-counter,increment"`
	// Records replace all static records; nil leaves them.
	Records *Records `json:"records,omitempty"`
	// Steered replaces all steered records, by owner relative to the zone; nil leaves
	// them, and an empty map removes all.
	Steered map[string]config.Steered `json:"steered,omitzero"`
}

// Export is the configuration as a manifest could say it, static records left out.
type Export struct {
	Revision   uint64                     `json:"revision"`
	Regions    map[string]config.Region   `json:"regions"`
	Topologies map[string]config.Topology `json:"topologies"`
	Checks     map[string]config.Check    `json:"checks"`
	Zones      []ExportZone               `json:"zones" nullable:"false" doc:"all, in canonical order"`
	Overrides  []Override                 `json:"overrides" nullable:"false"`
}

// ExportZone is a zone of an Export.
type ExportZone struct {
	Zone    wire.Name        `json:"zone"`
	Serials zones.SerialMode `json:"serials" enum:"date-counter,increment"`
	Steered []ExportSteered  `json:"steered" nullable:"false" doc:"in canonical order"`
}

// ExportSteered is a steered record of an ExportZone.
type ExportSteered struct {
	Name     wire.Name      `json:"name" doc:"the whole owner name"`
	Settings config.Steered `json:"settings"`
}

// Set is the configuration as config's functions and the manifest know it.
func (e Export) Set() config.Set {
	set := config.Set{Regions: e.Regions, Topologies: e.Topologies, Checks: e.Checks, Steered: map[wire.Name]map[wire.Name]config.Steered{}}
	for _, z := range e.Zones {
		if len(z.Steered) == 0 {
			continue
		}
		records := make(map[wire.Name]config.Steered, len(z.Steered))
		for _, s := range z.Steered {
			records[s.Name.Canonical()] = s.Settings
		}
		set.Steered[z.Zone.Canonical()] = records
	}
	return set
}
