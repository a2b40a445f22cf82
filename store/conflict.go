package store

// Conflicts: whether a key that a change-set read or wrote has changed since its base.

import (
	"fmt"
	"slices"
	"strings"

	"go.etcd.io/bbolt"
)

// conflict returns an ErrConflict that names the key and the revision which stand in
// the way of set, or nil. The writes are set's, sorted.
func (c *commit) conflict(set ChangeSet, writes []Write) error {
	switch {
	case set.Base > c.head:
		return fmt.Errorf("the change rests on revision %d and the newest is %d: %w", set.Base, c.head, ErrNoRevision)
	case set.Base == c.head:
		return nil
	case set.Base+1 < c.oldest: // revisions after the base are gone, and with them what they changed
		return fmt.Errorf("%w: revision %d is too long ago, the oldest that is kept is %d", ErrConflict, set.Base, c.oldest)
	}
	keys := make([]string, 0, len(writes)+len(set.Reads))
	var prefixes []string
	for _, w := range writes {
		keys = append(keys, w.Key)
	}
	for _, r := range set.Reads {
		if prefix, ok := strings.CutSuffix(r, "*"); ok {
			prefixes = append(prefixes, prefix)
		} else {
			keys = append(keys, r)
		}
	}
	if len(set.Reads) > 0 {
		slices.Sort(keys)
	}
	for revision := set.Base + 1; revision <= c.head; revision++ {
		key, found := firstChanged(c.changes, revision, prefixes)
		if !found {
			for key = range commonKeys(c.changes, revision, keys) {
				found = true
				break
			}
		}
		if found {
			return fmt.Errorf("%w: revision %d changed %q since revision %d", ErrConflict, revision, key, set.Base)
		}
	}
	return nil
}

// firstChanged finds a key with one of the prefixes among those that revision changed.
func firstChanged(changes *bbolt.Bucket, revision uint64, prefixes []string) (key string, found bool) {
	at := readRuns(changes, revisionKey(revision))
	for _, prefix := range prefixes {
		if at.seek(prefix) && hasPrefix(at.key, prefix) {
			return string(at.key), true
		}
	}
	return "", false
}

// commonKeys yields those of the sorted keys that revision changed, with what they
// were before. Both sides leap to the other's next key, so it takes about as many
// steps as the smaller one has keys: a small change against an import of a million
// is cheap, and so is an import against many small changes.
func commonKeys(changes *bbolt.Bucket, revision uint64, keys []string) func(yield func(string, []byte) bool) {
	return func(yield func(string, []byte) bool) {
		at := readRuns(changes, revisionKey(revision))
		for len(keys) > 0 && at.seek(keys[0]) {
			if string(at.key) == keys[0] {
				if !yield(keys[0], decodeBefore(at.value)) {
					return
				}
				keys = keys[1:]
			} else {
				i, _ := slices.BinarySearch(keys, string(at.key))
				keys = keys[i:]
			}
		}
	}
}
