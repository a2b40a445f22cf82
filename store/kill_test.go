package store_test

// Durability: a process that commits as fast as it can is killed again and again, and
// what it had acknowledged is there each time.

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"meridian/store"
)

// childVariable, when set, makes the test binary the process that is killed; its value
// is the store's path.
const childVariable = "MERIDIAN_TEST_STORE"

func TestMain(m *testing.M) {
	if path := os.Getenv(childVariable); path != "" {
		fmt.Fprintln(os.Stderr, commitForEver(path))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// sharedKeys are written by every revision with its own number, so that a half-visible
// one would show.
const sharedKeys = 20

func commitForEver(path string) error {
	b, err := store.Open(path, store.Options{KeepRevisions: 100})
	if err != nil {
		return err
	}
	for {
		next := b.Head() + 1
		number := strconv.FormatUint(next, 10)
		set := store.ChangeSet{Base: next - 1, Message: number, Writes: []store.Write{value("own/"+number, number)}}
		for i := range sharedKeys {
			set.Writes = append(set.Writes, value(fmt.Sprintf("shared/%d", i), number))
		}
		results, err := b.Commit(context.Background(), []store.ChangeSet{set})
		if err == nil {
			err = results[0].Err
		}
		if err != nil {
			return err
		}
		fmt.Println(number)
	}
}

func TestKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "meridian.db")
	head := uint64(0)
	for round := range 8 {
		acknowledged := killAfter(t, path, 5+round*9)
		b, err := store.Open(path, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if b.Head() < acknowledged || b.Head() > acknowledged+1 || acknowledged <= head {
			t.Errorf("the head is %d where %d was acknowledged, and %d before", b.Head(), acknowledged, head)
		}
		head = b.Head()
		checkWhole(t, b)
		b.Close()
	}
}

// killAfter runs the child, kills it when it has acknowledged so many commits, and
// returns the last that it acknowledged.
func killAfter(t *testing.T, path string, commits int) (acknowledged uint64) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childVariable+"="+path)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for n := 1; lines.Scan(); n++ { // to the end: lines written before the kill count
		if acknowledged, err = strconv.ParseUint(lines.Text(), 10, 64); err != nil {
			t.Fatal(err)
		}
		if n == commits {
			child.Process.Kill()
		}
	}
	child.Wait()
	return acknowledged
}

func checkWhole(t *testing.T, b *store.Bolt) {
	t.Helper()
	if err := b.CheckFile(); err != nil {
		t.Error(err)
	}
	s, err := b.Snapshot(0)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	head := strconv.FormatUint(b.Head(), 10)
	shared, own := 0, uint64(0)
	for _, v := range s.Range("shared/") {
		if shared++; string(v) != head {
			t.Errorf("a key of revision %s at revision %s", v, head)
		}
	}
	for range s.Range("own/") {
		own++
	}
	if shared != sharedKeys || own != b.Head() {
		t.Errorf("%d shared keys and %d others at revision %s", shared, own, head)
	}
}
