package healthcheck

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"meridian/steering"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// slowState is the machine's definition, read off a whole history: the last run of
// equal results that was long enough decides; before there is one, a success makes
// a new target up.
func slowState(from steering.State, history []bool, th thresholds) steering.State {
	for end := len(history); end > 0; end-- {
		run := 1
		for run < end && history[end-1-run] == history[end-1] {
			run++
		}
		if history[end-1] && run >= th.rise {
			return steering.Up
		}
		if !history[end-1] && run >= th.fall {
			return steering.Down
		}
		if history[end-1] && slowState(from, history[:end-1], th) == steering.New {
			return steering.Up
		}
	}
	return from
}

func TestMachineAgreesWithItsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		th := thresholds{rapid.IntRange(1, 4).Draw(t, "rise"), rapid.IntRange(1, 4).Draw(t, "fall")}
		from := rapid.SampledFrom([]steering.State{steering.New, steering.Down, steering.Up}).Draw(t, "from")
		history := rapid.SliceOfN(rapid.Bool(), 0, 12).Draw(t, "history")
		m := machine{state: from}
		for i, ok := range history {
			m = m.next(ok, th, noon)
			if want := slowState(from, history[:i+1], th); m.state != want {
				t.Fatalf("from %v after %v with %+v: %v, want %v", from, history[:i+1], th, m.state, want)
			}
		}
	})
}

func TestMachineFlipsAtItsThresholdsAndNotBefore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		th := thresholds{rapid.IntRange(1, 5).Draw(t, "rise"), rapid.IntRange(1, 5).Draw(t, "fall")}
		var m machine
		var successes, failures int
		for i := range rapid.IntRange(1, 100).Draw(t, "probes") {
			ok := rapid.Bool().Draw(t, "ok")
			if successes++; !ok {
				successes = 0
			}
			if failures++; ok {
				failures = 0
			}
			before, now := m, noon.Add(time.Duration(i)*time.Second)
			m = m.next(ok, th, now)
			switch {
			case before.state != steering.Down && m.state == steering.Down && failures < th.fall:
				t.Fatalf("down after %d failures in a row, fall is %d", failures, th.fall)
			case failures >= th.fall && m.state != steering.Down:
				t.Fatalf("%v after %d failures in a row, fall is %d", m.state, failures, th.fall)
			case before.state == steering.Down && m.state == steering.Up && successes < th.rise:
				t.Fatalf("up after %d successes in a row, rise is %d", successes, th.rise)
			case successes >= th.rise && m.state != steering.Up:
				t.Fatalf("%v after %d successes in a row, rise is %d", m.state, successes, th.rise)
			case before.state == steering.New && ok && m.state != steering.Up:
				t.Fatalf("new, and %v after a success", m.state)
			case before.state != m.state && m.since != momentOf(now), before.state == m.state && m.since != before.since:
				t.Fatalf("%v → %v at %v says since %v", before.state, m.state, now, m.since.time())
			}
		}
	})
}

// A state that was not found by these probes says so until they have spoken.
func TestMachineReasons(t *testing.T) {
	up := machine{state: steering.Up, reason: steering.ReasonProbed, since: momentOf(noon), lastDown: 7}
	tests := []struct {
		name    string
		start   machine
		results []bool
		state   steering.State
		reason  steering.Reason
	}{
		{"new", machine{}, nil, steering.New, steering.ReasonNone},
		{"new, one failure", machine{}, []bool{false}, steering.New, steering.ReasonProbed},
		{"new, one success", machine{}, []bool{true}, steering.Up, steering.ReasonProbed},
		{"stale", stale(steering.Down, noon, 0), nil, steering.Down, steering.ReasonStale},
		{"stale down, one success", stale(steering.Down, noon, 0), []bool{true}, steering.Down, steering.ReasonProbed},
		{"stale down, rise successes", stale(steering.Down, noon, 0), []bool{true, true}, steering.Up, steering.ReasonProbed},
		{"stale up, one failure", stale(steering.Up, noon, 0), []bool{false}, steering.Up, steering.ReasonProbed},
		{"inherited", up.inherited(), nil, steering.Up, steering.ReasonInherited},
		{"inherited, one success", up.inherited(), []bool{true}, steering.Up, steering.ReasonInherited},
		{"inherited, rise successes", up.inherited(), []bool{true, true}, steering.Up, steering.ReasonProbed},
		{"inherited, short of fall", up.inherited(), []bool{false, false}, steering.Up, steering.ReasonInherited},
		{"inherited, fall failures", up.inherited(), []bool{false, false, false}, steering.Down, steering.ReasonProbed},
		{"inherited from new", machine{reason: steering.ReasonProbed, failures: 2}.inherited(), nil, steering.New, steering.ReasonNone},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := tt.start
			for _, ok := range tt.results {
				m = m.next(ok, thresholds{rise: 2, fall: 3}, noon)
			}
			if m.state != tt.state || m.reason != tt.reason {
				t.Errorf("%v (%v), want %v (%v)", m.state, m.reason, tt.state, tt.reason)
			}
			if m.lastDown != tt.start.lastDown {
				t.Errorf("the number of the last flip to down went from %d to %d", tt.start.lastDown, m.lastDown)
			}
		})
	}
}
