package control

// What writes change: each compared with what the store has, and with what earlier
// changes of the same batch will have written.

import (
	"fmt"

	"meridian/store"
)

// differ compares writes with the store as of one moment.
type differ struct {
	snap    store.Snapshot
	written map[string][]byte
}

func (c *Control) newDiffer() (*differ, error) {
	snap, err := c.opts.Store.Snapshot(0)
	if err != nil {
		return nil, fmt.Errorf("reading the store: %w", err)
	}
	return &differ{snap, map[string][]byte{}}, nil
}

func (d *differ) close() { d.snap.Close() }

// diff returns the writes that differ from what was there, and takes them as written.
func (d *differ) diff(writes []store.Write) ([]store.Change, error) {
	var diff []store.Change
	for _, w := range writes {
		before, ok := d.written[w.Key]
		if !ok {
			var err error
			if before, err = d.snap.Get(w.Key); err != nil {
				return nil, fmt.Errorf("reading %s from the store: %w", w.Key, err)
			}
		}
		if string(before) == string(w.Value) && (before == nil) == (w.Value == nil) {
			continue
		}
		d.written[w.Key] = w.Value
		diff = append(diff, store.Change{Key: w.Key, Before: before, After: w.Value})
	}
	return diff, nil
}
