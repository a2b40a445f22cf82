package store

// Committing change-sets: each is judged against those before it, all become durable
// in one transaction.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.etcd.io/bbolt"
)

// maxKeyLen leaves room for the revision before the key in the bucket of changes.
const maxKeyLen = bbolt.MaxKeySize - 8

// A change-set of this many writes is taken for a bulk load, whose sorted keys mostly
// follow each other: pages are then filled nearly whole instead of by half, which
// would leave room for neighbours that don't come.
const (
	bulkWrites      = 1000
	bulkFillPercent = 0.95
)

// Commit commits each change-set as a revision of its own, in one transaction.
func (b *Bolt) Commit(ctx context.Context, sets []ChangeSet) ([]CommitResult, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var results []CommitResult
	var head uint64
	err := b.update(func(tx *bbolt.Tx) error {
		if err := ctx.Err(); err != nil { // the wait for the file may have been long
			return err
		}
		c := newCommit(tx, b.opts.Now())
		results = make([]CommitResult, len(sets))
		for i, set := range sets {
			if i > 0 && results[i-1].Err != nil {
				results[i].Err = ErrSkipped
				continue
			}
			var err error
			if results[i], err = c.apply(set); err != nil {
				return err
			}
		}
		head = c.head
		if c.written == 0 {
			return errNothingWritten
		}
		return compact(tx, b.opts, c.now, c.written)
	})
	if errors.Is(err, errNothingWritten) {
		return results, nil
	}
	if err != nil {
		return nil, fmt.Errorf("committing to the store: %w", err)
	}
	b.announce(head)
	return results, nil
}

// errNothingWritten rolls a transaction back that has nothing to say, which saves
// its fsync.
var errNothingWritten = errors.New("nothing was written")

// announce makes a committed head known to Head and to those who watch. Commits may
// come here out of order.
func (b *Bolt) announce(head uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if head <= b.head.Load() || b.closed {
		return
	}
	b.head.Store(head)
	close(b.changed)
	b.changed = make(chan struct{})
}

// commit is one transaction in which change-sets are applied.
type commit struct {
	tx           *bbolt.Tx
	now          time.Time
	oldest, head uint64
	keys         *bbolt.Bucket
	changes      *bbolt.Bucket
	revisions    *bbolt.Bucket
	written      int // changes so far
}

func newCommit(tx *bbolt.Tx, now time.Time) *commit {
	c := &commit{
		tx: tx, now: now.UTC().Round(0),
		oldest: firstRevision(tx), head: lastRevision(tx),
		keys: tx.Bucket(keysBucket), changes: tx.Bucket(changesBucket), revisions: tx.Bucket(revisionsBucket),
	}
	// Changes and revisions are only ever appended.
	c.changes.FillPercent = 1
	c.revisions.FillPercent = 1
	return c
}

// apply makes set the next revision, or says in the result why not. An error is the
// store's own.
func (c *commit) apply(set ChangeSet) (CommitResult, error) {
	writes := set.Writes
	if !slices.IsSortedFunc(writes, compareWrites) {
		writes = slices.SortedFunc(slices.Values(writes), compareWrites)
	}
	if err := checkWrites(writes); err != nil {
		return CommitResult{Err: err}, nil
	}
	if err := c.conflict(set, writes); err != nil {
		return CommitResult{Err: err}, nil
	}
	if len(writes) >= bulkWrites {
		c.keys.FillPercent = bulkFillPercent
	}
	revision := c.head + 1
	changed, err := c.write(revision, writes)
	if err != nil {
		return CommitResult{}, err
	}
	if changed == 0 {
		return CommitResult{Err: ErrNoChange}, nil
	}
	header := Revision{Number: revision, Author: set.Author, Message: set.Message, Time: c.now, Changes: changed}
	value, err := json.Marshal(header)
	if err != nil {
		return CommitResult{}, err
	}
	if err := c.revisions.Put(revisionKey(revision), value); err != nil {
		return CommitResult{}, err
	}
	c.head = revision
	if c.oldest == 0 {
		c.oldest = revision
	}
	c.written += changed
	return CommitResult{Revision: header}, nil
}

// write puts those writes that change something, with what they replace, and returns
// how many they are. Nothing is written when it returns 0.
func (c *commit) write(revision uint64, writes []Write) (changed int, err error) {
	prefix := revisionKey(revision)
	for _, w := range writes {
		key := []byte(w.Key)
		before := c.keys.Get(key)
		if (before == nil) == (w.Value == nil) && bytes.Equal(before, w.Value) {
			continue
		}
		changeKey := append(prefix[:8:8], key...)
		if err := c.changes.Put(changeKey, encodeBefore(before)); err != nil {
			return 0, fmt.Errorf("key %q: %w", w.Key, err)
		}
		if w.Value == nil {
			err = c.keys.Delete(key)
		} else {
			err = c.keys.Put(key, w.Value)
		}
		if err != nil {
			return 0, fmt.Errorf("key %q: %w", w.Key, err)
		}
		changed++
	}
	return changed, nil
}

func compareWrites(a, b Write) int { return strings.Compare(a.Key, b.Key) }

// checkWrites refuses writes, sorted by key, that no revision can be made of.
func checkWrites(writes []Write) error {
	if len(writes) == 0 {
		return errors.New("the change-set has no writes")
	}
	for i, w := range writes {
		switch {
		case w.Key == "":
			return errors.New("the change-set writes an empty key")
		case len(w.Key) > maxKeyLen:
			return fmt.Errorf("the change-set writes a key of %d octets, more than %d: %.40q…", len(w.Key), maxKeyLen, w.Key)
		case i > 0 && w.Key == writes[i-1].Key:
			return fmt.Errorf("the change-set writes the key %q twice", w.Key)
		}
	}
	return nil
}

// encodeBefore and decodeBefore are the value in the bucket of changes.
func encodeBefore(before []byte) []byte {
	if before == nil {
		return []byte{0}
	}
	return append(append(make([]byte, 0, 1+len(before)), 1), before...)
}

func decodeBefore(v []byte) []byte {
	if len(v) == 0 || v[0] == 0 {
		return nil
	}
	return v[1:]
}
