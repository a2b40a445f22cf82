package api

// Operations on regions, topologies and checks: the same four for each.

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"meridian/config"
	"meridian/control"
)

// NamePath is the path of operations on one region, topology or check.
type NamePath struct {
	Name string `path:"name"`
}

// resource is what the operations on one kind need: V is its settings, O what is shown.
type resource[V, O any] struct {
	kind, plural string
	all          func(*control.State) map[string]V
	// show shows the named ones, whole or as a list does.
	show func(s *server, state *control.State, names []string, whole bool) []O
	put  func(*control.Change, map[string]*V)
}

func (s *server) addResources(api operations) {
	addResource(s, api, resource[config.Region, Region]{
		"region", "regions", func(st *control.State) map[string]config.Region { return st.Regions }, (*server).showRegions,
		func(c *control.Change, m map[string]*config.Region) { c.Regions = m },
	})
	addResource(s, api, resource[config.Topology, Topology]{
		"topology", "topologies", func(st *control.State) map[string]config.Topology { return st.Topologies }, (*server).showTopologies,
		func(c *control.Change, m map[string]*config.Topology) { c.Topologies = m },
	})
	addResource(s, api, resource[config.Check, Check]{
		"check", "checks", func(st *control.State) map[string]config.Check { return st.Checks }, (*server).showChecks,
		func(c *control.Change, m map[string]*config.Check) { c.Checks = m },
	})
}

func addResource[V, O any](s *server, api operations, r resource[V, O]) {
	one := "/" + r.plural + "/{name}"
	missing := func(name string) error { return newError(http.StatusNotFound, "there is no %s %s", r.kind, name) }
	add(api, operation("list-"+r.plural, http.MethodGet, "/"+r.plural, "List all "+r.plural+" by name"),
		func(context.Context, *struct{}) ([]O, error) {
			state := s.Control.State()
			return r.show(s, state, slices.Sorted(maps.Keys(r.all(state))), false), nil
		})
	add(api, operation("get-"+r.kind, http.MethodGet, one, fmt.Sprintf("Show a %s", r.kind)),
		func(_ context.Context, in *NamePath) (O, error) {
			state := s.Control.State()
			if _, ok := r.all(state)[in.Name]; !ok {
				var none O
				return none, missing(in.Name)
			}
			return r.show(s, state, []string{in.Name}, true)[0], nil
		})
	add(api, operation("put-"+r.kind, http.MethodPut, one, fmt.Sprintf("Set a %s, whether or not it is there", r.kind)),
		func(ctx context.Context, in *struct {
			Terms
			NamePath
			Body V
		}) (Outcome, error) {
			var change control.Change
			r.put(&change, map[string]*V{in.Name: &in.Body})
			return commit(ctx, s.Control, in.Terms, change)
		})
	add(api, operation("delete-"+r.kind, http.MethodDelete, one, fmt.Sprintf("Delete a %s that nothing uses", r.kind)),
		func(ctx context.Context, in *struct {
			Terms
			NamePath
		}) (Outcome, error) {
			if _, ok := r.all(s.Control.State())[in.Name]; !ok {
				return Outcome{}, missing(in.Name)
			}
			var change control.Change
			r.put(&change, map[string]*V{in.Name: nil})
			return commit(ctx, s.Control, in.Terms, change)
		})
}

func (s *server) showRegions(state *control.State, names []string, _ bool) []Region {
	used := map[string]int{}
	for _, n := range state.Steered() {
		for _, region := range n.Steered().Regions {
			used[region]++
		}
	}
	targets := s.targets()
	list := make([]Region, len(names))
	for i, name := range names {
		r := Region{Name: name, Settings: state.Regions[name], UsedBy: used[name]}
		r.State, r.Why = targets.region(state, name)
		r.Override = overrideOf(state, control.OverrideKey{Region: name})
		list[i] = r
	}
	return list
}

func overrideOf(state *control.State, key control.OverrideKey) *config.Override {
	if o, ok := state.Overrides[key]; ok {
		return &o
	}
	return nil
}

func (s *server) showTopologies(state *control.State, names []string, _ bool) []Topology {
	used := map[string]int{}
	for _, n := range state.Steered() {
		used[n.Steered().Skeleton.Topology]++
	}
	list := make([]Topology, len(names))
	for i, name := range names {
		list[i] = Topology{Name: name, Settings: state.Topologies[name], UsedBy: used[name]}
	}
	return list
}

// showChecks counts every check's targets, and lists them where it is shown whole.
func (s *server) showChecks(state *control.State, names []string, whole bool) []Check {
	uses := s.targets().byCheck(state)
	list := make([]Check, len(names))
	for i, name := range names {
		list[i] = uses.check(name, state.Checks[name], whole)
	}
	return list
}
