package control

// Validation of what a change touches: what it puts is checked in its surroundings,
// and what it takes away must not be in use.

import (
	"fmt"
	"maps"
	"slices"

	"meridian/config"
	"meridian/geoip"
)

// validate adds to the plan's problems what is wrong with the resources and steered
// records that it puts, and with those that hang on what it changes.
func (p *plan) validate() {
	around := config.Around{Regions: p.next.Regions, Topologies: p.next.Topologies, Checks: p.next.Checks, Place: KnownPlace, CIDR: geoip.CheckCut}
	for _, name := range slices.Sorted(maps.Keys(p.change.Regions)) {
		if r := p.change.Regions[name]; r != nil {
			p.problems = append(p.problems, around.Region([]string{"regions", name}, name, *r)...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.change.Topologies)) {
		if t := p.change.Topologies[name]; t != nil {
			p.problems = append(p.problems, around.Topology([]string{"topologies", name}, name, *t)...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.change.Checks)) {
		if c := p.change.Checks[name]; c != nil {
			p.problems = append(p.problems, around.Check([]string{"checks", name}, name, *c)...)
		}
	}
	p.dependants(around)
	for _, j := range p.compile {
		p.problems = append(p.problems, around.Steered(config.SteeredPath(j.zone, j.owner), j.zone, j.owner, j.settings)...)
	}
}

// dependants checks the resources that aren't changed and name one that is.
func (p *plan) dependants(around config.Around) {
	if len(p.change.Checks) > 0 {
		for _, name := range sorted(p.next.Regions) {
			r := p.next.Regions[name]
			if _, touched := p.change.Checks[r.Check]; touched && p.change.Regions[name] == nil {
				p.problems = append(p.problems, around.Region([]string{"regions", name}, name, r)...)
			}
		}
	}
	gone := false
	for _, r := range p.change.Regions {
		gone = gone || r == nil
	}
	for _, name := range sorted(p.next.Topologies) {
		if gone && p.change.Topologies[name] == nil {
			p.problems = append(p.problems, around.Topology([]string{"topologies", name}, name, p.next.Topologies[name])...)
		}
	}
}

// KnownPlace says what is wrong with a location's name or country code.
func KnownPlace(text string) error {
	if _, err := geoip.ResolvePlace(text); err != nil {
		return fmt.Errorf("location %w", err)
	}
	return nil
}
