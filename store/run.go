package store

// A run: many keys in order, with their values, in one value of bbolt's.
//
// bbolt takes some 30 octets and a microsecond for each key of its own, and the keys of
// a zone are alike. So neighbours share one key of bbolt's, the base: the first of them
// is at or behind it, the last before the next run's base. Of each key a run has what
// follows the octets that it shares with the one before (the first: with the base):
//
//	base  rrset/example.com./mail/1
//	run    shared   rest   octets     length   value
//	      ┌────────┬──────┬─────────┬────────┬────────┬─ …
//	      │ 25     │ 0    │         │ 27     │ …      │
//	      │ 23     │ 3    │ 2/1     │ 28     │ …      │
//	      └────────┴──────┴─────────┴────────┴────────┴─ …
//
// The numbers are uvarints. A run ends before it grows longer than maxRun, so a change
// of one key writes about as much as it would if that lay in a page of bbolt's with its
// neighbours, which is what bbolt would write too.

import (
	"bytes"
	"encoding/binary"
	"errors"

	"go.etcd.io/bbolt"
)

// maxRun lets two runs, with what bbolt has beside them, fill a page of 4 KiB. A single
// value may be longer, and has a run of its own then.
const maxRun = 1900

var errBadRun = errors.New("a run of keys makes no sense")

// run is the reading of one run. It panics where the run makes no sense, as bbolt does
// with its pages; guard makes that an error.
type run struct {
	rest  []byte
	key   []byte // of the entry; its memory is used again
	value []byte // the entry's, part of the run
}

// open begins to read a run; next goes to its first entry.
func (r *run) open(base, octets []byte) {
	r.key, r.rest = append(r.key[:0], base...), octets
}

// next goes to the next entry, or says that there is none.
func (r *run) next() bool {
	if len(r.rest) == 0 {
		return false
	}
	shared := r.number(len(r.key))
	r.key = append(r.key[:shared], r.octets()...)
	r.value = r.octets()
	return true
}

func (r *run) number(most int) int {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 || v > uint64(most) {
		panic(errBadRun)
	}
	r.rest = r.rest[n:]
	return int(v)
}

func (r *run) octets() []byte {
	n := r.number(len(r.rest))
	if n > len(r.rest) {
		panic(errBadRun)
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

// runs reads a bucket's keys in order, over the bounds of runs. It must not be used
// beyond a change of the bucket.
type runs struct {
	cursor *bbolt.Cursor
	prefix []byte // of bbolt's keys: in the bucket of changes the revision
	run
	open bool   // at an entry
	low  string // what was sought last: nothing lies between it and the entry
	used bool   // low means something
}

func readRuns(bucket *bbolt.Bucket, prefix []byte) *runs {
	return &runs{cursor: bucket.Cursor(), prefix: prefix}
}

// seek goes to the first key at or behind one, or says that there is none. Keys that are
// sought in order cost little more than a walk.
func (r *runs) seek(key string) bool {
	if r.used && key >= r.low {
		for r.open && string(r.key) < key {
			if !r.run.next() {
				return r.find(key)
			}
		}
		r.low = key
		return r.open
	}
	return r.find(key)
}

// find is seek from bbolt's root.
func (r *runs) find(key string) bool {
	r.low, r.used = key, true
	sought := append(r.prefix[:len(r.prefix):len(r.prefix)], key...)
	base, octets := r.cursor.Seek(sought)
	if !bytes.Equal(base, sought) { // the run before may have it
		if base == nil {
			base, octets = r.cursor.Last()
		} else {
			base, octets = r.cursor.Prev()
		}
		if !bytes.HasPrefix(base, r.prefix) || base == nil {
			base, octets = r.cursor.Seek(sought)
		}
	}
	for r.enter(base, octets) {
		for r.run.next() {
			if string(r.key) >= key {
				return true
			}
		}
		base, octets = r.cursor.Next()
	}
	return false
}

// enter opens the run of a key of bbolt's, if it is one of those to be read.
func (r *runs) enter(base, octets []byte) bool {
	r.open = base != nil && bytes.HasPrefix(base, r.prefix)
	if r.open {
		r.run.open(base[len(r.prefix):], octets)
	}
	return r.open
}

// next goes to the key after the one it is at.
func (r *runs) next() bool {
	r.used = false
	for r.open {
		if r.run.next() {
			return true
		}
		r.enter(r.cursor.Next())
	}
	return false
}

// packer makes runs of keys that come in order.
type packer struct {
	size   int    // that runs may have
	base   []byte // of the first run; nil: its first key
	made   []packed
	key    []byte // the last
	octets []byte // of the run that is open
}

// packed is a run with its base.
type packed struct{ base, octets []byte }

// add adds a key. What it is given is not kept.
func (p *packer) add(key, value []byte) {
	shared := common(p.key, key)
	if len(p.octets) > 0 && len(p.octets)+2*binary.MaxVarintLen16+len(key)-shared+len(value) > p.size {
		p.close()
	}
	if len(p.octets) == 0 {
		base := key
		if len(p.made) == 0 && p.base != nil {
			base = p.base
		}
		p.made = append(p.made, packed{base: bytes.Clone(base)})
		p.key = append(p.key[:0], base...)
		p.octets = make([]byte, 0, max(p.size, len(value)+2*binary.MaxVarintLen64))
		shared = common(p.key, key)
	}
	p.octets = binary.AppendUvarint(p.octets, uint64(shared))
	p.octets = binary.AppendUvarint(p.octets, uint64(len(key)-shared))
	p.octets = append(p.octets, key[shared:]...)
	p.octets = binary.AppendUvarint(p.octets, uint64(len(value)))
	p.octets = append(p.octets, value...)
	p.key = append(p.key[:shared], key[shared:]...)
}

// close ends the open run.
func (p *packer) close() {
	if len(p.octets) > 0 {
		p.made[len(p.made)-1].octets = p.octets
		p.octets = nil
	}
}

// common is how many octets two keys begin with alike.
func common(a, b []byte) int {
	n := min(len(a), len(b))
	i := 0
	for i+8 <= n && binary.LittleEndian.Uint64(a[i:]) == binary.LittleEndian.Uint64(b[i:]) {
		i += 8
	}
	for i < n && a[i] == b[i] {
		i++
	}
	return i
}

func hasPrefix(key []byte, prefix string) bool {
	return len(key) >= len(prefix) && string(key[:len(prefix)]) == prefix
}
