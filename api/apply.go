package api

// How a manifest becomes a change.

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"meridian/config"
	"meridian/control"
	"meridian/wire"
)

// ApplyTo makes what a manifest names as it says, in one revision or, where anything
// is wrong with it, not at all. It is what the apply operation does, for those who
// have the Control at hand.
func ApplyTo(ctx context.Context, c *control.Control, terms Terms, a Apply) (Outcome, error) {
	if a.UnlessApplied && a.Digest == "" {
		return Outcome{}, newError(http.StatusBadRequest, "unless_applied needs the manifest's digest")
	}
	if a.UnlessApplied && a.Digest == c.State().Applied {
		return Outcome{DryRun: terms.DryRun, Diff: []string{}, AlreadyApplied: true}, nil
	}
	return derived(ctx, c, terms, func(state *control.State) (control.Change, config.Problems, error) {
		change, problems := a.change(state)
		return change, problems, problems.Err()
	})
}

// change is the manifest seen from a state.
func (a Apply) change(state *control.State) (control.Change, config.Problems) {
	change := control.Change{
		Regions: pointers(a.Regions), Topologies: pointers(a.Topologies), Checks: pointers(a.Checks),
		Applied: a.Digest,
	}
	var problems config.Problems
	for _, text := range slices.Sorted(maps.Keys(a.Zones)) {
		problems = append(problems, a.Zones[text].add(&change, state, text)...)
	}
	if a.Prune {
		prune(change.Regions, state.Regions)
		prune(change.Topologies, state.Topologies)
		prune(change.Checks, state.Checks)
		for z := range state.View.Zones() {
			if change.Zones[z.Name] == nil {
				change.Zone(z.Name).Delete = true
			}
		}
	}
	return change, problems
}

// add adds a zone that the manifest names to the change.
func (a ApplyZone) add(change *control.Change, state *control.State, text string) config.Problems {
	path := []string{"zones", text}
	name, err := wire.ParseName(text)
	if err != nil {
		return config.Problems{{Path: path, Message: fmt.Sprintf("the zone name %v", err)}}
	}
	name = name.Canonical()
	if change.Zones[name] != nil {
		return config.Problems{{Path: path, Message: fmt.Sprintf("the zone %s is there twice", name)}}
	}
	z := change.Zone(name)
	z.Create = true
	var problems config.Problems
	z.Serials, problems = serialMode(a.Serials)
	if a.Records != nil {
		contents, found := a.Records.Contents(name)
		z.Contents, problems = contents, append(problems, found...)
	}
	if a.Steered == nil {
		return problems
	}
	if old := state.View.Zone(name); old != nil {
		for n := range old.Steered() {
			z.Steer(n.Canonical(), nil)
		}
	}
	given := map[wire.Name]bool{}
	for _, ownerText := range slices.Sorted(maps.Keys(a.Steered)) {
		settings := a.Steered[ownerText]
		path := append(path, "steered", ownerText)
		owner, err := wire.RelativeName(ownerText, name)
		switch {
		case err != nil:
			problems = append(problems, config.Problem{Path: path, Message: fmt.Sprintf("the owner name %v", err)})
		case given[owner.Canonical()]:
			problems = append(problems, config.Problem{Path: path, Message: fmt.Sprintf("the owner name %s is there twice", owner.Canonical())})
		default:
			given[owner.Canonical()] = true
			z.Steer(owner, &settings)
		}
	}
	return problems
}

// pointers is a map whose values say "set"; it is never nil, so that prune may add.
func pointers[V any](m map[string]V) map[string]*V {
	to := make(map[string]*V, len(m))
	for name, v := range m {
		to[name] = &v
	}
	return to
}

// prune deletes what there is and isn't named.
func prune[V any](named map[string]*V, there map[string]V) {
	for name := range there {
		if _, ok := named[name]; !ok {
			named[name] = nil
		}
	}
}
