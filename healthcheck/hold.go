package healthcheck

// Holding a group: targets and groups come to be with their first hold and go with
// their last.

import (
	"net/netip"
	"slices"
	"time"

	"meridian/steering"
)

// Handle is one hold on a group. It keeps its targets probed until it is released.
type Handle struct {
	word  *steering.Word
	group *group // nil once released
	// unchecked are addresses that were up for want of a check (Unchecked).
	unchecked []netip.Addr
}

// Unchecked stands for a group that had no check: its addresses were always up. It is
// only to be inherited from, so that the first check of what serves doesn't take it out.
func Unchecked(addresses []netip.Addr) *Handle { return &Handle{unchecked: addresses} }

// Word returns the group's word: the same for as long as anyone holds an equal
// group. After Release it stays as it was last.
func (h *Handle) Word() *steering.Word { return h.word }

// Acquire holds a group: its targets are probed from now on, and its word follows
// them. Targets that nobody held before start with the state that inherit's target
// of the same address has now (if inherit isn't nil, and that one was ever up or
// down), else with the stale verdict from before the restart, else new; their
// first probe is due at once. inherit must not have been released: acquire what
// comes, then release what goes, so that what stays is kept.
func (c *Checker) Acquire(g Group, inherit *Handle) *Handle {
	if len(g.Targets) == 0 {
		panic("healthcheck: a group without targets")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	targets := make([]*target, len(g.Targets))
	for i, t := range g.Targets {
		targets[i] = c.intern(t, inherit)
	}
	least := max(g.Min, 1)
	key := groupKey(targets, least)
	held, ok := c.groups[key]
	if !ok {
		held = &group{key: key, targets: targets, min: least}
		c.groups[key] = held
		for _, t := range targets {
			t.groups[held] = struct{}{}
		}
		held.begin()
	}
	held.holders++
	return &Handle{word: &held.word, group: held}
}

// intern finds or makes the one target that equals t.
func (c *Checker) intern(key Target, inherit *Handle) *target {
	if t, ok := c.targets[key]; ok {
		return t
	}
	c.lastID++
	t := &target{Target: key, id: c.lastID, groups: map[*group]struct{}{}}
	t.index = -1
	t.machine = inheritance(key, inherit)
	if v, ok := c.claim(key); ok && t.machine.state == steering.New {
		t.machine = stale(v.State, v.Since, v.LastDown)
	}
	t.word.Store(t.machine.health())
	c.targets[key] = t
	if t.machine.reason == steering.ReasonInherited {
		c.note(t)
	}
	c.schedule.add(t, time.Now())
	if t.due.Before(c.schedule.wake) {
		c.nudgeRun()
	}
	return t
}

// inheritance is what a new target takes over from the handle of the group that it
// comes in place of.
func inheritance(key Target, inherit *Handle) machine {
	if inherit == nil {
		return machine{}
	}
	if slices.Contains(inherit.unchecked, key.Address.Addr()) {
		return machine{state: steering.Up}.inherited()
	}
	if inherit.group == nil {
		return machine{}
	}
	for _, t := range inherit.group.targets {
		if t.Address.Addr() == key.Address.Addr() {
			return t.machine.inherited()
		}
	}
	return machine{}
}

// Release ends a hold. A target that no group holds any more is not probed again:
// its state is dropped, its verdict removed from the store, and the result of a
// probe under way comes to nothing. Releasing nil, or twice, does nothing.
func (c *Checker) Release(h *Handle) {
	if h == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	g := h.group
	if g == nil {
		return
	}
	h.group = nil
	g.holders--
	if g.holders > 0 {
		return
	}
	delete(c.groups, g.key)
	for _, t := range g.targets {
		delete(t.groups, g)
		if len(t.groups) == 0 && c.targets[t.Target] == t {
			delete(c.targets, t.Target)
			c.schedule.remove(t)
			if t.machine.state != steering.New { // of a new one nothing was kept
				c.forget(t.key())
			}
		}
	}
}
