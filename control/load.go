package control

// Start: the state is read from the store, by the same plan that a change takes.

import (
	"context"
	"fmt"

	"meridian/view"
)

// load makes the first state from all that the store has.
func (c *Control) load(ctx context.Context) error {
	snap, err := c.opts.Store.Snapshot(0)
	if err != nil {
		return fmt.Errorf("reading the store: %w", err)
	}
	defer snap.Close()
	change := Change{loaded: true}
	for key, value := range snap.Range("") {
		if err := change.add(key, value); err != nil {
			return err
		}
	}
	if err := snap.Err(); err != nil {
		return fmt.Errorf("reading the store: %w", err)
	}
	empty := &State{View: &view.View{}}
	p := newPlan(empty, &change, c.opts.Now())
	// What was committed was valid. But the geo data may be others by now, and a fence
	// meet clients that it never met: that record fails, and nothing else.
	tables, problems := c.tablesFor(p)
	for _, problem := range problems {
		c.opts.Logger.Error("a steered record can't be answered with these geo data", "problem", problem.String())
	}
	p.provisional(snap.Revision())
	c.state.Store(empty)
	c.publish(c.compile([]*request{{ctx: ctx, plan: p, tables: tables}}))
	return nil
}
