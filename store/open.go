package store

// Opening the embedded store's file: it is made whole or not at all, and a file that
// isn't ours, is newer or was cut off is refused before anything is written to it.

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"go.etcd.io/bbolt"
	bberrors "go.etcd.io/bbolt/errors"
)

const (
	application = "meridian"
	format      = 2 // of the buckets, as bolt.go draws them

	// growth is what the file grows by beyond what is needed, each time for one more
	// fsync. bbolt's 16 MiB would be most of a usual store.
	growth = 1 << 20
)

var (
	applicationKey = []byte("application")
	formatKey      = []byte("format")
)

// Open opens the store in the file at path and makes the file, and its folder, where
// there is none. A file that it refuses is left as it is. One process has a file
// open at a time.
func Open(path string, opts Options) (*Bolt, error) {
	opts = opts.withDefaults()
	if err := ensure(path); err != nil {
		return nil, fmt.Errorf("making the store %s: %w", path, err)
	}
	b, err := open(path, opts)
	if err != nil {
		return nil, fmt.Errorf("opening the store %s: %w", path, err)
	}
	return b, nil
}

func open(path string, opts Options) (*Bolt, error) {
	if err := checkMeta(path); err != nil {
		return nil, err
	}
	// Only for reading at first: bbolt may write to a file that it opens for writing.
	ro, err := openBolt(path, opts.LockTimeout, true)
	if err != nil {
		return nil, err
	}
	err = guard(func() error { return ro.View(checkOurs) })
	if closeErr := ro.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, err
	}
	db, err := openBolt(path, opts.LockTimeout, false)
	if err != nil {
		return nil, err
	}
	db.AllocSize = growth
	b := &Bolt{path: path, opts: opts, db: db, changed: make(chan struct{})}
	err = b.view(func(tx *bbolt.Tx) error {
		b.head.Store(lastRevision(tx))
		return checkOurs(tx)
	})
	if err != nil {
		db.Close()
		return nil, err
	}
	return b, nil
}

// openBolt opens a file that is there.
func openBolt(path string, lockTimeout time.Duration, readOnly bool) (db *bbolt.DB, err error) {
	err = guard(func() (err error) {
		db, err = bbolt.Open(path, 0o600, &bbolt.Options{
			Timeout:  lockTimeout,
			ReadOnly: readOnly,
			// A free list of a map takes the same time however long it is.
			FreelistType:    bbolt.FreelistMapType,
			InitialMmapSize: initialMapSize,
			NoStatistics:    true,
			OpenFile: func(name string, flag int, perm os.FileMode) (*os.File, error) {
				return os.OpenFile(name, flag&^os.O_CREATE, perm)
			},
		})
		return err
	})
	if errors.Is(err, bberrors.ErrTimeout) {
		dir := filepath.Dir(path)
		return nil, fmt.Errorf("another meridian runs on the folder %s: stop it, or give this one a folder of its own", dir)
	}
	return db, err
}

// ensure makes an empty store where there is none. The file gets its name only when
// it is whole and on disk, so that an empty or half-written file at path is never
// one of ours and a kill at any moment leaves nothing that looks like a store.
func ensure(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, filepath.Base(path)+".new-*")
	if err != nil {
		return err
	}
	temporary := f.Name()
	defer os.Remove(temporary)
	if err := f.Close(); err != nil {
		return err
	}
	if err := writeEmpty(temporary); err != nil {
		return err
	}
	// Link, unlike rename, replaces nothing: of two processes that come at once, one
	// makes the file and both open it.
	if err := os.Link(temporary, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(dir)
}

func writeEmpty(path string) error {
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		return err
	}
	defer db.Close()
	return db.Update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{keysBucket, changesBucket, revisionsBucket, verdictsBucket} {
			if _, err := tx.CreateBucket(name); err != nil {
				return err
			}
		}
		meta, err := tx.CreateBucket(metaBucket)
		if err != nil {
			return err
		}
		if err := meta.Put(applicationKey, []byte(application)); err != nil {
			return err
		}
		return meta.Put(formatKey, []byte(strconv.Itoa(format)))
	})
}

// checkOurs refuses a bbolt file of another program or of a newer meridian.
func checkOurs(tx *bbolt.Tx) error {
	meta := tx.Bucket(metaBucket)
	if meta == nil || string(meta.Get(applicationKey)) != application {
		return errors.New("this is another program's bbolt file: name another file, or move this one away")
	}
	text := string(meta.Get(formatKey))
	n, err := strconv.Atoi(text)
	switch {
	case err != nil || n < 1:
		return fmt.Errorf("the file is damaged: its format is %q: %s", text, restore)
	case n > format:
		return fmt.Errorf("the file has format %d and this meridian knows format %d: run a newer meridian; the file is left as it is", n, format)
	case n < format:
		return fmt.Errorf("the file has format %d and this meridian knows format %d: export its zones with the meridian that made it; the file is left as it is", n, format)
	}
	for _, name := range [][]byte{keysBucket, changesBucket, revisionsBucket, verdictsBucket} {
		if tx.Bucket(name) == nil {
			return fmt.Errorf("the file is damaged: it has no bucket %q: %s", name, restore)
		}
	}
	return nil
}
