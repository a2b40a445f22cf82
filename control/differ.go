package control

// What writes change: each compared with what the store has, and with what earlier
// changes of the same batch will have written.

import (
	"fmt"
	"slices"
	"strings"

	"meridian/store"
)

// differ compares writes with the store as of one moment.
type differ struct {
	snap    store.Snapshot
	written [][]store.Change // by the batch's earlier changes, each sorted by key
}

func (c *Control) newDiffer() (*differ, error) {
	snap, err := c.opts.Store.Snapshot(0)
	if err != nil {
		return nil, fmt.Errorf("reading the store: %w", err)
	}
	return &differ{snap: snap}, nil
}

func (d *differ) close() { d.snap.Close() }

// diff returns the writes that differ from what was there, and takes them as written.
// They are sorted by key.
func (d *differ) diff(writes []store.Write) ([]store.Change, error) {
	var diff []store.Change
	for _, w := range writes {
		before, err := d.before(w.Key)
		if err != nil {
			return nil, fmt.Errorf("reading %s from the store: %w", w.Key, err)
		}
		if string(before) == string(w.Value) && (before == nil) == (w.Value == nil) {
			continue
		}
		if diff == nil {
			diff = make([]store.Change, 0, len(writes))
		}
		diff = append(diff, store.Change{Key: w.Key, Before: before, After: w.Value})
	}
	if diff != nil {
		d.written = append(d.written, diff)
	}
	return diff, nil
}

// before is a key's value as the batch's earlier changes leave it.
func (d *differ) before(key string) ([]byte, error) {
	for _, diff := range slices.Backward(d.written) {
		i, found := slices.BinarySearchFunc(diff, key, func(c store.Change, key string) int { return strings.Compare(c.Key, key) })
		if found {
			return diff[i].After, nil
		}
	}
	return d.snap.Get(key)
}
