package control

import (
	"context"

	"meridian/steering"
)

// Complete is the rest of a start without Run, which may also end overrides. Changes are
// committed each time that it comes to the writer, before it has its turn. It returns how
// often it came.
func (c *Control) Complete(ctx context.Context, changes ...Change) (turns int) {
	go c.complete(ctx)
	for ; ; turns++ {
		select {
		case r := <-c.requests:
			batch := []*request{r}
			if turns < len(changes) {
				p, tables, err := c.prepare(&changes[turns])
				if err != nil {
					panic(err)
				}
				batch = append(batch, &request{ctx: ctx, plan: p, tables: tables, done: make(chan struct{})})
			}
			c.commit(ctx, batch)
		case <-c.ready:
			return turns
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
