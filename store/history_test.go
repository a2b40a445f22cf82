package store_test

// Retention, watching, and group commit.

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"meridian/store"
)

func TestRetentionByNumber(t *testing.T) {
	b := open(t, store.Options{KeepRevisions: 10})
	big := store.ChangeSet{Message: "import"}
	for i := range 500_000 {
		big.Writes = append(big.Writes, value(fmt.Sprintf("zone/%06d", i), "1"))
	}
	if results, err := b.Commit(t.Context(), []store.ChangeSet{big}); err != nil || results[0].Err != nil {
		t.Fatal(err, results)
	}
	left := b.RunsLeft()
	for i := range 40 {
		put(t, b, value("zone/000000", fmt.Sprint("later ", i)))
		now := b.RunsLeft()
		if dropped := left - now; dropped > 600 {
			t.Errorf("one small commit dropped %d runs", dropped)
		}
		left = now
	}
	if left != 10 {
		t.Errorf("%d runs are left of the last 10 revisions", left)
	}
	if _, err := b.Snapshot(31); !errors.Is(err, store.ErrCompacted) {
		t.Errorf("snapshot of revision 31: %v", err)
	}
	if _, err := b.Diff(32); err != nil {
		t.Error(err)
	}
	results, err := b.Commit(t.Context(), []store.ChangeSet{{Base: 30, Writes: []store.Write{value("new", "1")}}})
	if err != nil || !errors.Is(results[0].Err, store.ErrConflict) {
		t.Errorf("a change on revision 30: %v, %v", results, err)
	}
}

func TestRetentionByAge(t *testing.T) {
	now := time.Unix(1e9, 0)
	b := open(t, store.Options{KeepFor: time.Hour, Now: func() time.Time { return now }})
	put(t, b, value("a", "1"))
	now = now.Add(30 * time.Minute)
	put(t, b, value("a", "2"))
	now = now.Add(31 * time.Minute)
	put(t, b, value("a", "3"))
	if oldest := lastListed(t, b); oldest != 2 {
		t.Errorf("after an hour the oldest revision is %d, want 2", oldest)
	}
	now = now.Add(24 * time.Hour)
	put(t, b, value("a", "4"))
	if oldest := lastListed(t, b); oldest != 4 {
		t.Errorf("after a day the oldest revision is %d, want the newest, 4", oldest)
	}
}

func lastListed(t *testing.T, b *store.Bolt) (number uint64) {
	t.Helper()
	for r, err := range b.Revisions(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		number = r.Number
	}
	return number
}

// TestFileIsBounded: a store that is rewritten for ever doesn't grow.
func TestFileIsBounded(t *testing.T) {
	b := open(t, store.Options{KeepRevisions: 10})
	rewrite := func(rounds int) int64 {
		for round := range rounds {
			set := store.ChangeSet{Base: b.Head()}
			for i := range 200 {
				set.Writes = append(set.Writes, value(fmt.Sprint(i), fmt.Sprintf("%0100d", round)))
			}
			if results, err := b.Commit(t.Context(), []store.ChangeSet{set}); err != nil || results[0].Err != nil {
				t.Fatal(err, results)
			}
		}
		size, err := b.Size()
		if err != nil {
			t.Fatal(err)
		}
		return size
	}
	early := rewrite(50)
	if late := rewrite(150); late > 2*early {
		t.Errorf("the file grew from %d to %d bytes", early, late)
	}
}

func TestManyRevisions(t *testing.T) {
	b := open(t, store.Options{})
	var sets []store.ChangeSet
	for i := range 600 { // more than are read in one transaction
		sets = append(sets, store.ChangeSet{Base: uint64(i), Writes: []store.Write{value("a", fmt.Sprint(i))}})
	}
	if _, err := b.Commit(t.Context(), sets); err != nil {
		t.Fatal(err)
	}
	want := uint64(600)
	for r := range b.Revisions(t.Context()) {
		if r.Number != want {
			t.Fatalf("revision %d is listed, want %d", r.Number, want)
		}
		want--
	}
	if want != 0 {
		t.Errorf("the list ends before revision %d", want)
	}
	for r, err := range b.Watch(t.Context(), 0) {
		if want++; err != nil || r.Number != want {
			t.Fatalf("revision %d (%v) is seen, want %d", r.Number, err, want)
		}
		if want == 600 {
			break
		}
	}
}

// TestWatch: those that are there, those that come, and nothing left running.
func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, store.Options{})
		put(t, b, value("a", "1"))
		put(t, b, value("a", "2"))
		ctx, cancel := context.WithCancel(t.Context())
		var seen []uint64
		go func() {
			for r, err := range b.Watch(ctx, 1) {
				if err != nil {
					t.Error(err)
				}
				seen = append(seen, r.Number)
			}
			seen = append(seen, 99)
		}()
		synctest.Wait()
		check := func(want string) {
			t.Helper()
			if got := fmt.Sprint(seen); got != want {
				t.Errorf("seen %s, want %s", got, want)
			}
		}
		check("[2]")
		for i := range 2 {
			put(t, b, value("b", fmt.Sprint(i)))
			synctest.Wait()
		}
		check("[2 3 4]")
		cancel()
		synctest.Wait()
		check("[2 3 4 99]")
	})
}

func TestWatchEnds(t *testing.T) {
	b := open(t, store.Options{KeepRevisions: 2})
	for i := range 5 {
		put(t, b, value("a", fmt.Sprint(i)))
	}
	watchError := func(after uint64) (err error) {
		for _, err = range b.Watch(t.Context(), after) {
			if err == nil {
				t.Errorf("after %d there is a revision", after)
			}
		}
		return err
	}
	if err := watchError(2); !errors.Is(err, store.ErrCompacted) {
		t.Errorf("watching from a dropped revision: %v", err)
	}
	if err := watchError(6); !errors.Is(err, store.ErrNoRevision) {
		t.Errorf("watching from the future: %v", err)
	}
	done := make(chan error)
	go func() { done <- watchError(5) }()
	b.Close()
	if err := <-done; !errors.Is(err, store.ErrClosed) {
		t.Errorf("watching a store that is closed: %v", err)
	}
}

// TestCommitsAtOnce: commits from many goroutines are revisions without gaps.
func TestCommitsAtOnce(t *testing.T) {
	b := open(t, store.Options{})
	const writers, each = 4, 10
	done := make(chan error)
	for w := range writers {
		go func() {
			for i := range each {
				set := store.ChangeSet{Base: b.Head(), Writes: []store.Write{value(fmt.Sprintf("%d/%d", w, i), "1")}}
				results, err := b.Commit(t.Context(), []store.ChangeSet{set})
				if err == nil {
					err = results[0].Err
				}
				if err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range writers {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if b.Head() != writers*each {
		t.Errorf("the head is %d after %d commits", b.Head(), writers*each)
	}
}

func TestCancelledCommit(t *testing.T) {
	b := open(t, store.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := b.Commit(ctx, []store.ChangeSet{{Writes: []store.Write{value("a", "1")}}})
	if !errors.Is(err, context.Canceled) || b.Head() != 0 {
		t.Errorf("%v, and the head is %d", err, b.Head())
	}
}
