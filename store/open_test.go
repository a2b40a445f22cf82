package store_test

// Files that are refused, in what words, and that they are left as they are.

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"meridian/store"
)

// storeFile is a store of some pages.
func storeFile(t *testing.T, settings ...string) []byte {
	t.Helper()
	b := open(t, store.Options{})
	for i := range 50 {
		put(t, b, value(strings.Repeat("key", i+1), strings.Repeat("value", 50)))
	}
	for i := 0; i < len(settings); i += 2 {
		if err := b.SetMeta(settings[i], settings[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	b.Close()
	data, err := os.ReadFile(b.Path())
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func foreignFile(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "foreign.db")
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoFreelistSync: true}) // bbolt itself would rewrite this one
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("keys")); return err }); err != nil {
		t.Fatal(err)
	}
	db.Close()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestRefusedFiles(t *testing.T) {
	const restore = "restore it from a backup, or move it away to start with an empty store; it is left as it is"
	whole := storeFile(t)
	flipped := bytes.Clone(whole)
	flipped[20], flipped[os.Getpagesize()+20] = 99, 99 // both meta pages
	for _, test := range []struct {
		name string
		data []byte
		want string
	}{
		{"newer", storeFile(t, "format", "3"),
			"the file has format 3 and this meridian knows format 2: run a newer meridian; the file is left as it is"},
		{"older", storeFile(t, "format", "1"),
			"the file has format 1 and this meridian knows format 2: export its zones with the meridian that made it; the file is left as it is"},
		{"bad format", storeFile(t, "format", "x"), `the file is damaged: its format is "x": ` + restore},
		{"other application", storeFile(t, "application", "solstice"), "this is another program's bbolt file: name another file, or move this one away"},
		{"other program", foreignFile(t), "this is another program's bbolt file: name another file, or move this one away"},
		{"text", []byte("zones: {}\n"), "the file (10 bytes) is no store, or its beginning is damaged: " + restore},
		{"empty", nil, "the file (0 bytes) is no store, or its beginning is damaged: " + restore},
		{"zeros", make([]byte, 1<<20), "the file (N bytes) is no store, or its beginning is damaged: " + restore},
		{"meta pages damaged", flipped, "the file (N bytes) is no store, or its beginning is damaged: " + restore},
		{"cut to two pages", whole[:2*4096], "the file is cut off: it has 8192 bytes where at least N were written: " + restore},
		{"cut in the first page", whole[:100], "the file is cut off: it has 100 bytes where at least N were written: " + restore},
		{"cut", whole[:80000], "the file is cut off: it has 80000 bytes where at least N were written: " + restore},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "meridian.db")
			if err := os.WriteFile(path, test.data, 0o600); err != nil {
				t.Fatal(err)
			}
			b, err := store.Open(path, store.Options{})
			if err == nil {
				b.Close()
				t.Fatal("it is opened")
			}
			got := regexp.MustCompile(`at least \d+|\(\d{5,} bytes`).ReplaceAllStringFunc(err.Error(), func(s string) string {
				return regexp.MustCompile(`\d+`).ReplaceAllString(s, "N")
			})
			if want := "opening the store " + path + ": " + test.want; got != want {
				t.Errorf("%s\nwant %s", got, want)
			}
			after, err := os.ReadFile(path)
			if err != nil || !bytes.Equal(test.data, after) {
				t.Errorf("the file was changed (%v)", err)
			}
			if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
				t.Errorf("other files were left: %v", entries)
			}
		})
	}
}

// TestCutAnywhere cuts a store at many places: it is refused, or nothing was missing.
func TestCutAnywhere(t *testing.T) {
	whole := storeFile(t)
	for size := 0; size < min(len(whole), 200_000); size += 1021 {
		path := filepath.Join(t.TempDir(), "meridian.db")
		if err := os.WriteFile(path, whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		b, err := store.Open(path, store.Options{})
		if err != nil {
			continue
		}
		if err := b.CheckFile(); err != nil || b.Head() != 50 {
			t.Errorf("cut to %d of %d bytes it is opened with head %d: %v", size, len(whole), b.Head(), err)
		}
		b.Close()
	}
}

// TestOneMetaPageDamaged: a commit that was torn while it wrote a meta page leaves
// the other one, and with it the revision before.
func TestOneMetaPageDamaged(t *testing.T) {
	for page := range 2 {
		data := storeFile(t)
		data[page*os.Getpagesize()+40]++
		path := filepath.Join(t.TempDir(), "meridian.db")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		b, err := store.Open(path, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if head := b.Head(); head != 49 && head != 50 {
			t.Errorf("with page %d damaged the head is %d", page, head)
		}
		if err := b.CheckFile(); err != nil {
			t.Error(err)
		}
		b.Close()
	}
}

func TestOpenTwice(t *testing.T) {
	b := open(t, store.Options{})
	_, err := store.Open(b.Path(), store.Options{LockTimeout: time.Millisecond})
	want := "opening the store " + b.Path() + ": another meridian runs on the folder " + filepath.Dir(b.Path()) +
		": stop it, or give this one a folder of its own"
	if err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
}

func TestOpenMakesFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "var", "lib", "meridian.db")
	b, err := store.Open(path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	for name, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has mode %v (%v), want %v", name, info.Mode(), err, want)
		}
	}
}
