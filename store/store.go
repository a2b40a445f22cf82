// Package store keeps what was configured: keys and values, changed by revisions.
//
// A Store is a map from keys to values with a history. A change-set is committed
// whole, as one revision, durable before Commit returns; nothing is ever half
// visible. The store knows nothing of what the values mean.
//
//   - Store: the interface; Open gives the embedded one (one bbolt file).
//   - ChangeSet: what to write, by whom and why, and on which revision it rests.
//   - Revision: one committed change-set.
//   - Verdicts lie beside the revisions and are none.
//
// A Store may be used by any number of goroutines.
package store

import (
	"context"
	"errors"
	"iter"
	"time"
)

// Errors that callers decide by.
var (
	// ErrConflict is returned when a key that the change-set read or wrote has
	// changed since its base revision.
	ErrConflict = errors.New("the configuration has changed since the revision that the change rests on")
	// ErrCompacted is returned when a revision is asked for that is kept no longer.
	ErrCompacted = errors.New("that revision is kept no longer")
	// ErrNoRevision is returned when a revision is asked for that does not exist yet.
	ErrNoRevision = errors.New("there is no such revision")
	// ErrSkipped is returned for a change-set behind one that was refused.
	ErrSkipped = errors.New("a change before this one was refused")
	// ErrNoChange is returned when every write of a change-set is of the value that
	// is there already; no revision is made of it.
	ErrNoChange = errors.New("the change changes nothing")
	// ErrClosed is returned when the store was closed.
	ErrClosed = errors.New("the store is closed")
)

// Write is one key's new value; a nil Value deletes the key.
type Write struct {
	Key   string
	Value []byte
}

// ChangeSet is what is committed as one revision.
type ChangeSet struct {
	Author  string
	Message string
	// Base is the revision that the change-set was made on (0: the empty store).
	Base uint64
	// Reads are keys that were looked at and not written. A read of a whole prefix
	// is a key that ends in "*".
	Reads  []string
	Writes []Write
}

// Revision says who changed what and when.
type Revision struct {
	Number  uint64    `json:"revision"` // from 1, without gaps
	Author  string    `json:"author"`
	Message string    `json:"message"`
	Time    time.Time `json:"time"`
	Changes int       `json:"changes"` // how many keys
}

// Change is one key's part in a revision: nil Before is "made", nil After "deleted".
type Change struct {
	Key           string
	Before, After []byte
}

// Snapshot is the store as of one revision, which does not change under its reader.
// Close it soon: the embedded store can't reuse pages while one is open. One
// goroutine at a time may use it.
type Snapshot interface {
	Revision() uint64
	// Get returns nil where there is no such key. The value may be kept and must not be changed.
	Get(key string) ([]byte, error)
	// Range yields the keys that begin with prefix, in order.
	Range(prefix string) iter.Seq2[string, []byte]
	// Err is what ended the last Range early.
	Err() error
	// Changed yields the keys that later revisions changed, in no order.
	Changed() iter.Seq[string]
	Close() error
}

// Store keeps revisions.
type Store interface {
	// Commit commits each change-set as a revision of its own, all in one durable
	// write. Results are by position. The first that is refused ends the batch, since
	// those behind it were made on it: they are ErrSkipped. A change-set that conflicts
	// is ErrConflict. Writes of the value that is there already are dropped; one that has
	// no others is ErrNoChange. A failure of the store itself is the one error, and then
	// nothing was committed.
	Commit(ctx context.Context, sets []ChangeSet) ([]CommitResult, error)
	// Head is the newest revision's number, 0 for an empty store.
	Head() uint64
	// Snapshot returns the store as of a revision; 0 is the head.
	Snapshot(revision uint64) (Snapshot, error)
	// Revisions yields revisions from the newest to the oldest kept.
	Revisions(ctx context.Context) iter.Seq2[Revision, error]
	// Diff returns what one revision changed, ordered by key. Values may be kept and
	// must not be changed.
	Diff(revision uint64) ([]Change, error)
	// Watch yields the revisions after one, those there are and then those that come,
	// until ctx ends. It ends with ErrCompacted where a revision was dropped before it
	// could be yielded (start again from a snapshot), with ErrClosed when the store is
	// closed, and with ErrNoRevision where "after" does not exist yet.
	Watch(ctx context.Context, after uint64) iter.Seq2[Revision, error]

	// PutVerdicts keeps verdicts (by target; nil removes), Verdicts returns all of them.
	PutVerdicts(ctx context.Context, verdicts map[string][]byte) error
	Verdicts(ctx context.Context) (map[string][]byte, error)
	Close() error
}

// CommitResult is what became of one change-set.
type CommitResult struct {
	Revision Revision
	Err      error
}
