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
	// Changes and revisions are only ever appended. Two runs fill a page.
	c.keys.FillPercent = 1
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
	changes := packer{size: maxRun}
	for len(writes) > 0 {
		at := c.around(writes[0].Key)
		n := len(writes)
		if at.end != "" {
			n, _ = slices.BinarySearchFunc(writes, at.end, func(w Write, key string) int { return strings.Compare(w.Key, key) })
		}
		if err := c.merge(at, writes[:n], &changes, &changed); err != nil {
			return 0, err
		}
		writes = writes[n:]
	}
	if err := putRuns(c.changes, revisionKey(revision), &changes); err != nil {
		return 0, err
	}
	return changed, nil
}

// stretch is what one run holds of all keys there may be.
type stretch struct {
	base, octets []byte // of the run; nil where there is none at all
	end          string // the next run's base; "" for none
}

// around finds the run that has a key, or would have it. What lies before the first run
// is the first run's.
func (c *commit) around(key string) stretch {
	cursor := c.keys.Cursor()
	base, octets := cursor.Seek([]byte(key))
	if string(base) != key {
		// Prev says nil at a page that this transaction has emptied, too.
		first, _ := c.keys.Cursor().First()
		switch {
		case base == nil:
			base, octets = cursor.Last()
		case first == nil || string(first) > key:
			base, octets = cursor.First()
		default:
			for base, octets = cursor.Prev(); base == nil; base, octets = cursor.Prev() {
			}
		}
	}
	if base == nil {
		return stretch{}
	}
	end, _ := cursor.Next()
	return stretch{bytes.Clone(base), octets, string(end)}
}

// merge makes the run of a stretch anew with writes that fall into it, where any of them
// changes something, and adds these to changes.
func (c *commit) merge(at stretch, writes []Write, changes *packer, changed *int) error {
	p := packer{size: sizeOfRuns(len(at.octets), writes)}
	if at.base != nil && string(at.base) <= writes[0].Key {
		p.base = at.base
	}
	var old run
	old.open(at.base, at.octets)
	more, before := old.next(), *changed
	var room []byte
	for _, w := range writes {
		room = append(room[:0], w.Key...)
		for more && bytes.Compare(old.key, room) < 0 {
			p.add(old.key, old.value)
			more = old.next()
		}
		var was []byte
		if more && bytes.Equal(old.key, room) {
			was = old.value
			more = old.next()
		}
		if w.Value != nil {
			p.add(room, w.Value)
		}
		if (was == nil) != (w.Value == nil) || !bytes.Equal(was, w.Value) {
			changes.add(room, encodeBefore(was))
			*changed++
		}
	}
	if *changed == before {
		return nil
	}
	for ; more; more = old.next() {
		p.add(old.key, old.value)
	}
	if at.base != nil && (p.base == nil || len(p.made) == 0) {
		if err := c.keys.Delete(at.base); err != nil {
			return err
		}
	}
	return putRuns(c.keys, nil, &p)
}

// sizeOfRuns is the size that runs are to have in which old octets and writes find room:
// as long as may be, but of equal length where they are few.
func sizeOfRuns(old int, writes []Write) int {
	total := old
	for _, w := range writes {
		total += len(w.Key) + len(w.Value)
	}
	pieces := (total-1)/maxRun + 1
	return min(maxRun, total/pieces+maxRun/8)
}

// putRuns puts a packer's runs into a bucket, with a prefix before their bases.
func putRuns(bucket *bbolt.Bucket, prefix []byte, p *packer) error {
	p.close()
	for _, r := range p.made {
		key := append(prefix[:len(prefix):len(prefix)], r.base...)
		if err := bucket.Put(key, r.octets); err != nil {
			return fmt.Errorf("key %q: %w", r.base, err)
		}
	}
	return nil
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
