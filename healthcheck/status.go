package healthcheck

// What the checker knows of its targets, for people: check list, status, explain.

import (
	"cmp"
	"slices"
	"time"

	"meridian/steering"
)

// TargetStatus is a target as of one moment.
type TargetStatus struct {
	Target Target
	State  steering.State
	Reason steering.Reason
	Stale  bool      // the state is from before the restart
	Since  time.Time // of the last flip; zero: there was none

	Last   Result    // of the last probe
	LastAt time.Time // when it was found; zero: not probed yet

	Successes, Failures int // in a row; one of them is 0
	Probes, Failed      uint64
	Flips               uint64
	Groups              int // that hang on it
}

func (t *target) status() TargetStatus {
	return TargetStatus{
		Target:    t.Target,
		State:     t.machine.state,
		Reason:    t.machine.reason,
		Stale:     t.machine.reason == steering.ReasonStale,
		Since:     t.machine.since,
		Last:      t.last,
		LastAt:    t.lastAt,
		Successes: t.machine.successes,
		Failures:  t.machine.failures,
		Probes:    t.probes,
		Failed:    t.failed,
		Flips:     t.flips,
		Groups:    len(t.groups),
	}
}

// Targets returns all targets that are held, ordered by what String says of them,
// then by how often they are probed.
func (c *Checker) Targets() []TargetStatus {
	c.mu.Lock()
	all := make([]TargetStatus, 0, len(c.targets))
	for _, t := range c.targets {
		all = append(all, t.status())
	}
	c.mu.Unlock()
	slices.SortFunc(all, func(a, b TargetStatus) int {
		return cmp.Or(
			cmp.Compare(a.Target.String(), b.Target.String()),
			cmp.Compare(a.Target.Settings.Interval, b.Target.Settings.Interval),
			cmp.Compare(a.Target.key(), b.Target.key()),
		)
	})
	return all
}

// Status returns the targets of a handle in the order of its group; none once it is
// released.
func (c *Checker) Status(h *Handle) []TargetStatus {
	c.mu.Lock()
	defer c.mu.Unlock()
	if h == nil || h.group == nil {
		return nil
	}
	statuses := make([]TargetStatus, len(h.group.targets))
	for i, t := range h.group.targets {
		statuses[i] = t.status()
	}
	return statuses
}
