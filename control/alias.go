package control

// ALIAS records of all zones: which names outside they need, and circles between zones.

import (
	"slices"

	"meridian/view"
	"meridian/wire"
)

// Aliases fills the cells of names outside of our zones. Release ends an Acquire; a
// cell may be read after that.
type Aliases interface {
	Acquire(name wire.Name, typ uint16) *view.Cell
	Release(name wire.Name, typ uint16)
}

// noAliases leaves all cells empty.
type noAliases struct{}

func (noAliases) Acquire(wire.Name, uint16) *view.Cell { return &view.Cell{} }
func (noAliases) Release(wire.Name, uint16)            {}

// aliases is the ALIAS records in force, by zone. Only the writer touches it.
//
// Their exits depend on all zones: a CNAME anywhere may lead another way from now on,
// and a zone that comes makes what was outside ours. So they are found anew for each
// view; that costs some hundred nanoseconds for each ALIAS record.
type aliases struct {
	resolver Aliases
	zones    map[wire.Name][]*view.Alias
	exits    []newExits
	dropped  []view.Exit
}

// newExits are those that a record has once the old view isn't answered from any more.
type newExits struct {
	alias *view.Alias
	exits []view.Exit
}

func newAliases(r Aliases) *aliases {
	if r == nil {
		r = noAliases{}
	}
	return &aliases{resolver: r, zones: map[wire.Name][]*view.Alias{}}
}

// prepare makes ready for a view in which some zones are other than before: its ALIAS
// records get the exits that they have in it beside those that they had.
func (a *aliases) prepare(v *view.View, touched map[wire.Name]bool) {
	for name := range touched {
		a.replace(name, v.Zone(name))
	}
	for _, all := range a.zones {
		for _, alias := range all {
			a.find(v, alias)
		}
	}
}

// replace takes over a zone's ALIAS records; z is nil where the zone is gone.
func (a *aliases) replace(name wire.Name, z *view.Zone) {
	stay := map[*view.Alias]bool{}
	var all []*view.Alias
	if z != nil {
		for n := range z.Aliases() {
			stay[n.Alias()] = true
			all = append(all, n.Alias())
		}
	}
	for _, old := range a.zones[name] {
		if !stay[old] {
			a.dropped = append(a.dropped, old.Exits()...)
		}
	}
	if a.zones[name] = all; len(all) == 0 {
		delete(a.zones, name)
	}
}

// find finds an ALIAS record's exits, and acquires the cells of those that it hadn't.
func (a *aliases) find(v *view.View, alias *view.Alias) {
	old, exits := alias.Exits(), v.FindExits(alias)
	if slices.EqualFunc(old, exits, sameExit) {
		return
	}
	union := slices.Clone(old)
	for i, e := range exits {
		at := slices.IndexFunc(old, func(o view.Exit) bool { return sameExit(o, e) })
		if at >= 0 {
			exits[i] = old[at]
			continue
		}
		exits[i].Cell = a.resolver.Acquire(e.Name, e.Type)
		union = append(union, exits[i])
	}
	for _, o := range old {
		if !slices.Contains(exits, o) {
			a.dropped = append(a.dropped, o)
		}
	}
	alias.SetExits(union)
	a.exits = append(a.exits, newExits{alias, exits})
}

func sameExit(a, b view.Exit) bool { return a.Name == b.Name && a.Type == b.Type }

// finish lets go what only the view before needed.
func (a *aliases) finish() {
	for _, n := range a.exits {
		n.alias.SetExits(n.exits)
	}
	for _, e := range a.dropped {
		a.resolver.Release(e.Name, e.Type)
	}
	a.exits, a.dropped = nil, nil
}

// maxAliasWay bounds the way that is followed in search of a circle: longer than any
// that is answered.
const maxAliasWay = 2 * view.MaxAliasLinks

// aliasCircles refuses ALIAS records that lead in a circle over several zones; those
// inside of one zone are found by its own validation.
func (p *plan) aliasCircles() {
	var v *view.View
	for zone, owners := range p.touched {
		for owner := range owners {
			if !leadsOn(p.zones[zone], owner) {
				continue
			}
			if v == nil {
				v = p.view(0)
			}
			if circles(v, owner) {
				p.refuse("point one of them elsewhere", "%s leads in a circle of ALIAS and CNAME records over several zones", owner)
			}
		}
	}
}

// leadsOn says whether a question for an owner may lead to another name.
func leadsOn(z *view.Zone, owner wire.Name) bool {
	n := z.Node(owner)
	return !n.Exists() || n.Alias() != nil || !n.Set(wire.TypeCNAME).IsZero() || n.Redirect()
}

func circles(v *view.View, owner wire.Name) bool {
	for _, typ := range [...]uint16{wire.TypeA, wire.TypeAAAA, wire.TypeHTTPS} {
		var name wire.Suffixes
		name.SetName(owner)
		first, several, alias, ends := (*view.Zone)(nil), false, false, false
		for i := 0; i < maxAliasWay && !ends; i++ {
			step := v.Step(&name, typ)
			if first == nil {
				first = step.Zone
			}
			several, alias, ends = several || step.Zone != first, alias || step.Alias, step.Kind != view.StepLink
		}
		if !ends && several && alias {
			return true
		}
	}
	return false
}
