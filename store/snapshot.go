package store

// A snapshot: the present, seen through what the later revisions replaced.

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"go.etcd.io/bbolt"
)

// snapshot reads one transaction of bbolt's.
type snapshot struct {
	tx       *bbolt.Tx // nil when closed
	keys     *bbolt.Bucket
	at       *runs // where Get was last
	revision uint64
	// replaced has the keys that later revisions changed, with what they were before
	// the first of them (nil: absent). Its values lie in the transaction's memory.
	replaced map[string][]byte
	order    []string // replaced's keys, sorted; made by the first Range
	err      error
}

// Snapshot returns the store as of a revision; 0 is the head. Its memory and the time
// to make it are those of the later revisions' changes.
func (b *Bolt) Snapshot(revision uint64) (Snapshot, error) {
	var tx *bbolt.Tx
	err := guard(func() (err error) {
		tx, err = b.db.Begin(false)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the store: %w", err)
	}
	s := &snapshot{tx: tx}
	err = guard(func() error {
		s.keys = tx.Bucket(keysBucket)
		s.at = readRuns(s.keys, nil)
		return s.goBack(revision)
	})
	if err != nil {
		tx.Rollback()
		return nil, fmt.Errorf("reading the store as of revision %d: %w", revision, err)
	}
	return s, nil
}

// goBack makes s the store as of a revision.
func (s *snapshot) goBack(revision uint64) error {
	head := lastRevision(s.tx)
	if revision == 0 {
		revision = head
	}
	s.revision = revision
	if err := checkKept(s.tx, revision); err != nil || revision == head {
		return err
	}
	s.replaced = map[string][]byte{}
	for later := revision + 1; later <= head; later++ {
		at := readRuns(s.tx.Bucket(changesBucket), revisionKey(later))
		for more := at.seek(""); more; more = at.next() {
			if _, older := s.replaced[string(at.key)]; !older {
				s.replaced[string(at.key)] = decodeBefore(at.value)
			}
		}
	}
	return nil
}

// checkKept says whether a revision can still be looked at. Revision 0 can in the
// empty store alone.
func checkKept(tx *bbolt.Tx, revision uint64) error {
	oldest, head := firstRevision(tx), lastRevision(tx)
	switch {
	case revision > head:
		return fmt.Errorf("%w: the newest is %d", ErrNoRevision, head)
	case revision < oldest:
		return fmt.Errorf("%w: the oldest is %d", ErrCompacted, oldest)
	}
	return nil
}

func (s *snapshot) Revision() uint64 { return s.revision }

// Changed yields what goBack found.
func (s *snapshot) Changed() iter.Seq[string] { return maps.Keys(s.replaced) }

func (s *snapshot) Get(key string) ([]byte, error) {
	if s.tx == nil {
		return nil, errSnapshotClosed
	}
	if before, ok := s.replaced[key]; ok {
		return clone(before), nil
	}
	var value []byte
	err := guard(func() error {
		if s.at.seek(key) && string(s.at.key) == key {
			value = clone(s.at.value)
		}
		return nil
	})
	return value, err
}

var errSnapshotClosed = fmt.Errorf("reading a snapshot that was closed: %w", ErrClosed)

// Range merges two sorted sequences: the present keys, without the replaced ones, and
// the replaced ones that were there.
func (s *snapshot) Range(prefix string) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		if s.err = nil; s.tx == nil {
			s.err = errSnapshotClosed
			return
		}
		if s.order == nil {
			s.order = slices.Sorted(maps.Keys(s.replaced))
		}
		i, _ := slices.BinarySearch(s.order, prefix)
		past := s.order[i:]
		// upTo yields the past's keys before a key of the present.
		upTo := func(limit string, all bool) bool {
			for ; len(past) > 0 && strings.HasPrefix(past[0], prefix) && (all || past[0] < limit); past = past[1:] {
				if before := s.replaced[past[0]]; before != nil && !yield(past[0], clone(before)) {
					return false
				}
			}
			return true
		}
		for key, value := range s.present(prefix) {
			if !upTo(key, false) {
				return
			}
			if _, ok := s.replaced[key]; !ok && !yield(key, value) {
				return
			}
		}
		if s.err == nil {
			upTo("", true)
		}
	}
}

// present yields the keys of the head. They are read some at a time, into memory that
// these share; reading is guarded by itself, so that a panic of the loop's body is not
// taken for a damaged file.
func (s *snapshot) present(prefix string) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		r := reading{prefix: prefix}
		for !r.ended {
			s.err = guard(func() error {
				if s.tx == nil {
					return errSnapshotClosed
				}
				r.some(s.keys)
				return nil
			})
			if s.err != nil {
				return
			}
			keys := string(r.keys)
			for _, at := range r.places {
				value := r.values[at.value : at.value+at.valueLen : at.value+at.valueLen]
				if !yield(keys[at.key:at.key+at.keyLen], value) {
					return
				}
				if s.tx == nil {
					s.err = errSnapshotClosed
					return
				}
			}
		}
	}
}

// atOnce is about how much is read at a time, in octets.
const atOnce = 32 << 10

// reading is a range of keys while it is read.
type reading struct {
	prefix string
	at     *runs
	ended  bool
	keys   []byte
	values []byte // its memory goes to who reads
	places []place
}

// place is where a key and its value are in a reading.
type place struct{ key, keyLen, value, valueLen int }

// some reads the next keys.
func (r *reading) some(bucket *bbolt.Bucket) {
	r.keys, r.values, r.places = r.keys[:0], make([]byte, 0, len(r.values)), r.places[:0]
	for len(r.keys)+len(r.values) < atOnce {
		var more bool
		if r.at == nil {
			r.at = readRuns(bucket, nil)
			more = r.at.seek(r.prefix)
		} else {
			more = r.at.next()
		}
		if r.ended = !more || !hasPrefix(r.at.key, r.prefix); r.ended {
			return
		}
		k, v := r.at.key, r.at.value
		r.places = append(r.places, place{len(r.keys), len(k), len(r.values), len(v)})
		r.keys, r.values = append(r.keys, k...), append(r.values, v...)
	}
}

func (s *snapshot) Err() error { return s.err }

// Close lets go of the transaction. Closing twice is harmless.
func (s *snapshot) Close() error {
	if s.tx == nil {
		return nil
	}
	tx := s.tx
	s.tx = nil
	return tx.Rollback()
}
