package store

// The embedded store: one bbolt file.
//
//	bucket     key             value
//	meta       application     "meridian"          whose file this is
//	           format          "2"                 how to read it
//	keys       KEY             run of VALUE        the present, in runs of keys (run.go)
//	changes    REVISION KEY    run of 0 | 1 BEFORE what each key was before REVISION: absent, or BEFORE
//	revisions  REVISION        header, as JSON     author, message, time, number of keys
//	verdicts   TARGET          VERDICT
//
// REVISION is 8 octets, big-endian, so that bbolt's order is the revisions'. What a
// key was after a revision is nowhere written: it is what the key was before the next
// revision that changed it, or else the present. So a value is written twice only
// when it is replaced.

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
	bberrors "go.etcd.io/bbolt/errors"
)

var (
	metaBucket      = []byte("meta")
	keysBucket      = []byte("keys")
	changesBucket   = []byte("changes")
	revisionsBucket = []byte("revisions")
	verdictsBucket  = []byte("verdicts")
)

// Defaults of Options.
const (
	DefaultKeepRevisions = 10_000
	DefaultKeepFor       = 90 * 24 * time.Hour
	defaultLockTimeout   = time.Second
)

// Options are the embedded store's settings; the zero value has the defaults.
type Options struct {
	Now           func() time.Time // default time.Now
	KeepRevisions int              // the newest so many revisions are kept; default 10,000
	KeepFor       time.Duration    // and none that is older; default 90 days
	LockTimeout   time.Duration    // how long to wait for another process to let go; default 1s
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.KeepRevisions <= 0 {
		o.KeepRevisions = DefaultKeepRevisions
	}
	if o.KeepFor <= 0 {
		o.KeepFor = DefaultKeepFor
	}
	if o.LockTimeout <= 0 {
		o.LockTimeout = defaultLockTimeout
	}
	return o
}

// Bolt is a Store in one bbolt file. It may be used by any number of goroutines;
// only Open makes one.
type Bolt struct {
	path string
	opts Options
	db   *bbolt.DB
	head atomic.Uint64

	mu sync.Mutex // guards changed and closed
	// changed is closed when a revision was committed or the store was closed; then
	// another one takes its place.
	changed chan struct{}
	closed  bool
}

var _ Store = (*Bolt)(nil)

// Head is the newest revision's number.
func (b *Bolt) Head() uint64 { return b.head.Load() }

// Path is the file that the store lies in.
func (b *Bolt) Path() string { return b.path }

// Size is the file's size in bytes.
func (b *Bolt) Size() (int64, error) {
	info, err := os.Stat(b.path)
	if err != nil {
		return 0, fmt.Errorf("looking at the store's size: %w", err)
	}
	return info.Size(), nil
}

// Close waits for commits under way and for open snapshots, and lets go of the file.
// Watches end with ErrClosed. Closing twice is harmless.
func (b *Bolt) Close() error {
	b.mu.Lock()
	if !b.closed {
		b.closed = true
		close(b.changed)
	}
	b.mu.Unlock()
	if err := b.db.Close(); err != nil {
		return fmt.Errorf("closing the store %s: %w", b.path, err)
	}
	return nil
}

// PutVerdicts keeps verdicts, durably.
func (b *Bolt) PutVerdicts(ctx context.Context, verdicts map[string][]byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := b.update(func(tx *bbolt.Tx) error {
		bucket := tx.Bucket(verdictsBucket)
		for target, verdict := range verdicts {
			if verdict == nil {
				if err := bucket.Delete([]byte(target)); err != nil {
					return err
				}
			} else if err := bucket.Put([]byte(target), verdict); err != nil {
				return fmt.Errorf("target %q: %w", target, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keeping verdicts: %w", err)
	}
	return nil
}

// Verdicts returns all verdicts.
func (b *Bolt) Verdicts(ctx context.Context) (map[string][]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	verdicts := map[string][]byte{}
	err := b.view(func(tx *bbolt.Tx) error {
		return tx.Bucket(verdictsBucket).ForEach(func(k, v []byte) error {
			verdicts[string(k)] = clone(v)
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("reading verdicts: %w", err)
	}
	return verdicts, nil
}

// view and update run f in a transaction. bbolt panics on pages that make no sense,
// which a bad disk can bring about at any time: that must not end the server, which
// needs no store to go on answering.
func (b *Bolt) view(f func(*bbolt.Tx) error) error {
	return guard(func() error { return b.db.View(f) })
}

func (b *Bolt) update(f func(*bbolt.Tx) error) error {
	return guard(func() error { return b.db.Update(f) })
}

func guard(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the store's file is damaged: %v", p)
		}
	}()
	err = f()
	if errors.Is(err, bberrors.ErrDatabaseNotOpen) {
		return ErrClosed
	}
	return err
}

// revisionKey is a revision's key in its bucket and the start of its changes' keys.
func revisionKey(revision uint64) []byte {
	return binary.BigEndian.AppendUint64(nil, revision)
}

func parseHeader(k, v []byte) (Revision, error) {
	var r Revision
	if len(k) != 8 {
		return r, fmt.Errorf("the store's file is damaged: a revision's key has %d octets", len(k))
	}
	if err := json.Unmarshal(v, &r); err != nil {
		return r, fmt.Errorf("the store's file is damaged: revision %d: %w", binary.BigEndian.Uint64(k), err)
	}
	r.Number = binary.BigEndian.Uint64(k)
	return r, nil
}

// firstRevision and lastRevision are the oldest revision kept and the newest; 0
// where there is none.
func firstRevision(tx *bbolt.Tx) uint64 {
	k, _ := tx.Bucket(revisionsBucket).Cursor().First()
	return revisionOf(k)
}

func lastRevision(tx *bbolt.Tx) uint64 {
	k, _ := tx.Bucket(revisionsBucket).Cursor().Last()
	return revisionOf(k)
}

// revisionOf is the revision that a key of changes or revisions begins with.
func revisionOf(k []byte) uint64 {
	if len(k) < 8 {
		return 0
	}
	return binary.BigEndian.Uint64(k)
}

// clone copies a value out of bbolt's memory; an empty value stays distinct from nil.
func clone(v []byte) []byte {
	if v == nil {
		return nil
	}
	return append(make([]byte, 0, len(v)), v...)
}
