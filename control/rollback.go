package control

// History and rollback.

import (
	"context"
	"fmt"

	"meridian/store"
)

// Rollback makes the configuration what it was as of a revision, as a new revision.
// Overrides stay as they are, and serials go forward. dryRun only plans.
func (c *Control) Rollback(ctx context.Context, author, message string, revision uint64, dryRun bool) (Result, error) {
	change, err := c.changeBackTo(revision)
	if err != nil {
		return Result{}, err
	}
	change.Author, change.Message = author, message
	if change.Message == "" {
		change.Message = fmt.Sprintf("roll back to revision %d", revision)
	}
	if dryRun {
		return c.Plan(ctx, change)
	}
	return c.Commit(ctx, change)
}

// changeBackTo is the change from now to the configuration as of a revision.
func (c *Control) changeBackTo(revision uint64) (Change, error) {
	var change Change
	then, err := c.opts.Store.Snapshot(revision)
	if err != nil {
		return change, fmt.Errorf("reading revision %d: %w", revision, err)
	}
	defer then.Close()
	now, err := c.opts.Store.Snapshot(0)
	if err != nil {
		return change, fmt.Errorf("reading the store: %w", err)
	}
	defer now.Close()
	changed, err := c.changedSince(revision, now.Revision())
	if err != nil {
		return change, err
	}
	change.Base = now.Revision()
	for key := range changed {
		if isOverride(key) || key == appliedKey {
			continue
		}
		was, err := then.Get(key)
		if err != nil {
			return change, fmt.Errorf("reading revision %d: %w", revision, err)
		}
		is, err := now.Get(key)
		if err != nil {
			return change, fmt.Errorf("reading the store: %w", err)
		}
		if string(was) == string(is) && (was == nil) == (is == nil) {
			continue
		}
		if err := change.add(key, was); err != nil {
			return change, err
		}
	}
	return change, nil
}

// changedSince is the keys that changed after one revision, up to another.
func (c *Control) changedSince(after, last uint64) (map[string]bool, error) {
	keys := map[string]bool{}
	for rev := after + 1; rev <= last; rev++ {
		diff, err := c.opts.Store.Diff(rev)
		if err != nil {
			return nil, fmt.Errorf("reading revision %d: %w", rev, err)
		}
		for _, d := range diff {
			keys[d.Key] = true
		}
	}
	return keys, nil
}

// History is the store's revisions, for listing.
func (c *Control) History() store.Store { return c.opts.Store }
