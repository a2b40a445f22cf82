package config

// All of a configuration, and what is wrong with it as a whole.

import (
	"maps"
	"net/netip"
	"slices"
	"strings"

	"meridian/wire"
)

// Set is a whole configuration: every resource by its name. Zones and owner names are
// canonical.
type Set struct {
	Regions    map[string]Region
	Topologies map[string]Topology
	Checks     map[string]Check
	Steered    map[wire.Name]map[wire.Name]Steered // by zone and owner name
}

// Around is what a resource's settings may name: the surroundings in which it is
// validated.
type Around struct {
	Regions    map[string]Region
	Topologies map[string]Topology
	Checks     map[string]Check
	// Place says what is wrong with a location that is a name or country code, CIDR with
	// a client row's prefix; nil asks nobody.
	Place func(text string) error
	CIDR  func(netip.Prefix) error
}

// Validate returns everything that is wrong, in the order of resources and names. Of
// around only the functions are used.
func (s Set) Validate(around Around) Problems {
	around.Regions, around.Topologies, around.Checks = s.Regions, s.Topologies, s.Checks
	var ps Problems
	for _, name := range sortedKeys(s.Regions) {
		ps = append(ps, around.Region([]string{"regions", name}, name, s.Regions[name])...)
	}
	for _, name := range sortedKeys(s.Topologies) {
		ps = append(ps, around.Topology([]string{"topologies", name}, name, s.Topologies[name])...)
	}
	for _, name := range sortedKeys(s.Checks) {
		ps = append(ps, around.Check([]string{"checks", name}, name, s.Checks[name])...)
	}
	for _, zone := range slices.SortedFunc(maps.Keys(s.Steered), wire.Name.Compare) {
		for _, owner := range slices.SortedFunc(maps.Keys(s.Steered[zone]), wire.Name.Compare) {
			ps = append(ps, around.Steered(SteeredPath(zone, owner), zone, owner, s.Steered[zone][owner])...)
		}
	}
	return ps
}

// SteeredPath is the path of a steered record as a manifest has it.
func SteeredPath(zone, owner wire.Name) []string {
	text := zone.String()
	if zone != wire.Root {
		text = strings.TrimSuffix(text, ".")
	}
	return []string{"zones", text, "steered", RelativeOwner(zone, owner)}
}

// RelativeOwner is how an owner name at or below a zone's apex is written beside it:
// "@" for the apex, else without the zone.
func RelativeOwner(zone, owner wire.Name) string {
	if owner.Canonical() == zone.Canonical() {
		return "@"
	}
	cut := len(owner) - len(zone)
	return strings.TrimSuffix((owner[:cut] + wire.Root).String(), ".")
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
