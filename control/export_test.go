package control

import (
	"context"

	"meridian/steering"
)

// Complete is the rest of a start without Run, which may also end overrides.
func (c *Control) Complete(ctx context.Context) {
	go c.complete(ctx)
	for {
		select {
		case r := <-c.requests:
			c.commit(ctx, []*request{r})
		case <-c.ready:
			return
		}
	}
}

// TablesRead and TablesProjected are how many class tables came from the cache, and how
// many didn't.
func (c *Control) TablesRead() int      { return c.tables.read }
func (c *Control) TablesProjected() int { return c.tables.projected }

// MaxKeptTables is how many files the cache keeps.
const MaxKeptTables = maxKeptTables

// Switches are the settings of all switches, by what they speak of.
// Nothing may be under way.
func (c *Control) Switches() map[OverrideKey]steering.Setting {
	all := map[OverrideKey]steering.Setting{}
	for name, live := range c.runtime.regions {
		all[OverrideKey{Region: name}] = live.operator.Load()
	}
	for z, n := range c.State().Steered() {
		for name := range n.Steered().Skeleton.Endpoints {
			all[OverrideKey{Zone: z.Name, Owner: n.Canonical(), Endpoint: name}] = n.Steered().Switches.Load(name)
		}
	}
	return all
}
