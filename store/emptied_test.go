package store

import (
	"fmt"
	"path/filepath"
	"testing"
)

// TestPagesEmptiedInABatch: a change-set that removes many keys leaves pages without any,
// until the transaction ends. The next one of the batch finds its place among them.
func TestPagesEmptiedInABatch(t *testing.T) {
	for _, count := range []int{200, 2000, 20000} {
		b, err := Open(filepath.Join(t.TempDir(), "meridian.db"), Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		var put, remove []Write
		for _, zone := range []string{"a", "b", "c"} {
			for i := range count {
				key := fmt.Sprintf("rrset/%s.example./n%06d.%s.example./1", zone, i, zone)
				put = append(put, Write{key, make([]byte, 40)})
				if zone == "b" {
					remove = append(remove, Write{Key: key})
				}
			}
		}
		amid := Write{"rrset/b.example./n000077x.b.example./1", []byte("x")}
		for _, batch := range [][]ChangeSet{{{Writes: put}}, {{Writes: remove, Base: 1}, {Writes: []Write{amid}, Base: 2}}} {
			results, err := b.Commit(t.Context(), batch)
			if err != nil {
				t.Fatalf("%d keys: %v", count, err)
			}
			for i, r := range results {
				if r.Err != nil {
					t.Errorf("%d keys, change-set %d: %v", count, i, r.Err)
				}
			}
		}
		snap, err := b.Snapshot(0)
		if err != nil {
			t.Fatal(err)
		}
		keys := 0
		for range snap.Range("") {
			keys++
		}
		if got, _ := snap.Get(amid.Key); keys != 2*count+1 || string(got) != "x" {
			t.Errorf("%d keys are left of %d, and %q", keys, 3*count+1, got)
		}
		snap.Close()
	}
}
