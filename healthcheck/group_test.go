package healthcheck

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"meridian/steering"
)

func word(s steering.State, why steering.Reason, step uint8, lastDown uint32) steering.Health {
	return steering.NewHealth(s, why, step, 0, lastDown)
}

func TestDerive(t *testing.T) {
	up := word(steering.Up, steering.ReasonProbed, 0, 0)
	down := word(steering.Down, steering.ReasonProbed, 0, 0)
	untried := steering.Health(0)
	failing := word(steering.New, steering.ReasonProbed, 0, 0)
	tests := []struct {
		name    string
		targets []steering.Health
		min     int
		want    steering.Health
	}{
		{"one up", []steering.Health{up}, 1,
			steering.NewHealth(steering.Up, steering.ReasonProbed, 0, 0b0, 0)},
		{"one down", []steering.Health{down}, 1,
			steering.NewHealth(steering.Down, steering.ReasonProbed, 0, 0b1, 0)},
		{"enough are up", []steering.Health{down, up, up}, 2,
			steering.NewHealth(steering.Up, steering.ReasonProbed, 0, 0b001, 0)},
		{"too few are up", []steering.Health{down, up, down}, 2,
			steering.NewHealth(steering.Down, steering.ReasonTooFew, 0, 0b101, 0)},
		{"nothing is known", []steering.Health{untried, failing}, 1,
			steering.NewHealth(steering.New, steering.ReasonNone, 0, 0b11, 0)},
		{"one is known to be down", []steering.Health{untried, down}, 1,
			steering.NewHealth(steering.Down, steering.ReasonProbed, 0, 0b11, 0)},
		{"a new one is no up one", []steering.Health{untried, up}, 2,
			steering.NewHealth(steering.Down, steering.ReasonTooFew, 0, 0b01, 0)},
		{"as certain as the least certain that is up",
			[]steering.Health{up, word(steering.Up, steering.ReasonInherited, 0, 0), word(steering.Down, steering.ReasonStale, 0, 0)}, 1,
			steering.NewHealth(steering.Up, steering.ReasonInherited, 0, 0b100, 0)},
		{"stale is the least certain",
			[]steering.Health{word(steering.Down, steering.ReasonInherited, 0, 0), word(steering.Down, steering.ReasonStale, 0, 0)}, 1,
			steering.NewHealth(steering.Down, steering.ReasonStale, 0, 0b11, 0)},
		{"the largest TTL step",
			[]steering.Health{word(steering.Up, steering.ReasonProbed, 3, 0), word(steering.Up, steering.ReasonProbed, 9, 0)}, 1,
			steering.NewHealth(steering.Up, steering.ReasonProbed, 9, 0, 0)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := derive(tt.targets, tt.min, 0); got != tt.want {
				t.Errorf("%s, want %s", describe(got), describe(tt.want))
			}
		})
	}
}

func describe(h steering.Health) string {
	return fmt.Sprintf("%v (%v), step %d, down addresses %b, last down %d", h.State(), h.Reason(), h.TTLStep(), h.DownAddresses(), h.LastDown())
}

// The third of four targets to fall leaves one, which is too few where two must be up.
func TestFellBy(t *testing.T) {
	fallen := func(numbers ...uint32) (targets []steering.Health) {
		for _, n := range numbers {
			targets = append(targets, word(steering.Down, steering.ReasonProbed, 0, n))
		}
		return targets
	}
	tests := []struct {
		targets []steering.Health
		min     int
		want    uint32
	}{
		{fallen(5), 1, 5},
		{fallen(9, 4), 1, 9},
		{fallen(9, 4), 2, 4},
		{fallen(40, 10, 30, 20), 2, 30},
		{fallen(0, 0), 1, 0},
		{fallen(7), 2, 0}, // was never up
	}
	for _, tt := range tests {
		if got := fellBy(tt.targets, tt.min); got != tt.want {
			t.Errorf("%d must be up of %d: fell by %d, want %d", tt.min, len(tt.targets), got, tt.want)
		}
	}
}

// Whatever is acquired, released and probed in whatever order: every word that is
// held is what its targets' states make it, targets and groups are there as long as
// they are held, and the schedule has exactly the targets.
func TestHoldsAgreeWithAModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := New(Options{})
		type hold struct {
			word  *steering.Word
			group Group
		}
		var holds []hold
		states := map[Target]machine{}
		t.Repeat(map[string]func(*rapid.T){
			"acquire": func(t *rapid.T) {
				addresses := rapid.SliceOfNDistinct(rapid.IntRange(0, 4), 1, 3, rapid.ID).Draw(t, "addresses")
				g := Group{Min: rapid.IntRange(1, 3).Draw(t, "min")}
				for _, i := range addresses {
					g.Targets = append(g.Targets, tcpTarget(i, time.Second))
				}
				holds = append(holds, hold{c.Acquire(g, Before{}), g})
				for _, target := range g.Targets {
					if _, held := states[target]; !held {
						states[target] = machine{}
					}
				}
			},
			"release": func(t *rapid.T) {
				if len(holds) == 0 {
					t.Skip("nothing is held")
				}
				i := rapid.IntRange(0, len(holds)-1).Draw(t, "which")
				c.Release(holds[i].word)
				holds = slices.Delete(holds, i, i+1)
				for target := range states {
					if !slices.ContainsFunc(holds, func(h hold) bool { return slices.Contains(h.group.Targets, target) }) {
						delete(states, target)
					}
				}
			},
			"probe": func(t *rapid.T) {
				target := tcpTarget(rapid.IntRange(0, 4).Draw(t, "address"), time.Second)
				if held := c.targets.find(keyOf(target)); held != nil {
					result := Result{OK: rapid.Bool().Draw(t, "ok")}
					c.take(held, result)
					states[target] = states[target].next(result.OK, thresholds{2, 3}, noon)
				}
			},
			"": func(t *rapid.T) {
				if c.targets.number != len(states) || len(c.schedule.queue) != len(states) {
					t.Fatalf("%d targets, %d of them scheduled, want %d", c.targets.number, len(c.schedule.queue), len(states))
				}
				groups := map[string]*steering.Word{}
				for _, h := range holds {
					up, known := 0, 0
					for i, target := range h.group.Targets {
						isUp := states[target].state == steering.Up
						if isUp {
							up++
						}
						if states[target].state != steering.New {
							known++
						}
						if bit := h.word.Load().DownAddresses()>>i&1 == 1; bit == isUp {
							t.Fatalf("address %d is up: %v, its bit says down: %v", i, isUp, bit)
						}
					}
					want := steering.Down
					if up >= h.group.Min {
						want = steering.Up
					} else if known == 0 {
						want = steering.New
					}
					if got := h.word.Load().State(); got != want {
						t.Fatalf("%d of %d up, %d must be: %v, want %v", up, len(h.group.Targets), h.group.Min, got, want)
					}
					key := fmt.Sprint(h.group)
					if groups[key] != nil && groups[key] != h.word {
						t.Fatal("equal groups have different words")
					}
					groups[key] = h.word
				}
				if len(c.words) != len(groups) {
					t.Fatalf("%d groups, want %d", len(c.words), len(groups))
				}
			},
		})
	})
}

// From a target's last needed failure to the word that the next query reads.
func BenchmarkFlip(b *testing.B) {
	c := New(Options{})
	key := tcpTarget(1, time.Second)
	h := c.Acquire(Group{Targets: []Target{key}}, Before{})
	t := c.targets.find(keyOf(key))
	b.ReportAllocs()
	for ok := true; b.Loop(); ok = !ok {
		t.machine.successes, t.machine.failures = 99, 99 // each result is the last needed
		c.take(t, Result{OK: ok})
	}
	if t.flips == 0 || h.Load().State() == steering.New {
		b.Fatal("nothing has flipped")
	}
}
