package view

// A persistent hash table keyed by names, laid out for the cache and for the garbage
// collector: shards of some hundred entries, each one run of octets without pointers.
//
//	table ── chunks ─┬─ chunk ─┬─ shard: blob ──────────┬ more
//	                 ├─ chunk  ├─ shard  │              │
//	                 └─ …      └─ …      ▼              ▼
//	                                     n │ slots … │ records …     what needs pointers
//
//	slot     4 the mixed hash  4 where the record is in the blob (0: free)
//	record   4 its length  1 its marks  1 the key's length  …  the key, a canonical name
//	         …  the value  4 place in more, where the marks say so
//
// Slots are in the order of their mixed hashes, each as near behind its place among n as
// that allows; there are some more than n, the last of them free. So a look-up ends at the
// first greater hash, whether it finds something or not.
//
// A look-up reads the shard's header, one or two slots and the record: three cache lines
// that lie apart, however many names there are. A change to one name makes its shard anew
// and copies the chunk that lists it and the list of chunks; all else is shared with the
// table before.
//
// The number of shards grows by one at a time (linear hashing): shard i of n is split when
// n passes i plus a power of two, so that no change ever pays for the whole table.

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
	"unsafe"

	"meridian/wire"
)

const (
	// shardFill is how many entries a shard has on average: small enough to copy in
	// microseconds, large enough that lists of shards stay short.
	shardFill = 128
	// chunkLen is how many shards a chunk lists.
	chunkLen = 128

	slotsAt   = 4
	slotLen   = 8
	marksAt   = 4
	keyLenAt  = 5
	recordKey = 6
	moreLen   = 4
)

// table maps canonical names to octets and, where they need it, pointers to M. It is
// immutable; the zero value is empty.
type table[M any] struct {
	chunks [][]shard[M]
	shards int
	count  int
}

type shard[M any] struct {
	blob string
	more []*M
	// marks are those of all its entries, so that what is rare is found without looking
	// at all that is not.
	marks marks
}

// entry is what stands at a key; the zero value is none.
type entry[M any] struct {
	record string
	more   *M
}

func (e entry[M]) key() wire.Name { return wire.Name(e.record[recordKey : recordKey+e.keyLen()]) }
func (e entry[M]) value() string  { return e.record[recordKey+e.keyLen():] }
func (e entry[M]) keyLen() int    { return int(e.record[keyLenAt]) }
func (e entry[M]) marks() marks   { return marks(e.record[marksAt]) &^ markMore }
func (e entry[M]) exists() bool   { return e.record != "" }

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

// mix makes of a hash the one that slots are ordered by; the shard was chosen by its lower
// bits. unmix is the way back: odd numbers have an inverse.
func mix(hash uint32) uint32    { return hash * 0x9E3779B1 }
func unmix(mixed uint32) uint32 { return mixed * 0xE8B2F51 }

// slotOf is where a mixed hash is looked for first among n slots.
func slotOf(mixed, n uint32) uint { return uint(uint64(mixed) * uint64(n) >> 32) }

// read64 and read32 read the number at the start of s, as the machine has it.
func read64(s string) uint64 {
	_ = s[7]
	return *(*uint64)(unsafe.Pointer(unsafe.StringData(s)))
}

func read32(s string) uint32 {
	_ = s[3]
	return *(*uint32)(unsafe.Pointer(unsafe.StringData(s)))
}

// get returns what stands at a canonical name with the given hash. Every query comes here
// several times, so that blobs are read by pointers: what a builder made is well-formed,
// and checking it again would be half of the work.
func get[M any, K ~string | ~[]byte](t *table[M], hash uint64, key K) entry[M] {
	if t.shards == 0 {
		return entry[M]{}
	}
	h := uint32(hash)
	s := t.shard(shardOf(h, t.shards))
	if s.blob == "" {
		return entry[M]{}
	}
	h = mix(h)
	blob := unsafe.Pointer(unsafe.StringData(s.blob))
	slots := unsafe.Add(blob, slotsAt+slotLen*slotOf(h, *(*uint32)(blob)))
	for ; ; slots = unsafe.Add(slots, slotLen) {
		slot := *(*uint64)(slots)
		at := uint32(slot >> 32)
		if mixed := uint32(slot); mixed < h && at != 0 {
			continue
		} else if mixed != h || at == 0 {
			return entry[M]{}
		}
		record := unsafe.Add(blob, at)
		if n := int(*(*uint8)(unsafe.Add(record, keyLenAt))); n == len(key) &&
			unsafe.String((*byte)(unsafe.Add(record, recordKey)), n) == string(key) {
			return s.entry(unsafe.String((*byte)(record), *(*uint32)(record)))
		}
	}
}

// entry is that of a record.
func (s *shard[M]) entry(record string) entry[M] {
	e := entry[M]{record: record}
	if marks(record[marksAt])&markMore != 0 {
		end := len(record) - moreLen
		e.more, e.record = s.more[read32(record[end:])], record[:end]
	}
	return e
}

// each calls f for every entry of a shard, in no order, until it returns false.
func (s *shard[M]) each(f func(hash uint32, e entry[M]) bool) bool {
	if s.blob == "" {
		return true
	}
	end := uint32(len(s.blob)) // of the slots: where the first record is
	for i := uint32(slotsAt); i < end; i += slotLen {
		slot := read64(s.blob[i:])
		at := uint32(slot >> 32)
		if at == 0 {
			continue
		}
		end = min(end, at)
		record := s.blob[at:]
		if !f(unmix(uint32(slot)), s.entry(record[:read32(record)])) {
			return false
		}
	}
	return true
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
	for i, of := range groups(updates, next.shards) {
		if c := i / chunkLen; !fresh[c] {
			fresh[c] = true
			next.chunks[c] = slices.Clone(next.chunks[c])
		}
		s := next.shard(i)
		made, added := s.with(of)
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

// with returns the shard with updates applied, and how many entries it has more.
func (s *shard[M]) with(updates []update[M]) (made shard[M], added int) {
	var b builder[M]
	s.each(func(hash uint32, e entry[M]) bool {
		i, _ := slices.BinarySearchFunc(updates, hash, func(u update[M], h uint32) int { return cmp.Compare(uint32(u.hash), h) })
		for ; i < len(updates) && uint32(updates[i].hash) == hash; i++ {
			if updates[i].key == e.key() {
				added--
				return true
			}
		}
		b.add(hash, e)
		return true
	})
	for i := range updates {
		if u := &updates[i]; !u.remove {
			b.record(uint32(u.hash), u.marks, u.key, u.value, u.more)
			added++
		}
	}
	return b.shard(), added
}

// builder collects a shard's entries.
type builder[M any] struct {
	slots   []uint64 // as they will be, but for where the records begin
	places  []uint
	records []byte
	more    []*M
	marks   marks
	blob    []byte
}

// add adds an entry of another shard.
func (b *builder[M]) add(hash uint32, e entry[M]) {
	b.record(hash, e.marks(), e.key(), e.value(), e.more)
}

func (b *builder[M]) record(hash uint32, m marks, key wire.Name, value string, more *M) {
	at := len(b.records)
	b.slots = append(b.slots, uint64(at)<<32|uint64(mix(hash)))
	b.marks |= m
	if more != nil {
		m |= markMore
	}
	b.records = append(b.records, 0, 0, 0, 0, byte(m), byte(len(key)))
	b.records = append(append(b.records, key...), value...)
	if more != nil {
		b.records = binary.NativeEndian.AppendUint32(b.records, uint32(len(b.more)))
		b.more = append(b.more, more)
	}
	binary.NativeEndian.PutUint32(b.records[at:], uint32(len(b.records)-at))
}

// reset begins another shard in the same memory.
func (b *builder[M]) reset() {
	*b = builder[M]{slots: b.slots[:0], places: b.places[:0], records: b.records[:0], blob: b.blob[:0]}
}

func (b *builder[M]) shard() shard[M] {
	if len(b.slots) == 0 {
		return shard[M]{}
	}
	n := len(b.slots)*4/3 + 1
	slices.SortFunc(b.slots, func(p, q uint64) int { return cmp.Compare(uint32(p), uint32(q)) })
	places := b.places[:0]
	used := uint(0)
	for _, slot := range b.slots {
		place := max(used, slotOf(uint32(slot), uint32(n)))
		places = append(places, place)
		used = place + 1
	}
	b.places = places
	head := slotsAt + slotLen*(max(n, int(used))+1)
	blob := slices.Grow(b.blob, head+len(b.records))[:head]
	clear(blob)
	binary.NativeEndian.PutUint32(blob, uint32(n))
	for i, slot := range b.slots {
		binary.NativeEndian.PutUint64(blob[slotsAt+slotLen*places[i]:], slot+uint64(head)<<32)
	}
	b.blob = append(blob, b.records...)
	return shard[M]{blob: string(b.blob), more: slices.Clip(b.more), marks: b.marks}
}
