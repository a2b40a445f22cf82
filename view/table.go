package view

// A persistent hash table keyed by names.
//
//	table ── chunks ─┬─ chunk ─┬─ shard (shard.go)
//	                 ├─ chunk  ├─ shard
//	                 └─ …      └─ …
//
// A look-up reads the shard's header, one or two of its slots and the record: three cache
// lines that lie apart, however many names there are. A change to one name makes its shard
// anew and copies the chunk that lists it and the list of chunks; all else is shared with
// the table before.
//
// The number of shards grows by one at a time (linear hashing): shard i of n is split when
// n passes i plus a power of two, so that no change ever pays for the whole table.

import (
	"cmp"
	"math/bits"
	"slices"

	"meridian/wire"
)

const (
	// shardFill is how many entries a shard has on average: small enough to copy in
	// microseconds, large enough that lists of shards stay short.
	shardFill = 128
	// chunkLen is how many shards a chunk lists.
	chunkLen = 128
)

// table maps canonical names to octets and, where they need it, pointers to M. It is
// immutable; the zero value is empty.
type table[M any] struct {
	chunks [][]shard[M]
	shards int
	count  int
}

// update is a key's new value, or its removal.
type update[M any] struct {
	hash   uint64
	key    wire.Name
	value  string
	more   *M
	marks  marks
	remove bool
}

// shardOf is which of n shards a hash belongs to.
func shardOf(hash uint32, n int) int {
	mask := uint32(1)<<bits.Len32(uint32(n)) - 1
	i := hash & mask
	if i >= uint32(n) {
		i &= mask >> 1
	}
	return int(i)
}

func (t *table[M]) shard(i int) *shard[M] { return &t.chunks[uint(i)/chunkLen][uint(i)%chunkLen] }

// get returns what stands at a canonical name with the given hash.
func get[M any, K ~string | ~[]byte](t *table[M], hash uint64, key K) entry[M] {
	if t.shards == 0 {
		return entry[M]{}
	}
	return find(t.shard(shardOf(uint32(hash), t.shards)), uint32(hash), key)
}

// all yields all entries, in no order.
func (t *table[M]) all(yield func(entry[M]) bool) { t.having(^marks(0), yield) }

// having yields the entries that have one of the marks, in no order; all ones are all
// entries.
func (t *table[M]) having(m marks, yield func(entry[M]) bool) {
	for _, chunk := range t.chunks {
		for i := range chunk {
			s := &chunk[i]
			if s.marks&m == 0 && m != ^marks(0) {
				continue
			}
			more := s.each(func(_ uint32, e entry[M]) bool {
				return e.marks()&m == 0 && m != ^marks(0) || yield(e)
			})
			if !more {
				return
			}
		}
	}
}

// with returns the table with updates applied; t stays as it is. No key is in two of
// them.
func (t *table[M]) with(updates []update[M]) table[M] {
	next := *t
	next.chunks = slices.Clone(t.chunks)
	more := 0
	for _, u := range updates {
		if !u.remove {
			more++
		}
	}
	next.grow(max(t.shards, 1, (t.count+more+shardFill-1)/shardFill))
	fresh := map[int]bool{} // chunks that were copied
	var b builder[M]
	for i, of := range groups(updates, next.shards) {
		if c := i / chunkLen; !fresh[c] {
			fresh[c] = true
			next.chunks[c] = slices.Clone(next.chunks[c])
		}
		s := next.shard(i)
		made, added := s.with(&b, of)
		*s = made
		next.count += added
	}
	return next
}

// groups yields the updates of each shard that has any, by the shard's number; they are in
// the order of their hashes.
func groups[M any](updates []update[M], shards int) func(yield func(int, []update[M]) bool) {
	slices.SortFunc(updates, func(a, b update[M]) int {
		h, k := uint32(a.hash), uint32(b.hash)
		return cmp.Or(cmp.Compare(shardOf(h, shards), shardOf(k, shards)), cmp.Compare(h, k))
	})
	return func(yield func(int, []update[M]) bool) {
		for len(updates) > 0 {
			i, n := shardOf(uint32(updates[0].hash), shards), 1
			for n < len(updates) && shardOf(uint32(updates[n].hash), shards) == i {
				n++
			}
			if !yield(i, updates[:n]) {
				return
			}
			updates = updates[n:]
		}
	}
}

// grow splits shards until there are n. Its chunks are t's own only where it changes them.
func (t *table[M]) grow(n int) {
	if n == t.shards {
		return
	}
	old := *t
	old.chunks = slices.Clone(t.chunks)
	fresh := map[int]bool{}
	own := func(i int) *shard[M] {
		c := i / chunkLen
		for len(t.chunks) <= c {
			t.chunks = append(t.chunks, nil)
		}
		if !fresh[c] {
			fresh[c] = true
			t.chunks[c] = slices.Clone(t.chunks[c])
		}
		for len(t.chunks[c]) <= i%chunkLen {
			t.chunks[c] = append(t.chunks[c], shard[M]{})
		}
		return &t.chunks[c][i%chunkLen]
	}
	t.shards = n
	split := map[int]bool{} // old shards whose entries move
	for i := old.shards; i < n; i++ {
		own(i)
		if from := cameFrom(i, old.shards); from >= 0 {
			split[from] = true
		}
	}
	for from := range split {
		parts := map[int]*builder[M]{from: {}}
		old.shard(from).each(func(hash uint32, e entry[M]) bool {
			i := shardOf(hash, n)
			if parts[i] == nil {
				parts[i] = &builder[M]{}
			}
			parts[i].add(hash, e)
			return true
		})
		for i, part := range parts {
			*own(i) = part.shard()
		}
	}
}

// cameFrom is the shard, of n that there were, in which the entries of a later one lay;
// -1 where there were none.
func cameFrom(i, n int) int {
	if n == 0 {
		return -1
	}
	for i >= n {
		i &= 1<<(bits.Len(uint(i))-1) - 1
	}
	return i
}
