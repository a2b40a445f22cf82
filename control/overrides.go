package control

// Overrides: an operator's word takes effect through a switch, and ends when it
// expires.

import (
	"context"
	"time"

	"meridian/config"
	"meridian/steering"
)

// flipChanged sets the switches of all overrides in which two states differ: those that
// a change names, and those that went with what they spoke of.
func (c *Control) flipChanged(old, next *State) {
	for key, o := range next.Overrides {
		if was, had := old.Overrides[key]; !had || was != o {
			c.flip(next, key)
		}
	}
	for key := range old.Overrides {
		if _, still := next.Overrides[key]; !still {
			c.flip(next, key)
		}
	}
}

// flip sets the switch of what an override speaks of, as a state has it.
func (c *Control) flip(s *State, key OverrideKey) {
	setting := steering.SettingOf(s.Overrides[key])
	if key.Endpoint == "" {
		if live := c.runtime.regions[key.Region]; live != nil {
			live.operator.Store(setting)
		}
		return
	}
	record := s.steered(recordKey{key.Zone, key.Owner})
	if record == nil {
		return
	}
	// What goes is left as it was to those who still answer from the view before.
	if _, has := record.Skeleton.Endpoints[key.Endpoint]; has {
		record.Switches.Store(key.Endpoint, setting)
	}
}

// longestWait bounds the timer of expiries, so that a clock that was set is noticed;
// firstRetry is how long the first pause is after an end that couldn't be committed.
const (
	longestWait = time.Minute
	firstRetry  = time.Second
)

// untilExpiry is how long until the next override expires, at most longestWait.
func (c *Control) untilExpiry() time.Duration {
	wait := longestWait
	for _, o := range c.State().Overrides {
		if !o.Expires.IsZero() {
			wait = min(wait, o.Expires.Sub(c.opts.Now()))
		}
	}
	return max(wait, c.retry, time.Millisecond)
}

// expire commits the end of overrides whose time has come.
func (c *Control) expire(ctx context.Context) {
	gone := map[OverrideKey]*config.Override{}
	for key, o := range c.State().Overrides {
		if !o.Expires.IsZero() && !o.Expires.After(c.opts.Now()) {
			gone[key] = nil
		}
	}
	if len(gone) == 0 {
		return
	}
	change := Change{Author: "meridian", Message: "overrides expired", Overrides: gone}
	r := &request{ctx: ctx, plan: newPlan(c.State(), &change, c.opts.Now()), done: make(chan struct{})}
	c.commit(ctx, []*request{r})
	if r.err == nil {
		c.retry = 0
		return
	}
	c.retry = min(max(2*c.retry, firstRetry), longestWait)
	c.opts.Logger.Error("ending expired overrides", "error", r.err, "again in", c.retry)
}
