package store_test

// The store against its twin, over random histories with reopening between.

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"meridian/store"
)

// keep is small, so that compaction has its part in every history.
const keep = 6

type machine struct {
	path  string
	store *store.Bolt
	model *model
	now   time.Time
}

func (m *machine) open(t *rapid.T) {
	var err error
	m.store, err = store.Open(m.path, store.Options{KeepRevisions: keep, Now: func() time.Time { return m.now }})
	if err != nil {
		t.Fatal(err)
	}
}

var (
	someKey   = rapid.StringMatching(`(zone|check)/[ab*]{0,2}`)
	somePart  = rapid.SampledFrom([]string{"*", "zone/*", "check/*", "zone/a*", "none/*"})
	someValue = rapid.OneOf(rapid.Just([]byte(nil)), rapid.Just([]byte{}), rapid.SliceOfN(rapid.ByteRange('0', '2'), 1, 1))
)

func (m *machine) someSet(t *rapid.T) store.ChangeSet {
	head := m.model.head()
	set := store.ChangeSet{
		Author:  "ann",
		Message: rapid.StringN(0, 5, -1).Draw(t, "message"),
		Base:    uint64(rapid.IntRange(max(0, head-keep-2), head).Draw(t, "base")),
		Reads:   rapid.SliceOfN(rapid.OneOf(someKey, somePart), 0, 2).Draw(t, "reads"),
	}
	for _, key := range rapid.SliceOfNDistinct(someKey, 1, 4, rapid.ID).Draw(t, "keys") {
		set.Writes = append(set.Writes, store.Write{Key: key, Value: someValue.Draw(t, "value")})
	}
	return set
}

func (m *machine) Commit(t *rapid.T) {
	var sets []store.ChangeSet
	for range rapid.IntRange(1, 3).Draw(t, "sets") {
		sets = append(sets, m.someSet(t))
	}
	results, err := m.store.Commit(t.Context(), sets)
	if err != nil {
		t.Fatal(err)
	}
	before := m.model.head()
	refused := false
	for i, set := range sets {
		if refused {
			if !errors.Is(results[i].Err, store.ErrSkipped) {
				t.Fatalf("set %d behind a refused one: %v", i, results[i].Err)
			}
			continue
		}
		want := m.model.commit(set)
		refused = want != committed
		got := committed
		switch err := results[i].Err; {
		case errors.Is(err, store.ErrConflict):
			got = conflict
		case errors.Is(err, store.ErrNoChange):
			got = noChange
		case err != nil:
			t.Fatalf("set %d: %v", i, err)
		}
		if got != want {
			t.Fatalf("set %d on %d: %q (%v), want %q", i, before, got, results[i].Err, want)
		}
		wantRevision := store.Revision{}
		if want == committed {
			head := m.model.head()
			wantRevision = store.Revision{Number: uint64(head), Author: set.Author, Message: set.Message, Time: m.now, Changes: len(m.model.diff(head))}
		}
		if diff := cmp.Diff(wantRevision, results[i].Revision); diff != "" {
			t.Fatal(diff)
		}
	}
	if head := m.model.head(); head > before {
		m.model.oldest = max(1, head-keep+1)
	}
}

func (m *machine) Reopen(t *rapid.T) {
	if err := m.store.Close(); err != nil {
		t.Fatal(err)
	}
	m.open(t)
}

// Check compares all that can be read, at every revision.
func (m *machine) Check(t *rapid.T) {
	head := m.model.head()
	if got := m.store.Head(); got != uint64(head) {
		t.Fatalf("head is %d, want %d", got, head)
	}
	var listed []int
	for r, err := range m.store.Revisions(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		listed = append(listed, int(r.Number))
	}
	for revision := 1; revision <= head; revision++ {
		kept := revision >= m.model.oldest
		if slices.Contains(listed, revision) != kept {
			t.Fatalf("revisions %v are listed, want those from %d to %d", listed, m.model.oldest, head)
		}
		changes, err := m.store.Diff(uint64(revision))
		if !kept {
			if !errors.Is(err, store.ErrCompacted) {
				t.Fatalf("diff of revision %d: %v, want ErrCompacted", revision, err)
			}
			continue
		}
		if diff := cmp.Diff(m.model.diff(revision), changes); diff != "" || err != nil {
			t.Fatalf("revision %d: %v\n%s", revision, err, diff)
		}
		m.checkSnapshot(t, revision)
	}
	if _, err := m.store.Snapshot(uint64(head + 1)); !errors.Is(err, store.ErrNoRevision) {
		t.Fatalf("snapshot of the future: %v", err)
	}
}

func (m *machine) checkSnapshot(t *rapid.T, revision int) {
	s, err := m.store.Snapshot(uint64(revision))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	want := m.model.states[revision]
	for _, prefix := range []string{"", "zone/", "check/a", "zz"} {
		got := map[string][]byte{}
		var order []string
		for key, value := range s.Range(prefix) {
			got[key] = value
			order = append(order, key)
		}
		wanted := map[string][]byte{}
		for key, value := range want {
			if strings.HasPrefix(key, prefix) {
				wanted[key] = value
			}
		}
		if diff := cmp.Diff(wanted, got); diff != "" || !slices.IsSorted(order) || s.Err() != nil {
			t.Fatalf("revision %d, prefix %q, order %q, %v:\n%s", revision, prefix, order, s.Err(), diff)
		}
	}
	for _, key := range []string{"zone/", "zone/a", "zone/ab", "check/b", "other"} {
		if got, err := s.Get(key); !cmp.Equal(want[key], got) || err != nil {
			t.Fatalf("revision %d: %s is %q (%v), want %q", revision, key, got, err, want[key])
		}
	}
}

func TestAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "store")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		m := &machine{path: filepath.Join(dir, "meridian.db"), model: newModel(), now: time.Unix(1e9, 0).UTC()}
		m.open(t)
		defer func() {
			defer m.store.Close()
			if err := m.store.CheckFile(); err != nil {
				t.Fatal(err)
			}
		}()
		t.Repeat(map[string]func(*rapid.T){"commit": m.Commit, "reopen": m.Reopen, "": m.Check})
	})
}

// open makes a store that is closed when the test ends.
func open(t testing.TB, opts store.Options) *store.Bolt {
	t.Helper()
	b, err := store.Open(filepath.Join(t.TempDir(), "meridian.db"), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// put commits one change-set on the head, which must succeed.
func put(t testing.TB, b *store.Bolt, writes ...store.Write) store.Revision {
	t.Helper()
	results, err := b.Commit(t.Context(), []store.ChangeSet{{Base: b.Head(), Writes: writes}})
	if err == nil {
		err = results[0].Err
	}
	if err != nil {
		t.Fatal(err)
	}
	return results[0].Revision
}

func value(key, v string) store.Write { return store.Write{Key: key, Value: []byte(v)} }

func TestRefusedChangeSets(t *testing.T) {
	b := open(t, store.Options{})
	put(t, b, value("a", "1"), value("b", "1"))
	put(t, b, value("a", "2"))
	for _, test := range []struct {
		name string
		set  store.ChangeSet
		want string
	}{
		{"nothing", store.ChangeSet{Base: 2}, "the change-set has no writes"},
		{"no key", store.ChangeSet{Base: 2, Writes: []store.Write{value("", "x")}}, "the change-set writes an empty key"},
		{"twice", store.ChangeSet{Base: 2, Writes: []store.Write{value("k", "x"), value("j", "x"), value("k", "y")}}, `the change-set writes the key "k" twice`},
		{"long", store.ChangeSet{Base: 2, Writes: []store.Write{value(strings.Repeat("k", 40000), "x")}},
			`the change-set writes a key of 40000 octets, more than 32760: "` + strings.Repeat("k", 40) + `"…`},
		{"same", store.ChangeSet{Base: 2, Writes: []store.Write{value("a", "2"), {Key: "gone"}}}, "the change changes nothing"},
		{"written", store.ChangeSet{Base: 1, Writes: []store.Write{value("a", "3")}},
			`the configuration has changed since the revision that the change rests on: revision 2 changed "a" since revision 1`},
		{"read", store.ChangeSet{Base: 1, Reads: []string{"z", "a"}, Writes: []store.Write{value("c", "3")}},
			`the configuration has changed since the revision that the change rests on: revision 2 changed "a" since revision 1`},
		{"future", store.ChangeSet{Base: 3, Writes: []store.Write{value("c", "3")}}, "the change rests on revision 3 and the newest is 2: there is no such revision"},
	} {
		results, err := b.Commit(t.Context(), []store.ChangeSet{test.set})
		if err != nil || results[0].Err == nil || results[0].Err.Error() != test.want {
			t.Errorf("%s: %v, %v; want %s", test.name, results, err, test.want)
		}
	}
	if b.Head() != 2 {
		t.Errorf("head is %d, want 2", b.Head())
	}
}

func TestVerdicts(t *testing.T) {
	b := open(t, store.Options{})
	for _, verdicts := range []map[string][]byte{
		{"a": []byte("up"), "b": []byte("down")},
		{"a": []byte("down"), "b": nil, "c": {}},
	} {
		if err := b.PutVerdicts(t.Context(), verdicts); err != nil {
			t.Fatal(err)
		}
	}
	got, err := b.Verdicts(t.Context())
	if diff := cmp.Diff(map[string][]byte{"a": []byte("down"), "c": {}}, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if b.Head() != 0 {
		t.Error("verdicts made a revision")
	}
}

func TestSnapshotIsStill(t *testing.T) {
	b := open(t, store.Options{})
	put(t, b, value("a", "1"))
	s, err := b.Snapshot(0)
	if err != nil {
		t.Fatal(err)
	}
	put(t, b, value("a", "2"), value("b", "1"))
	got := ""
	for key, v := range s.Range("") {
		got += fmt.Sprintf("%s=%s ", key, v)
	}
	if got != "a=1 " || s.Revision() != 1 {
		t.Errorf("the snapshot of revision %d has %s", s.Revision(), got)
	}
	s.Close()
	if _, err := s.Get("a"); !errors.Is(err, store.ErrClosed) {
		t.Errorf("reading a closed snapshot: %v", err)
	}
	for range s.Range("") {
		t.Error("a closed snapshot yields a key")
	}
	if !errors.Is(s.Err(), store.ErrClosed) {
		t.Errorf("reading a closed snapshot: %v", s.Err())
	}
}

func TestClosed(t *testing.T) {
	b := open(t, store.Options{})
	b.Close()
	if err := b.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	_, commitErr := b.Commit(t.Context(), []store.ChangeSet{{Writes: []store.Write{value("a", "1")}}})
	_, snapshotErr := b.Snapshot(0)
	for _, err := range []error{commitErr, snapshotErr} {
		if !errors.Is(err, store.ErrClosed) {
			t.Errorf("%v, want ErrClosed", err)
		}
	}
}
