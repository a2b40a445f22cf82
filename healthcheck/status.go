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

	Last   Result    // of the last probe, without its phases
	LastAt time.Time // when it was found; zero: not probed yet

	Successes, Failures int // in a row; one of them is 0
	Probes, Failed      uint64
	Flips               uint64
	Groups              int // that hang on it
}

func (t *target) status() TargetStatus {
	return TargetStatus{
		Target:    t.target(),
		State:     t.machine.state,
		Reason:    t.machine.reason,
		Stale:     t.machine.reason == steering.ReasonStale,
		Since:     t.machine.since.time(),
		Last:      Result{OK: t.lastOK, Reason: t.lastWhy},
		LastAt:    t.lastAt.time(),
		Successes: int(t.machine.successes),
		Failures:  int(t.machine.failures),
		Probes:    uint64(t.probes),
		Failed:    uint64(t.failed),
		Flips:     uint64(t.flips),
		Groups:    len(t.groups) + int(min(t.alone.holders, 1)),
	}
}

// Targets returns all targets that are held, ordered by what String says of them,
// then by how often they are probed.
func (c *Checker) Targets() []TargetStatus {
	c.mu.Lock()
	all := make([]TargetStatus, 0, c.targets.number)
	for t := range c.targets.all {
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

// StatusOf returns the targets of the group whose word w is, in the order of the group's
// addresses; none where nobody holds it. For explain: what a query reads is a word and
// nothing else.
func (c *Checker) StatusOf(w *steering.Word) []TargetStatus {
	c.mu.Lock()
	defer c.mu.Unlock()
	g := c.words[w]
	if g == nil {
		return nil
	}
	var statuses []TargetStatus
	for _, t := range g.targets() {
		statuses = append(statuses, t.status())
	}
	return statuses
}
