package control

// Start: the state is read from the store. Static records, of which there may be millions,
// are decoded by several goroutines and built into zones whole (loadzones.go); all else
// takes the same plan that a change takes. Records whose class tables aren't at hand come
// later (complete.go): what was committed was valid, but the geo data may be others by now.

import (
	"context"
	"fmt"
	"strings"

	"meridian/store"
	"meridian/view"
)

// load makes the first state from all that the store has.
func (c *Control) load(ctx context.Context) error {
	snap, err := c.opts.Store.Snapshot(0)
	if err != nil {
		return fmt.Errorf("reading the store: %w", err)
	}
	defer snap.Close()
	static, change, err := readAll(ctx, snap)
	if err != nil {
		return err
	}
	first := &State{View: new(view.View).With(0, static, nil)}
	p := newPlan(first, change, c.opts.Now())
	tables := c.tablesAtHand(p)
	if err := c.tables.loaded(len(p.compile) > 0); err != nil {
		return err
	}
	p.provisional(snap.Revision())
	c.state.Store(first)
	c.publish(c.compile([]*request{{ctx: ctx, plan: p, tables: tables}}))
	return nil
}

// readAll reads the zones with their static records, and all else as a change.
func readAll(ctx context.Context, snap store.Snapshot) ([]*view.Zone, *Change, error) {
	change := &Change{loaded: true}
	loader := newZoneLoader(ctx)
	for key, value := range snap.Range("") {
		var err error
		if strings.HasPrefix(key, "rrset/") {
			err = loader.add(key, value)
		} else if name, ok := strings.CutPrefix(key, "zone/"); ok {
			err = loader.zone(name, value)
		} else {
			err = change.add(key, value)
		}
		if err != nil {
			loader.wait()
			return nil, nil, err
		}
	}
	static, err := loader.zones()
	if err == nil {
		err = snap.Err()
	}
	if err != nil {
		return nil, nil, fmt.Errorf("reading the store: %w", err)
	}
	return static, change, nil
}
