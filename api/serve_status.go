package api

// Status: how the server stands, and what an operator should look at.

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"meridian/config"
	"meridian/control"
	"meridian/steering"
	"meridian/view"
	"meridian/zones"
)

func (s *server) status(context.Context, *struct{}) (Status, error) {
	state, now := s.Control.State(), s.Now()
	out := Status{
		Info: s.Info, Uptime: now.Sub(s.Info.Started).Round(time.Second).String(),
		Revision: state.Revision(), Applied: state.Applied,
		Zones: state.View.Len(), Regions: len(state.Regions), Checks: len(state.Checks),
		Overrides: overridesOf(state),
	}
	var w warnings
	out.Geo = s.geo(now, &w)
	for z := range state.View.Zones() {
		if !z.Loaded() {
			out.Unloaded++
			w.add("zone %s has no records and is answered with SERVFAIL: import it, or delete it", z.Name)
		}
	}
	for z, n := range state.Steered() {
		out.Steered++
		s.countEndpoints(&out.Endpoints, &w, z, n)
	}
	for _, t := range s.Checker.Targets() {
		out.Targets.count(t.State)
	}
	for _, t := range s.Control.Tables() {
		out.Tables.Count++
		out.Tables.Bytes += t.Bytes()
	}
	w.unused(state)
	out.Warnings = w.list()
	return out, nil
}

func (c *States) count(s steering.State) {
	switch s {
	case steering.Up:
		c.Up++
	case steering.Down:
		c.Down++
	default:
		c.New++
	}
}

// complete says whether all class tables of the start are made.
func (s *server) complete() bool {
	select {
	case <-s.Control.Ready():
		return true
	default:
		return false
	}
}

// countEndpoints counts a record's endpoints of each type, and warns where none is up.
func (s *server) countEndpoints(to *States, w *warnings, z *view.Zone, n view.Node) {
	for _, typ := range n.Steered().Faulty {
		if !s.complete() {
			w.add("%s %s in zone %s is answered with SERVFAIL until its class table is made", n.Name(), zones.TypeName(typ), z.Name)
			continue
		}
		w.add("%s %s in zone %s is answered with SERVFAIL: with the geo data at hand a fence leaves some clients nothing; permit more regions, or give it an endpoint in one", n.Name(), zones.TypeName(typ), z.Name)
	}
	for typ := range n.Steered().Types() {
		var states steering.States
		typ.Load(&states)
		for i := range typ.Choice.Endpoints {
			switch health := states.Health[i].State(); {
			case states.Up>>i&1 != 0:
				to.Up++
			case health == steering.New && states.ForceDown>>i&1 == 0:
				to.New++
			default:
				to.Down++
			}
		}
		if states.CountUp() == 0 {
			w.add("no endpoint of %s %s in zone %s is up: when_all_down answers", n.Name(), zones.TypeName(typ.Type), z.Name)
		}
	}
}

// geo is what is known of the geo data. Those inside the program aren't compiled for it,
// which would take their memory for good.
func (s *server) geo(now time.Time, w *warnings) Geo {
	data := s.Control.Geo()
	if data.Inside() && data.Compiled() == nil {
		return Geo{Databases: []Database{}}
	}
	base, err := data.Base()
	if err != nil {
		w.add("no new class table can be made: %v", err)
		return Geo{Databases: []Database{}}
	}
	info := base.Info()
	out := Geo{Databases: []Database{}, Locations: info.Rows, RangesV4: info.RunsV4, RangesV6: info.RunsV6, Bytes: info.Bytes}
	for _, source := range info.Sources {
		d := Database{Name: source.Name, Type: source.DatabaseType, Built: source.Built}
		if !source.Built.IsZero() {
			d.Days = max(0, int(now.Sub(source.Built).Hours()/24))
		}
		out.Databases = append(out.Databases, d)
	}
	return out
}

// maxWarnings is how many are told: more than anybody reads at once.
const maxWarnings = 20

// warnings collects what an operator should look at.
type warnings struct{ all []string }

func (w *warnings) add(format string, args ...any) {
	w.all = append(w.all, fmt.Sprintf(format, args...))
}

// unused warns of checks that nothing uses: an endpoint without the check that was
// made for it is always up.
func (w *warnings) unused(state *control.State) {
	used := map[string]bool{}
	for _, r := range state.Regions {
		used[r.Check] = true
	}
	for _, n := range state.Steered() {
		markChecks(used, n.Steered().Skeleton)
	}
	for name := range state.Checks {
		if !used[name] {
			w.add("check %s is used by nothing", name)
		}
	}
}

func markChecks(used map[string]bool, settings config.Steered) {
	for _, e := range settings.Endpoints {
		used[cmp.Or(e.Check, settings.Check)] = true
	}
}

func (w *warnings) list() []string {
	slices.Sort(w.all)
	if over := len(w.all) - maxWarnings; over > 0 {
		return append(w.all[:maxWarnings], fmt.Sprintf("and %d more warnings", over))
	}
	return append([]string{}, w.all...)
}
