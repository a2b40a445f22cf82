package control

// History and rollback.

import (
	"context"
	"fmt"
	"iter"

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
	change.Base = now.Revision()
	for key := range then.Changed() {
		if !isConfiguration(key) {
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

// History is the store's revisions, to be read.
type History interface {
	Head() uint64
	Snapshot(revision uint64) (store.Snapshot, error)
	Revisions(ctx context.Context) iter.Seq2[store.Revision, error]
	Diff(revision uint64) ([]store.Change, error)
	Watch(ctx context.Context, after uint64) iter.Seq2[store.Revision, error]
}

// History returns the revisions.
func (c *Control) History() History { return c.opts.Store }
