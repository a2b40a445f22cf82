package steering

// A health word: all that a query needs to know of one target, or of what was
// derived from several, in one atomic load.
//
//	 63        32 31      24 23    18 17 16 15             0
//	+------------+----------+--------+-----+----------------+
//	| last flip  |  reason  | TTL    |state| down addresses |
//	| down       |          | step   |     | (derived words)|
//	+------------+----------+--------+-----+----------------+
//
// The last flip is a number, not a time: words of one server are ordered by it
// and the query needs no clock.

import (
	"fmt"
	"sync/atomic"
)

// State is what health says. The zero value is New.
type State uint8

// States. New counts as down, but becomes Up at its first success.
const (
	New State = iota
	Down
	Up
)

func (s State) String() string { return [...]string{"new", "down", "up", "?"}[s&3] }

// IsUp is the state as the choice of an endpoint reads it.
func (s State) IsUp() bool { return s == Up }

// Reason says in one octet why a word is as it is; its words are for explain.
type Reason uint8

// Reasons.
const (
	ReasonNone      Reason = iota // not probed yet
	ReasonProbed                  // the probes say so
	ReasonStale                   // from before the restart, not probed since
	ReasonNoCheck                 // no check: always up
	ReasonTooFew                  // derived: fewer addresses up than min_addresses
	ReasonInherited               // from before the check's settings changed
)

func (r Reason) String() string {
	words := [...]string{"not probed yet", "probed", "from before the restart", "no check", "too few addresses up", "from before the check changed"}
	if int(r) < len(words) {
		return words[r]
	}
	return fmt.Sprintf("reason %d", r)
}

// Health is a word's value. Its zero value is New.
type Health uint64

// NewHealth packs a word. ttlStep is 0 (full TTL) to 63; downAddresses has bit i
// set when the i-th address of an endpoint's family is down; lastDown is the
// number of the last flip to down, 0 for none.
func NewHealth(s State, why Reason, ttlStep uint8, downAddresses uint16, lastDown uint32) Health {
	return Health(lastDown)<<32 | Health(why)<<24 | Health(ttlStep&63)<<18 | Health(s&3)<<16 | Health(downAddresses)
}

// State, Reason, TTLStep, DownAddresses and LastDown are the parts of a word.
func (h Health) State() State          { return State(h >> 16 & 3) }
func (h Health) Reason() Reason        { return Reason(h >> 24) }
func (h Health) TTLStep() uint8        { return uint8(h >> 18 & 63) }
func (h Health) DownAddresses() uint16 { return uint16(h) }
func (h Health) LastDown() uint32      { return uint32(h >> 32) }

// Word holds a Health that one writer stores and any number of queries load. Words may
// lie side by side: a flip makes the readers of its neighbours fetch their line again, once,
// and a server has flips by the hour and words by the million. It must not be copied.
type Word struct{ v atomic.Uint64 }

// Load returns the word's present value.
func (w *Word) Load() Health { return Health(w.v.Load()) }

// Store publishes h; the next query sees it.
func (w *Word) Store(h Health) { w.v.Store(uint64(h)) }
