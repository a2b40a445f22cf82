package store

// History: the list of revisions, what each changed, and those that come.

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"go.etcd.io/bbolt"
)

// chunk is how many revisions are read in one transaction, so that a reader who takes
// its time with each holds none open.
const chunk = 256

// Revisions yields revisions from the newest to the oldest kept.
func (b *Bolt) Revisions(ctx context.Context) iter.Seq2[Revision, error] {
	return func(yield func(Revision, error) bool) {
		for next := b.Head(); next > 0; {
			if err := ctx.Err(); err != nil {
				yield(Revision{}, err)
				return
			}
			revisions, err := b.revisionsDown(next)
			if err != nil {
				yield(Revision{}, fmt.Errorf("reading revisions: %w", err))
				return
			}
			for _, r := range revisions {
				if !yield(r, nil) {
					return
				}
				next = r.Number - 1
			}
			if len(revisions) < chunk {
				return
			}
		}
	}
}

// revisionsDown reads at most chunk revisions downwards from one.
func (b *Bolt) revisionsDown(from uint64) (revisions []Revision, err error) {
	err = b.view(func(tx *bbolt.Tx) error {
		cursor := tx.Bucket(revisionsBucket).Cursor()
		for k, v := cursor.Seek(revisionKey(from)); k != nil && len(revisions) < chunk; k, v = cursor.Prev() {
			r, err := parseHeader(k, v)
			if err != nil {
				return err
			}
			if r.Number <= from { // all kept ones may be newer by now
				revisions = append(revisions, r)
			}
		}
		return nil
	})
	return revisions, err
}

// revisionsUp reads at most chunk revisions after one, which must be those that
// follow it.
func (b *Bolt) revisionsUp(after uint64) (revisions []Revision, err error) {
	err = b.view(func(tx *bbolt.Tx) error {
		if head := lastRevision(tx); after > head {
			return fmt.Errorf("revision %d: %w: the newest is %d", after, ErrNoRevision, head)
		}
		if oldest := firstRevision(tx); after+1 < oldest {
			return fmt.Errorf("revision %d: %w: the oldest is %d", after+1, ErrCompacted, oldest)
		}
		cursor := tx.Bucket(revisionsBucket).Cursor()
		for k, v := cursor.Seek(revisionKey(after + 1)); k != nil && len(revisions) < chunk; k, v = cursor.Next() {
			r, err := parseHeader(k, v)
			if err != nil {
				return err
			}
			revisions = append(revisions, r)
		}
		return nil
	})
	return revisions, err
}

// Watch yields the revisions after one and then those that come. It has no goroutine
// of its own: between revisions the caller's waits.
func (b *Bolt) Watch(ctx context.Context, after uint64) iter.Seq2[Revision, error] {
	return func(yield func(Revision, error) bool) {
		for ctx.Err() == nil {
			changed, closed := b.whenChanged() // before reading, so that nothing slips between
			if closed {
				yield(Revision{}, fmt.Errorf("watching the store: %w", ErrClosed))
				return
			}
			revisions, err := b.revisionsUp(after)
			if err != nil {
				yield(Revision{}, fmt.Errorf("watching the store: %w", err))
				return
			}
			for _, r := range revisions {
				if ctx.Err() != nil || !yield(r, nil) {
					return
				}
				after = r.Number
			}
			if len(revisions) > 0 {
				continue
			}
			select {
			case <-changed:
			case <-ctx.Done():
			}
		}
	}
}

func (b *Bolt) whenChanged() (changed <-chan struct{}, closed bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.changed, b.closed
}

// Diff returns what one revision changed, ordered by key.
func (b *Bolt) Diff(revision uint64) ([]Change, error) {
	var changes []Change
	err := b.view(func(tx *bbolt.Tx) error {
		if err := checkKept(tx, revision); err != nil || revision == 0 {
			return err
		}
		changes = changesOf(tx, revision)
		fillAfter(tx, revision, changes)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading what revision %d changed: %w", revision, err)
	}
	return changes, nil
}

// changesOf reads a revision's changes without what came after.
func changesOf(tx *bbolt.Tx, revision uint64) []Change {
	var changes []Change
	at := readRuns(tx.Bucket(changesBucket), revisionKey(revision))
	for more := at.seek(""); more; more = at.next() {
		changes = append(changes, Change{Key: string(at.key), Before: clone(decodeBefore(at.value))})
	}
	return changes
}

// fillAfter finds what each key was after revision: what it was before the next
// revision that changed it, or what it is now.
func fillAfter(tx *bbolt.Tx, revision uint64, changes []Change) {
	keys, found := make([]string, len(changes)), make([]bool, len(changes))
	for i, c := range changes {
		keys[i] = c.Key
	}
	later := tx.Bucket(changesBucket)
	for next := revision + 1; next <= lastRevision(tx); next++ {
		for key, before := range commonKeys(later, next, keys) {
			if i, _ := slices.BinarySearch(keys, key); !found[i] {
				changes[i].After, found[i] = clone(before), true
			}
		}
	}
	present := readRuns(tx.Bucket(keysBucket), nil)
	for i, key := range keys {
		if !found[i] && present.seek(key) && string(present.key) == key {
			changes[i].After = clone(present.value)
		}
	}
}
