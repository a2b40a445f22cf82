package store_test

// What a commit costs. Run: go test -run - -bench . ./store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"meridian/store"
)

// filled is a store of n keys of 30 octets with values of 60, made in one commit.
func filled(b *testing.B, n int) *store.Bolt {
	b.Helper()
	s := open(b, store.Options{})
	if results, err := s.Commit(context.Background(), []store.ChangeSet{{Writes: manyWrites(n)}}); err != nil || results[0].Err != nil {
		b.Fatal(err, results)
	}
	return s
}

func manyWrites(n int) []store.Write {
	writes := make([]store.Write, n)
	for i := range writes {
		writes[i] = value(benchKey(i), fmt.Sprintf("%060d", i))
	}
	return writes
}

func benchKey(i int) string { return fmt.Sprintf("record/example.com/host-%07d", i) }

// BenchmarkCommit is the time of one commit of so many change-sets of one key each, in
// a store of 100,000 keys.
func BenchmarkCommit(b *testing.B) {
	for _, sets := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("sets=%d", sets), func(b *testing.B) {
			s := filled(b, 100_000)
			random := rand.New(rand.NewPCG(1, 1))
			for n := 0; b.Loop(); n++ {
				batch := make([]store.ChangeSet, sets)
				for i := range batch {
					batch[i] = store.ChangeSet{
						Base:   s.Head(),
						Writes: []store.Write{value(benchKey(random.IntN(100_000)), fmt.Sprintf("%030d%030d", n, i))},
					}
				}
				if _, err := s.Commit(context.Background(), batch); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*sets), "µs/set")
		})
	}
}

// BenchmarkImport is one change-set of a million keys into an empty store.
func BenchmarkImport(b *testing.B) {
	writes := manyWrites(1_000_000)
	for b.Loop() {
		b.StopTimer()
		s := open(b, store.Options{})
		b.StartTimer()
		if _, err := s.Commit(context.Background(), []store.ChangeSet{{Writes: writes}}); err != nil {
			b.Fatal(err)
		}
		size, _ := s.Size()
		b.ReportMetric(float64(size)/(1<<20), "MiB")
		s.Close()
	}
}

// BenchmarkRange is a walk over all of 100,000 keys, at the head (0) and at the
// revision before 10,000 of them were changed.
func BenchmarkRange(b *testing.B) {
	s := filled(b, 100_000)
	set := store.ChangeSet{Base: 1}
	for i := range 10_000 {
		set.Writes = append(set.Writes, value(benchKey(i*10), "changed"))
	}
	if results, err := s.Commit(context.Background(), []store.ChangeSet{set}); err != nil || results[0].Err != nil {
		b.Fatal(err, results)
	}
	for _, revision := range []uint64{0, 1} {
		b.Run(fmt.Sprintf("revision=%d", revision), func(b *testing.B) {
			for b.Loop() {
				snapshot, err := s.Snapshot(revision)
				if err != nil {
					b.Fatal(err)
				}
				n := 0
				for range snapshot.Range("") {
					n++
				}
				snapshot.Close()
				if n != 100_000 {
					b.Fatal(n)
				}
			}
		})
	}
}
