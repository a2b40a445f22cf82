package api

// Targets as the checker has them, found by what configuration says of them.

import (
	"cmp"
	"net/netip"
	"slices"

	"meridian/config"
	"meridian/control"
	"meridian/healthcheck"
)

// targetIndex is every target that is probed, as of one moment.
type targetIndex map[healthcheck.Target]healthcheck.TargetStatus

func (s *server) targets() targetIndex {
	all := s.Checker.Targets()
	index := make(targetIndex, len(all))
	for _, t := range all {
		index[t.Target] = t
	}
	return index
}

// region is what a region's own check says of it.
func (index targetIndex) region(state *control.State, name string) (word, why string) {
	settings := state.Regions[name]
	if settings.Check == "" {
		return "up", "no check"
	}
	status := index[healthcheck.NewTarget(state.Checks[settings.Check], settings.Address, name)]
	return status.State.String(), status.Reason.String()
}

// usedTargets is by check, which targets are probed for it and for whom.
type usedTargets struct {
	index   targetIndex
	byCheck map[string]map[healthcheck.Target][]Use
}

// byCheck goes through all that is checked.
func (index targetIndex) byCheck(state *control.State) usedTargets {
	u := usedTargets{index, map[string]map[healthcheck.Target][]Use{}}
	for name, region := range state.Regions {
		u.add(state, region.Check, region.Address, name, Use{Region: name})
	}
	for z, n := range state.Steered() {
		owner := n.Canonical()
		use := Use{Zone: z.Name.String(), Owner: config.RelativeOwner(z.Name, owner)}
		for name, e := range n.Steered().Settings().WithDefaults().Endpoints {
			use.Endpoint = name
			for _, addr := range e.Addresses {
				u.add(state, e.Check, addr, owner.String(), use)
			}
		}
	}
	return u
}

func (u usedTargets) add(state *control.State, check string, addr netip.Addr, owner string, use Use) {
	if check == "" {
		return
	}
	if u.byCheck[check] == nil {
		u.byCheck[check] = map[healthcheck.Target][]Use{}
	}
	t := healthcheck.NewTarget(state.Checks[check], addr, owner)
	u.byCheck[check][t] = append(u.byCheck[check][t], use)
}

// maxUses is how many users of one target are listed: a target may be shared by
// 100,000 names.
const maxUses = 100

// check is one check as it is shown.
func (u usedTargets) check(name string, settings config.Check, withTargets bool) Check {
	out := Check{Name: name, Settings: settings}
	for t, uses := range u.byCheck[name] {
		status, ok := u.index[t]
		if !ok {
			status.Target = t // it is about to be probed
		}
		switch status.State.String() {
		case "up":
			out.Up++
		case "down":
			out.Down++
		default:
			out.New++
		}
		if withTargets {
			out.Targets = append(out.Targets, targetOf(status, uses))
		}
	}
	slices.SortFunc(out.Targets, func(a, b Target) int {
		return cmp.Or(cmp.Compare(a.Target, b.Target), a.Address.Compare(b.Address))
	})
	return out
}

func targetOf(t healthcheck.TargetStatus, uses []Use) Target {
	slices.SortFunc(uses, func(a, b Use) int {
		return cmp.Or(cmp.Compare(a.Region, b.Region), cmp.Compare(a.Zone, b.Zone), cmp.Compare(a.Owner, b.Owner), cmp.Compare(a.Endpoint, b.Endpoint))
	})
	return Target{
		Target: t.Target.String(), Address: t.Target.Address, Host: t.Target.Host,
		State: t.State.String(), Why: t.Reason.String(), Since: t.Since,
		LastProbe: t.LastAt, LastOK: t.Last.OK, LastFound: t.Last.Reason,
		Successes: t.Successes, Failures: t.Failures, Probes: t.Probes, Failed: t.Failed, Flips: t.Flips,
		UsedBy: slices.Clip(uses[:min(len(uses), maxUses)]),
	}
}
