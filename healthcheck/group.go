package healthcheck

// A group's word: derived from its targets' words, worked out at a flip along the
// target's list of groups, never in a query and never per name.

import (
	"encoding/binary"
	"slices"

	"meridian/config"
	"meridian/steering"
)

// Group is what an endpoint of one family hangs on: its targets in the order of
// its addresses (at least one, at most config.MaxAddresses), and how many of them
// must be up (less than 1 is taken as 1).
type Group struct {
	Targets []Target
	Min     int
}

// group is an interned Group: equal ones share it, so that a hundred thousand names
// on the same addresses have one word.
type group struct {
	word    steering.Word
	first   *target
	others  *[]*target // nil for none
	min     int32
	holders int32
}

// targets are a group's, in the order of its addresses.
func (g *group) targets() []*target {
	if g.others == nil {
		return []*target{g.first}
	}
	return append([]*target{g.first}, *g.others...)
}

// group returns the one group of these targets, of which so many must be up.
func (c *Checker) group(of []*target, min int) *group {
	if t := of[0]; len(of) == 1 && min == 1 {
		if t.alone.holders == 0 {
			// Queries may still read its word, from when it was held before.
			t.alone.first, t.alone.min = t, 1
			t.alone.begin()
			c.words[&t.alone.word] = &t.alone
		}
		return &t.alone
	}
	key := groupKey(of, min)
	g := c.groups[key]
	if g == nil {
		others := of[1:]
		g = &group{first: of[0], others: &others, min: int32(min)}
		c.groups[key], c.words[&g.word] = g, g
		for _, t := range of {
			if t.groups == nil {
				t.groups = map[*group]struct{}{}
			}
			t.groups[g] = struct{}{}
		}
		g.begin()
	}
	return g
}

// dropGroup ends a group that nobody holds.
func (c *Checker) dropGroup(g *group) {
	delete(c.words, &g.word)
	if g == &g.first.alone {
		return
	}
	delete(c.groups, groupKey(g.targets(), int(g.min)))
	for _, t := range g.targets() {
		delete(t.groups, g)
	}
}

// groupKey is equal for equal groups: targets are interned, so their numbers are
// all that tells groups apart.
func groupKey(targets []*target, min int) string {
	key := binary.AppendUvarint(nil, uint64(min))
	for _, t := range targets {
		key = binary.AppendUvarint(key, uint64(t.id))
	}
	return string(key)
}

// refresh works the word out again from the targets' words. number is that of the
// flip to down that is the occasion, kept if the group went down by it.
func (g *group) refresh(number uint32) {
	before := g.word.Load()
	lastDown := before.LastDown()
	after := derive(g.healths(), int(g.min), lastDown)
	if before.State() == steering.Up && after.State() == steering.Down {
		after = derive(g.healths(), int(g.min), number)
	}
	if after != before {
		g.word.Store(after)
	}
}

// begin gives a new group its first word. Its last flip to down was when the
// target fell that left too few; known from the targets' own, if they hang
// together since before (a restart, changed settings).
func (g *group) begin() {
	healths := g.healths()
	h := derive(healths, int(g.min), 0)
	if h.State() == steering.Down {
		h = derive(healths, int(g.min), fellBy(healths, int(g.min)))
	}
	g.word.Store(h)
}

func (g *group) healths() []steering.Health {
	var healths []steering.Health
	for _, t := range g.targets() {
		healths = append(healths, t.machine.health())
	}
	return healths
}

// fellBy is the number of the flip that left fewer than min of the targets up: of n
// targets the (n-min+1)-th to fall. 0 is not known.
func fellBy(targets []steering.Health, min int) uint32 {
	falls := make([]uint32, len(targets))
	for i, h := range targets {
		falls[i] = h.LastDown()
	}
	slices.Sort(falls)
	if min > len(falls) {
		return 0
	}
	return falls[len(falls)-min]
}

// derive is the word of a group whose targets have these words, in the order of
// their addresses.
//
// It is up when at least min targets are; new while none was ever up or down; else
// down, by too few where some are up. Its certainty is that of the least certain
// target in the group's own state, its TTL step the largest.
func derive(targets []steering.Health, min int, lastDown uint32) steering.Health {
	var up, known int
	var down uint16
	var step uint8
	for i, h := range targets {
		if h.State().IsUp() {
			up++
		} else if i < config.MaxAddresses {
			down |= 1 << i
		}
		if h.State() != steering.New {
			known++
		}
		step = max(step, h.TTLStep())
	}
	switch {
	case known == 0:
		return steering.NewHealth(steering.New, steering.ReasonNone, step, down, lastDown)
	case up >= min:
		return steering.NewHealth(steering.Up, leastCertain(targets, steering.Up), step, down, lastDown)
	case up > 0:
		return steering.NewHealth(steering.Down, steering.ReasonTooFew, step, down, lastDown)
	default:
		return steering.NewHealth(steering.Down, leastCertain(targets, steering.Down), step, down, lastDown)
	}
}

// leastCertain is the weakest reason of the targets in that state: one from before
// the restart is less than one from before the settings changed, and that less than
// one that was probed.
func leastCertain(targets []steering.Health, s steering.State) steering.Reason {
	least := steering.ReasonProbed
	for _, h := range targets {
		switch {
		case h.State() != s:
		case h.Reason() == steering.ReasonStale:
			return steering.ReasonStale
		case h.Reason() == steering.ReasonInherited:
			least = steering.ReasonInherited
		}
	}
	return least
}
