package store

import (
	"errors"

	"go.etcd.io/bbolt"
)

// CheckFile has bbolt look at every page of the file.
func (b *Bolt) CheckFile() error {
	return b.db.View(func(tx *bbolt.Tx) error {
		var all []error
		for err := range tx.Check() {
			all = append(all, err)
		}
		return errors.Join(all...)
	})
}

// RunsLeft is how many runs of changes the file holds, those of dropped revisions included.
func (b *Bolt) RunsLeft() (n int) {
	b.db.View(func(tx *bbolt.Tx) error {
		n = tx.Bucket(changesBucket).Stats().KeyN
		return nil
	})
	return n
}

// SetMeta overwrites a setting of the file's own.
func (b *Bolt) SetMeta(key, value string) error {
	return b.db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(metaBucket).Put([]byte(key), []byte(value)) })
}
