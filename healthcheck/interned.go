package healthcheck

// Interned targets: a value that is probed once, however many want it. There may be
// hundreds of thousands, so each is as small as it can be.

import (
	"hash/maphash"
	"net/netip"
	"time"
	"unique"
)

// target is an interned Target with its state.
type target struct {
	targetKey
	timing
	lastOK  bool // what the last probe found
	id      uint32
	machine machine
	lastWhy string
	lastAt  moment // 0 before the first probe

	probes, failed, flips uint32

	// alone is the group of this target and no other, as most groups are; it is there
	// while it has holders. groups are all others that hang on the target.
	alone  group
	groups map[*group]struct{}
}

// held says whether any group hangs on the target.
func (t *target) held() bool { return t.alone.holders > 0 || len(t.groups) > 0 }

// refresh works out again the words of the groups that hang on the target.
func (t *target) refresh(number uint32) {
	if t.alone.holders > 0 {
		t.alone.refresh(number)
	}
	for g := range t.groups {
		g.refresh(number)
	}
}

// targetKey is a Target in less memory: the settings are shared by all that have equal
// ones.
type targetKey struct {
	settings unique.Handle[Settings]
	address  netip.AddrPort
	host     string
}

func keyOf(t Target) targetKey {
	return targetKey{unique.Make(t.Settings), t.Address, t.Host}
}

func (k targetKey) target() Target { return Target{k.settings.Value(), k.address, k.host} }

// targets finds interned targets: a hash table with open addressing, whose slots are
// pointers. At least a quarter of them is free.
type targets struct {
	seed   maphash.Seed
	slots  []*target // a power of two
	number int
}

func newTargets() targets {
	return targets{seed: maphash.MakeSeed(), slots: make([]*target, 8)}
}

// home is the slot where a key is looked for first; the others follow it.
func (s *targets) home(k targetKey) int {
	return int(maphash.Comparable(s.seed, k)) & (len(s.slots) - 1)
}

func (s *targets) after(i int) int { return (i + 1) & (len(s.slots) - 1) }

// slot is where a key is, or the free slot where it would be.
func (s *targets) slot(k targetKey) int {
	i := s.home(k)
	for s.slots[i] != nil && s.slots[i].targetKey != k {
		i = s.after(i)
	}
	return i
}

// find returns the target with a key; nil for none.
func (s *targets) find(k targetKey) *target { return s.slots[s.slot(k)] }

// add adds a target that isn't there.
func (s *targets) add(t *target) {
	if s.number++; s.number > len(s.slots)/4*3 {
		old := s.slots
		s.slots = make([]*target, 2*len(old))
		for _, t := range old {
			if t != nil {
				s.slots[s.slot(t.targetKey)] = t
			}
		}
	}
	s.slots[s.slot(t.targetKey)] = t
}

// remove removes a target, and says whether it was there.
func (s *targets) remove(t *target) bool {
	free := s.slot(t.targetKey)
	if s.slots[free] != t {
		return false
	}
	s.number--
	s.slots[free] = nil
	// What follows without a gap may have been put there because of it.
	for i := s.after(free); s.slots[i] != nil; i = s.after(i) {
		t := s.slots[i]
		s.slots[i] = nil
		s.slots[s.slot(t.targetKey)] = t
	}
	return true
}

// all yields all targets, in no order.
func (s *targets) all(yield func(*target) bool) {
	for _, t := range s.slots {
		if t != nil && !yield(t) {
			return
		}
	}
}

// moment is a time in nanoseconds since 1970; 0 is none.
type moment int64

func momentOf(t time.Time) moment {
	if t.IsZero() {
		return 0
	}
	return moment(t.UnixNano())
}

func (m moment) time() time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.Unix(0, int64(m))
}
