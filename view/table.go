package view

// A persistent hash table keyed by names: shards of open addressing, copied when
// they change.
//
//	table ─┬─ shard 0: [·|e|e|·|e|…]   a change to one name copies its shard (some
//	       ├─ shard 1: [e|·|·|e|…]     200 entries) and the list of shards; all else
//	       └─ …                        is shared with the table before
//
// The hash's upper bits choose the shard, the lower ones the place in it.

import (
	"math/bits"

	"meridian/wire"
)

// shardFill is how many entries a shard has on average before the table doubles its
// shards: small enough to copy in microseconds, large enough that the list of shards
// stays short.
const shardFill = 128

type table[V any] struct {
	shards []*shard[V] // a power of two; nil for an empty one
	count  int
}

type shard[V any] struct {
	entries []entry[V] // a power of two, at most 3/4 full
	count   int
}

type entry[V any] struct {
	hash uint64
	key  wire.Name // "" where free
	val  V
}

// update is one key's new value, or its removal.
type update[V any] struct {
	hash   uint64
	key    wire.Name
	val    V
	remove bool
}

func (t *table[V]) shardOf(hash uint64) int {
	// The lowest bits are the place inside the shard: use others.
	return int(hash >> 32 & uint64(len(t.shards)-1))
}

// get returns the value of a canonical name with the given hash.
func get[V any, K ~string | ~[]byte](t *table[V], hash uint64, key K) (v V, ok bool) {
	if len(t.shards) == 0 {
		return v, false
	}
	s := t.shards[t.shardOf(hash)]
	if s == nil {
		return v, false
	}
	mask := uint64(len(s.entries) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		e := &s.entries[i]
		if e.key == "" {
			return v, false
		}
		if e.hash == hash && string(e.key) == string(key) {
			return e.val, true
		}
	}
}

// with returns the table with updates applied; t stays as it is.
func (t *table[V]) with(updates []update[V]) table[V] {
	next := table[V]{count: t.count}
	size := max(1, len(t.shards))
	if need := t.count + len(updates); need > size*shardFill*3/2 {
		size = 1 << bits.Len(uint(need/shardFill))
	}
	next.shards = make([]*shard[V], size)
	fresh := make([]bool, size)
	if size == len(t.shards) {
		copy(next.shards, t.shards)
	} else {
		t.each(func(e entry[V]) { next.own(fresh, e.hash, 0).put(e) })
	}
	byShard := map[int]int{}
	if len(updates) < size {
		for _, u := range updates {
			byShard[next.shardOf(u.hash)]++
		}
	}
	for _, u := range updates {
		s := next.own(fresh, u.hash, byShard[next.shardOf(u.hash)])
		before := s.count
		if u.remove {
			s.remove(u.hash, u.key)
		} else {
			s.put(entry[V]{u.hash, u.key, u.val})
		}
		next.count += s.count - before
	}
	return next
}

// own returns the shard of a hash as one that may be written, copied with room for
// more entries when it was still shared.
func (t *table[V]) own(fresh []bool, hash uint64, more int) *shard[V] {
	i := t.shardOf(hash)
	if !fresh[i] {
		fresh[i] = true
		t.shards[i] = t.shards[i].clone(more)
	}
	return t.shards[i]
}

// each calls f for every entry, in no order.
func (t *table[V]) each(f func(entry[V])) {
	for _, s := range t.shards {
		if s == nil {
			continue
		}
		for _, e := range s.entries {
			if e.key != "" {
				f(e)
			}
		}
	}
}

func (s *shard[V]) clone(more int) *shard[V] {
	c := &shard[V]{}
	if s != nil {
		c.count = s.count
	}
	size := 1 << bits.Len(uint((c.count+more)*4/3))
	c.entries = make([]entry[V], size)
	if s != nil && len(s.entries) == size {
		copy(c.entries, s.entries)
		return c
	}
	if s != nil {
		c.refill(s.entries)
	}
	return c
}

func (s *shard[V]) refill(from []entry[V]) {
	s.count = 0
	for _, e := range from {
		if e.key != "" {
			s.put(e)
		}
	}
}

// put adds or replaces an entry, growing where it would be over 3/4 full.
func (s *shard[V]) put(e entry[V]) {
	if (s.count+1)*4 > len(s.entries)*3 {
		old := s.entries
		s.entries = make([]entry[V], max(2, 2*len(old)))
		s.refill(old)
	}
	mask := uint64(len(s.entries) - 1)
	for i := e.hash & mask; ; i = (i + 1) & mask {
		at := &s.entries[i]
		if at.key == "" {
			s.count++
		} else if at.hash != e.hash || at.key != e.key {
			continue
		}
		*at = e
		return
	}
}

// remove frees a key's entry by filling the shard anew without it: removals are rare
// and a shard is small.
func (s *shard[V]) remove(hash uint64, key wire.Name) {
	old := s.entries
	s.entries = make([]entry[V], len(old))
	s.count = 0
	for _, e := range old {
		if e.key != "" && (e.hash != hash || e.key != key) {
			s.put(e)
		}
	}
}
