package steering

// A switch: an operator's override of a region or endpoint, as the query reads it.

import (
	"math"
	"sync/atomic"

	"meridian/config"
)

// Force is an operator's word on whether something is up.
type Force uint8

// Forces.
const (
	NoForce Force = iota
	ForceUp
	ForceDown
)

// Switch holds one override. Its zero value says nothing. One goroutine at a time
// stores, any number load. It must not be copied.
type Switch struct{ v atomic.Uint64 }

// Setting is a switch's value: the force, and the drained share in units of 2^-32
// (0 to fullShare).
type Setting struct {
	Force Force
	Share uint64
}

// fullShare is everyone.
const fullShare = 1 << 32

// SettingOf compiles an override; a drain outside 0 to 1 is brought inside.
func SettingOf(o config.Override) Setting {
	s := Setting{Share: uint64(math.Round(min(max(o.Drain, 0), 1) * fullShare))}
	switch o.Force {
	case config.ForceUp:
		s.Force = ForceUp
	case config.ForceDown:
		s.Force = ForceDown
	}
	return s
}

// Store publishes a setting; the next query sees it.
func (w *Switch) Store(s Setting) { w.v.Store(s.Share<<2 | uint64(s.Force)) }

// Load returns the present setting.
func (w *Switch) Load() Setting {
	v := w.v.Load()
	return Setting{Force: Force(v & 3), Share: v >> 2}
}

// join is the one place where two words on one endpoint become one: its own and its
// region's count alike, force-down beats force-up, and the larger share drains.
func join(a, b Setting) Setting { return Setting{max(a.Force, b.Force), max(a.Share, b.Share)} }
