package steering

// Switches: operators' overrides of regions and endpoints, as the query reads them.

import (
	"math"
	"slices"
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

// Switch holds the override of a region. Its zero value says nothing. One goroutine at a time
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

// Switches hold the overrides of one record's endpoints. Most records have none, and then
// it is one word that says so. It is the same in all views that have the record, so that
// an override takes effect in those that queries are being answered from. The zero value
// says nothing. One goroutine at a time stores, any number load. It must not be copied.
type Switches struct{ v atomic.Pointer[settings] }

// settings are by endpoint; those that say nothing are left out. They are immutable.
type settings []said

type said struct {
	endpoint string
	setting  Setting
}

// Store publishes the setting of an endpoint; the next query sees it.
func (w *Switches) Store(endpoint string, s Setting) {
	var next settings
	if now := w.v.Load(); now != nil {
		next = slices.DeleteFunc(slices.Clone(*now), func(e said) bool { return e.endpoint == endpoint })
	}
	if s != (Setting{}) {
		next = append(next, said{endpoint, s})
	}
	if len(next) == 0 {
		w.v.Store(nil)
		return
	}
	w.v.Store(&next)
}

// Load returns the present setting of an endpoint.
func (w *Switches) Load(endpoint string) Setting { return w.load().on(endpoint) }

func (w *Switches) load() *settings {
	if w == nil {
		return nil
	}
	return w.v.Load()
}

// on is what is said of an endpoint.
func (s *settings) on(endpoint string) Setting {
	if s != nil {
		for i := range *s {
			if (*s)[i].endpoint == endpoint {
				return (*s)[i].setting
			}
		}
	}
	return Setting{}
}
