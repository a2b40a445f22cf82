package healthcheck

// Holding a group: targets and groups come to be with their first hold and go with
// their last.

import (
	"net/netip"
	"slices"
	"time"

	"meridian/steering"
)

// Before is what a group comes in place of. The zero value is nothing.
type Before struct {
	// Word is that of a group that is held.
	Word *steering.Word
	// Unchecked are addresses that were up for want of a check, so that the first check of
	// what serves doesn't take it out.
	Unchecked []netip.Addr
}

// Acquire holds a group and returns its word, the same for as long as anyone holds an
// equal group: its targets are probed from now on, and the word follows them. Targets that
// nobody held before start with the state that the target of the same address has in what
// was there before (if that one was ever up or down), else with the stale verdict from
// before the restart, else new; their first probe is due at once. Acquire what comes, then
// release what goes, so that what stays is kept.
func (c *Checker) Acquire(g Group, before Before) *steering.Word {
	if len(g.Targets) == 0 {
		panic("healthcheck: a group without targets")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	targets := make([]*target, len(g.Targets))
	for i, t := range g.Targets {
		targets[i] = c.intern(t, before)
	}
	held := c.group(targets, max(g.Min, 1))
	held.holders++
	return &held.word
}

// intern finds or makes the one target that equals t.
func (c *Checker) intern(key Target, before Before) *target {
	k := keyOf(key)
	if t := c.targets.find(k); t != nil {
		return t
	}
	c.lastID++
	t := &target{targetKey: k, id: c.lastID}
	t.index = -1
	t.machine = c.inheritance(key, before)
	if v, ok := c.claim(key); ok && t.machine.state == steering.New {
		t.machine = stale(v.State, v.Since, v.LastDown)
	}
	c.targets.add(t)
	if t.machine.reason == steering.ReasonInherited {
		c.note(t)
	}
	c.schedule.add(t, time.Now())
	if c.schedule.time(t.due).Before(c.schedule.wake) {
		c.nudgeRun()
	}
	return t
}

// inheritance is what a new target takes over from what was there before.
func (c *Checker) inheritance(key Target, before Before) machine {
	if slices.Contains(before.Unchecked, key.Address.Addr()) {
		return machine{state: steering.Up}.inherited()
	}
	if g := c.words[before.Word]; g != nil {
		for _, t := range g.targets() {
			if t.address.Addr() == key.Address.Addr() {
				return t.machine.inherited()
			}
		}
	}
	return machine{}
}

// Release ends one hold on the group whose word w is; the word stays as it was last. A
// target that no group holds any more is not probed again: its state is dropped, its
// verdict removed from the store, and the result of a probe under way comes to nothing.
// Releasing the word of a group that nobody holds does nothing.
func (c *Checker) Release(w *steering.Word) {
	c.mu.Lock()
	defer c.mu.Unlock()
	g := c.words[w]
	if g == nil {
		return
	}
	if g.holders--; g.holders > 0 {
		return
	}
	c.dropGroup(g)
	for _, t := range g.targets() {
		if !t.held() && c.targets.remove(t) {
			c.schedule.remove(t)
			if t.machine.state != steering.New { // of a new one nothing was kept
				c.forget(t.target().key())
			}
		}
	}
}
