package store

// Conflicts: whether a key that a change-set read or wrote has changed since its base.

import (
	"bytes"
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
	cursor := c.changes.Cursor()
	for revision := set.Base + 1; revision <= c.head; revision++ {
		key, found := firstChanged(cursor, revision, prefixes)
		if !found {
			for key = range commonKeys(cursor, revision, keys) {
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
func firstChanged(cursor *bbolt.Cursor, revision uint64, prefixes []string) (key string, found bool) {
	for _, prefix := range prefixes {
		start := append(revisionKey(revision), prefix...)
		if k, _ := cursor.Seek(start); bytes.HasPrefix(k, start) {
			return string(k[8:]), true
		}
	}
	return "", false
}

// commonKeys yields those of the sorted keys that revision changed, with what they
// were before. Both sides leap to the other's next key, so it takes about as many
// steps as the smaller one has keys: a small change against an import of a million
// is cheap, and so is an import against many small changes.
func commonKeys(cursor *bbolt.Cursor, revision uint64, keys []string) func(yield func(string, []byte) bool) {
	return func(yield func(string, []byte) bool) {
		prefix := revisionKey(revision)
		seek := func(key string) ([]byte, []byte) { return cursor.Seek(append(prefix[:8:8], key...)) }
		if len(keys) == 0 {
			return
		}
		k, v := seek(keys[0])
		for len(keys) > 0 && bytes.HasPrefix(k, prefix) {
			changed := string(k[8:])
			switch {
			case changed == keys[0]:
				if !yield(changed, decodeBefore(v)) {
					return
				}
				keys = keys[1:]
				k, v = cursor.Next()
			case changed < keys[0]:
				k, v = seek(keys[0])
			default:
				i, _ := slices.BinarySearch(keys, changed)
				keys = keys[i:]
			}
		}
	}
}
