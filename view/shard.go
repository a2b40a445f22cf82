package view

// A shard of a table: some hundred entries in one run of octets without pointers, laid out
// for the cache and for the garbage collector.
//
//	blob: n │ slots … │ records …                  more: what needs pointers
//
//	slot     4 the mixed hash  4 where the record is in the blob (0: free)
//	record   4 its length  1 its marks  1 the key's length  …  the key, a canonical name
//	         …  the value  4 place in more, where the marks say so
//
// Slots are in the order of their mixed hashes, each as near behind its place among n as
// that allows; there are some more than n, the last of them free. So a look-up ends at the
// first greater hash, whether it finds something or not.
//
// Numbers are as the machine has them (drawn for a little-endian one), and are read wherever
// they lie, as amd64, arm64, riscv64, ppc64 and s390x can. A blob lives as long as any
// string that is a part of it: a record, a name, an RRset.

import (
	"cmp"
	"encoding/binary"
	"slices"
	"unsafe"

	"meridian/wire"
)

// Places in a blob and in a record.
const (
	slotsAt   = 4
	slotLen   = 8
	marksAt   = 4
	keyLenAt  = 5
	recordKey = 6
	moreLen   = 4
)

// shard is immutable once it is made; the zero value has no entries.
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

// find returns what stands at a canonical name with the given hash. Every query comes here
// several times, so that blobs are read by pointers: what a builder made is well-formed,
// and checking it again would be half of the work.
func find[M any, K ~string | ~[]byte](s *shard[M], hash uint32, key K) entry[M] {
	if s.blob == "" {
		return entry[M]{}
	}
	h := mix(hash)
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

// with returns the shard with updates applied, and how many entries it has more. b is used
// for it.
func (s *shard[M]) with(b *builder[M], updates []update[M]) (made shard[M], added int) {
	b.reset()
	b.records = slices.Grow(b.records, len(s.blob))
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
	blob := slices.Grow(b.blob, head+len(b.records))[:head] // not to grow again
	clear(blob)
	binary.NativeEndian.PutUint32(blob, uint32(n))
	for i, slot := range b.slots {
		binary.NativeEndian.PutUint64(blob[slotsAt+slotLen*places[i]:], slot+uint64(head)<<32)
	}
	b.blob = append(blob, b.records...)
	return shard[M]{blob: string(b.blob), more: slices.Clip(b.more), marks: b.marks}
}
