package store

// Compaction: old revisions are dropped a few at a time, as new ones are committed.

import (
	"encoding/binary"
	"fmt"
	"time"

	"go.etcd.io/bbolt"
)

// A commit drops at most so many revisions' headers, and so many runs of changes more
// than twice the changes that it makes itself: it never stalls behind an import of
// millions of keys that has grown old, and yet more goes than comes, so the file stays
// bounded.
const (
	dropRevisions = 100
	dropRuns      = 500
)

// compact drops revisions beyond the newest KeepRevisions or older than KeepFor. The
// newest always stays: its number is the head. A header goes before its changes do,
// so a revision is kept whole or not at all; changes left without one go next time.
func compact(tx *bbolt.Tx, opts Options, now time.Time, written int) error {
	if err := dropHeaders(tx, opts, now, dropRevisions+2*written); err != nil {
		return fmt.Errorf("dropping old revisions: %w", err)
	}
	if err := dropOrphans(tx, dropRuns+2*written); err != nil {
		return fmt.Errorf("dropping old revisions' changes: %w", err)
	}
	return nil
}

func dropHeaders(tx *bbolt.Tx, opts Options, now time.Time, limit int) error {
	bucket := tx.Bucket(revisionsBucket)
	head := lastRevision(tx)
	var old [][]byte
	cursor := bucket.Cursor()
	for k, v := cursor.First(); k != nil && len(old) < limit; k, v = cursor.Next() {
		header, err := parseHeader(k, v)
		if err != nil {
			return err
		}
		tooMany := header.Number+uint64(opts.KeepRevisions) <= head
		tooOld := now.Sub(header.Time) > opts.KeepFor
		if header.Number == head || !tooMany && !tooOld {
			break
		}
		old = append(old, clone(k))
	}
	return deleteAll(bucket, old)
}

// dropOrphans deletes runs of changes of revisions older than the oldest header.
func dropOrphans(tx *bbolt.Tx, limit int) error {
	bucket := tx.Bucket(changesBucket)
	oldest := firstRevision(tx)
	var old [][]byte
	cursor := bucket.Cursor()
	for k, _ := cursor.First(); k != nil && len(old) < limit; k, _ = cursor.Next() {
		if len(k) < 8 || binary.BigEndian.Uint64(k) >= oldest {
			break
		}
		old = append(old, clone(k))
	}
	return deleteAll(bucket, old)
}

// deleteAll deletes keys; a cursor would lose its place if it deleted as it goes.
func deleteAll(bucket *bbolt.Bucket, keys [][]byte) error {
	for _, k := range keys {
		if err := bucket.Delete(k); err != nil {
			return err
		}
	}
	return nil
}
