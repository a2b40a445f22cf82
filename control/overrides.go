package control

// Overrides: an operator's word takes effect through a switch, and ends when it
// expires.

import (
	"context"
	"time"

	"meridian/config"
	"meridian/steering"
)

// flip sets the switch of what an override speaks of, as a state has it.
func (c *Control) flip(s *State, key OverrideKey) {
	setting := steering.SettingOf(s.Overrides[key])
	if key.Endpoint == "" {
		if live := c.runtime.regions[key.Region]; live != nil {
			live.operator.Store(setting)
		}
		return
	}
	if live := c.runtime.records[recordKey{key.Zone, key.Owner}]; live != nil && live.switches[key.Endpoint] != nil {
		live.switches[key.Endpoint].Store(setting)
	}
}

// longestWait bounds the timer of expiries, so that a clock that was set is noticed.
const longestWait = time.Minute

// untilExpiry is how long until the next override expires, at most longestWait.
func (c *Control) untilExpiry() time.Duration {
	wait := longestWait
	for _, o := range c.State().Overrides {
		if !o.Expires.IsZero() {
			wait = min(wait, o.Expires.Sub(c.opts.Now()))
		}
	}
	return max(wait, time.Millisecond)
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
	if r.err != nil {
		c.opts.Logger.Error("ending expired overrides", "error", r.err)
	}
}
