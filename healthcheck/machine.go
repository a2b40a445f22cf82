package healthcheck

// The state machine of one target: a pure function of state, result, thresholds
// and time. No clock, socket, lock or log is in it.
//
//	     1 success              fall failures in a row
//	New ───────────► Up ◄──────────────────────────────► Down
//	 │                    rise successes in a row          ▲
//	 └─────────────────────────────────────────────────────┘
//	                    fall failures in a row
//
// What makes it cleverer (damping, a TTL step that follows certainty, flips that
// are held) belongs here: as fields of machine, which next works out.

import (
	"time"

	"meridian/steering"
)

// machine is a target's state. Its zero value is New, never probed.
type machine struct {
	state  steering.State
	reason steering.Reason
	// lastDown is the server-wide number of the last flip from Up to Down, 0 for none. It
	// is given from outside, since only the server knows the number.
	lastDown uint32
	since    moment // of the last flip; 0 while there was none

	successes, failures int32 // in a row: one of them is 0
}

// thresholds are how many results in a row make a flip.
type thresholds struct{ rise, fall int }

// next is the machine after one result. It has flipped where the states differ.
func (m machine) next(ok bool, th thresholds, now time.Time) machine {
	if ok {
		m.successes, m.failures = m.successes+1, 0
	} else {
		m.successes, m.failures = 0, m.failures+1
	}
	state := m.state
	switch {
	case int(m.failures) >= th.fall:
		state = steering.Down
	case int(m.successes) >= th.rise, ok && m.state == steering.New:
		state = steering.Up
	}
	// An inherited state is what other settings found: the first verdict replaces it,
	// even where it is the same. Of a stale one a single probe is news enough.
	verdict := int(m.failures) >= th.fall || int(m.successes) >= th.rise
	if m.reason != steering.ReasonInherited || verdict {
		m.reason = steering.ReasonProbed
	}
	if state != m.state {
		m.state, m.since = state, momentOf(now)
	}
	return m
}

// health is the machine as a word.
func (m machine) health() steering.Health {
	return steering.NewHealth(m.state, m.reason, 0, 0, m.lastDown)
}

// stale is a kept state after a restart: its counts begin anew.
func stale(state steering.State, since time.Time, lastDown uint32) machine {
	return machine{state: state, reason: steering.ReasonStale, since: momentOf(since), lastDown: lastDown}
}

// inherited is the state of m under other settings: its counts begin anew. What was
// never up or down has nothing to hand on.
func (m machine) inherited() machine {
	if m.state == steering.New {
		return machine{}
	}
	return machine{state: m.state, reason: steering.ReasonInherited, since: m.since, lastDown: m.lastDown}
}
