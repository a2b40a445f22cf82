package control

// A plan: a change laid over a state. It says what would be written, what is wrong,
// and which steered records must be compiled. Planning changes nothing and needs no
// lock; a plan is worth something as long as its state is the newest.

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"meridian/config"
	"meridian/geoip"
	"meridian/steering"
	"meridian/store"
	"meridian/view"
	"meridian/wire"
)

type plan struct {
	change *Change
	prev   *State
	next   *State // its View is set when the plan is finished
	now    time.Time

	zones   map[wire.Name]*view.Zone         // made anew; nil for deleted ones
	touched map[wire.Name]map[wire.Name]bool // owners that changed, by zone
	compile []job
	// unsteered are steered records that go.
	unsteered []recordKey
	writes    []store.Write
	bulk      [][]store.Write // more of them: lists in order, of large new zones
	problems  config.Problems
	notes     []string
}

// job is a steered record to be compiled.
type job struct {
	zone, owner wire.Name
	settings    config.Steered
}

// newPlan lays a change over a state. Its problems say whether it may be committed.
func newPlan(prev *State, change *Change, now time.Time) *plan {
	p := &plan{change: change, prev: prev, now: now, zones: map[wire.Name]*view.Zone{}, touched: map[wire.Name]map[wire.Name]bool{}}
	p.next = &State{
		Regions:     with(prev.Regions, change.Regions),
		Topologies:  with(prev.Topologies, change.Topologies),
		Checks:      with(prev.Checks, change.Checks),
		Overrides:   with(prev.Overrides, change.Overrides),
		Applied:     prev.Applied,
		LastSerials: with(prev.LastSerials, change.lastSerials),
		compiled:    prev.compiled,
	}
	p.resources()
	for _, name := range slices.SortedFunc(maps.Keys(change.Zones), wire.Name.Compare) {
		p.zone(name, change.Zones[name])
	}
	p.overrides()
	if change.loaded {
		return p
	}
	if change.complete {
		p.incomplete()
		return p
	}
	p.affected()
	p.aliasCircles()
	p.validate()
	return p
}

// resources writes what changed of regions, topologies and checks, and compiles the
// topologies that it touches.
func (p *plan) resources() {
	writeResources(p, "region/", p.prev.Regions, p.change.Regions)
	writeResources(p, "topology/", p.prev.Topologies, p.change.Topologies)
	writeResources(p, "check/", p.prev.Checks, p.change.Checks)
	if p.change.Applied != "" && p.change.Applied != p.prev.Applied {
		p.next.Applied = p.change.Applied
		p.writes = append(p.writes, store.Write{Key: appliedKey, Value: []byte(p.change.Applied)})
	}
	if p.prev.compiled == nil || len(p.change.Regions) > 0 || len(p.change.Topologies) > 0 {
		p.next.compiled = compileTopologies(p.next)
	}
}

// writeResources writes the named values that change in a map of resources.
func writeResources[V any](p *plan, prefix string, prev map[string]V, changes map[string]*V) {
	for _, name := range slices.Sorted(maps.Keys(changes)) {
		old, had := prev[name]
		switch v := changes[name]; {
		case v == nil && !had:
			p.refuse("", "there is no %s to delete", prefix+name)
		case v == nil:
			p.writes = append(p.writes, store.Write{Key: prefix + name})
		default:
			w := jsonWrite(prefix+name, v)
			if !had || string(jsonWrite(prefix+name, old).Value) != string(w.Value) {
				p.writes = append(p.writes, w)
			}
		}
	}
}

// compileTopologies compiles all topologies of a state, and "", which is distance alone.
func compileTopologies(s *State) map[string]compiledTopology {
	places := map[string][]geoip.Point{}
	for name, r := range s.Regions {
		places[name] = PlacesOf(r.Location)
	}
	compiled := map[string]compiledTopology{"": {steering.NewTopology("", config.Topology{}, places), ""}}
	for name, t := range s.Topologies {
		compiled[name] = compiledTopology{steering.NewTopology(name, t, places), string(jsonWrite(name, t).Value)}
	}
	return compiled
}

// PlacesOf is where a validated location is; nil where its name is not known.
func PlacesOf(l config.Location) []geoip.Point {
	if l.Text == "" {
		return []geoip.Point{{Lat: l.Lat, Lon: l.Lon, Weight: 1}}
	}
	places, err := geoip.ResolvePlace(l.Text)
	if err != nil {
		return nil
	}
	return places
}

// overrides writes those that change. An override of something that isn't there is
// refused; those of what goes away go with it.
func (p *plan) overrides() {
	for key, o := range p.change.Overrides {
		old, had := p.prev.Overrides[key]
		switch {
		case o == nil:
			if had {
				p.writes = append(p.writes, store.Write{Key: key.key()})
			}
		case !p.exists(key):
			p.refuse("", "there is no %s", key)
		case !had || old != *o:
			p.writes = append(p.writes, jsonWrite(key.key(), o))
		}
	}
	kept := p.next.Overrides
	for key := range p.next.Overrides {
		if _, changed := p.change.Overrides[key]; !changed && !p.exists(key) {
			kept = with(kept, map[OverrideKey]*config.Override{key: nil})
			p.writes = append(p.writes, store.Write{Key: key.key()})
		}
	}
	p.next.Overrides = kept
}

// exists says whether what an override speaks of will be there.
func (p *plan) exists(key OverrideKey) bool {
	if key.Endpoint == "" {
		_, ok := p.next.Regions[key.Region]
		return ok
	}
	s, ok := p.steered(key.Zone, key.Owner)
	_, has := s.Endpoints[key.Endpoint]
	return ok && has
}

// steered returns a steered record as it will be.
func (p *plan) steered(zone, owner wire.Name) (config.Steered, bool) {
	if z, changed := p.zones[zone]; changed {
		if z == nil {
			return config.Steered{}, false
		}
		if n := z.Node(owner); n.Steered() != nil {
			return n.Steered().Skeleton, true
		}
		return config.Steered{}, false
	}
	record := p.prev.steered(recordKey{zone, owner})
	if record == nil {
		return config.Steered{}, false
	}
	return record.Skeleton, true
}

// affected finds the steered records that must be compiled although they don't change
// themselves: a region, topology or check of theirs does.
func (p *plan) affected() {
	if len(p.change.Regions)+len(p.change.Topologies)+len(p.change.Checks) == 0 {
		return
	}
	changed := map[[2]wire.Name]bool{}
	for _, j := range p.compile {
		changed[[2]wire.Name{j.zone, j.owner}] = true
	}
	regions := map[string]bool{}
	for name := range p.change.Regions {
		if p.moves(name) {
			regions[name] = true
		}
	}
	for name, r := range p.next.Regions {
		if _, ok := p.change.Checks[r.Check]; ok {
			regions[name] = true
		}
	}
	for z, n := range p.prev.Steered() {
		owner := n.Canonical()
		if made, ok := p.zones[z.Name]; ok && (made == nil || made.Node(owner).Steered() == nil) {
			continue
		}
		if !changed[[2]wire.Name{z.Name, owner}] && p.uses(n.Steered().Skeleton, regions) {
			p.compile = append(p.compile, job{z.Name, owner, n.Steered().Settings()})
		}
	}
}

// moves says whether a region changes in what a compiled record depends on.
func (p *plan) moves(name string) bool {
	old, had := p.prev.Regions[name]
	next, has := p.next.Regions[name]
	return had != has || old.Location != next.Location || old.Check != next.Check || old.Address != next.Address
}

// uses says whether a record uses any of what the change touches.
func (p *plan) uses(s config.Steered, regions map[string]bool) bool {
	s = s.WithDefaults()
	if _, ok := p.change.Topologies[s.Topology]; ok {
		return true
	}
	for _, e := range s.Endpoints {
		if _, ok := p.change.Checks[e.Check]; ok || regions[e.Region] {
			return true
		}
	}
	for _, f := range s.WhenAllDown.Fallback {
		if regions[f.Region] {
			return true
		}
	}
	return false
}

// sortedWrites puts all writes into the order of their keys.
func (p *plan) sortedWrites() []store.Write {
	sortWrites(p.writes)
	if len(p.bulk) > 0 {
		p.writes, p.bulk = mergeWrites(append(p.bulk, p.writes)), nil
	}
	return p.writes
}

func (p *plan) refuse(hint, format string, args ...any) {
	p.problems = append(p.problems, config.Problem{Message: fmt.Sprintf(format, args...), Hint: hint})
}
