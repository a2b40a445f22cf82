package control

// What outlives a view: regions' words and switches, and the shapes that records share.

import (
	"maps"
	"slices"
	"weak"

	"meridian/dnsserver/answer"
	"meridian/healthcheck"
	"meridian/steering"
	"meridian/view"
	"meridian/wire"
)

// runtime is what compiled records hang on. Only the writer touches it. What a record has
// of its own is in the view.
type runtime struct {
	checker *healthcheck.Checker
	regions map[string]*liveRegion
	slots   []string // region names by counter slot
	shapes  shapes
	garbage []*steering.Word
}

type recordKey struct{ zone, owner wire.Name }

// liveRegion is a region's word and switch; they stay while the process runs, so that
// a region that goes and returns is the same to old views.
type liveRegion struct {
	target   healthcheck.Target // the zero value without a check
	word     *steering.Word     // nil without a check
	operator *steering.Switch
	slot     uint16
	users    int // records that use it
}

// Slots under which answers are counted beside the regions' own.
const (
	slotFallback = 0
	slotOther    = answer.MaxRegionSlots - 1
)

func newRuntime(checker *healthcheck.Checker) *runtime {
	return &runtime{checker: checker, regions: map[string]*liveRegion{}, slots: []string{"fallback"}, shapes: shapes{known: map[string]weak.Pointer[view.Shape]{}}}
}

// region returns a region's live part, with its check as the state has it.
func (r *runtime) region(s *State, name string) *liveRegion {
	live := r.regions[name]
	if live == nil {
		live = &liveRegion{operator: &steering.Switch{}, slot: slotOther}
		if len(r.slots) < slotOther {
			live.slot = uint16(len(r.slots))
			r.slots = append(slices.Clip(r.slots), name)
		}
		live.operator.Store(steering.SettingOf(s.Overrides[OverrideKey{Region: name}]))
		r.regions[name] = live
	}
	settings := s.Regions[name]
	var target healthcheck.Target
	if settings.Check != "" {
		target = healthcheck.NewTarget(s.Checks[settings.Check], settings.Address, name)
	}
	if target == live.target {
		return live
	}
	old := live.word
	live.target, live.word = target, nil
	if settings.Check != "" {
		live.word = r.checker.Acquire(healthcheck.Group{Targets: []healthcheck.Target{target}, Min: 1}, healthcheck.Before{Word: old})
	}
	r.drop(old)
	return live
}

// drop lets a word go once nothing answers from it any more.
func (r *runtime) drop(w *steering.Word) {
	if w != nil {
		r.garbage = append(r.garbage, w)
	}
}

// release lets go what was dropped: the view that used it is no longer answered from.
func (r *runtime) release() {
	for _, w := range r.garbage {
		r.checker.Release(w)
	}
	r.garbage = nil
}

// letGo drops what a record held.
func (r *runtime) letGo(record *view.Steered) {
	if record == nil {
		return
	}
	for _, w := range record.Words {
		r.drop(w)
	}
	for _, name := range record.Regions {
		r.regions[name].users--
	}
}

// dropUnused ends the checks of regions that no record uses any more.
func (r *runtime) dropUnused() {
	for _, live := range r.regions {
		if live.users == 0 && live.word != nil {
			r.drop(live.word)
			live.word, live.target = nil, healthcheck.Target{}
		}
	}
}

// shapes finds those that are in use by the settings that made them.
type shapes struct {
	known map[string]weak.Pointer[view.Shape]
	most  int // that may be known before those are forgotten that nothing uses
}

// intern returns the one shape that is the same as made: that is made, if there is none.
func (s *shapes) intern(key string, made *view.Shape) *view.Shape {
	if known := s.known[key].Value(); known != nil && known.Same(made) {
		return known
	}
	if len(s.known) >= s.most {
		maps.DeleteFunc(s.known, func(_ string, p weak.Pointer[view.Shape]) bool { return p.Value() == nil })
		s.most = 2*len(s.known) + 64
	}
	s.known[key] = weak.Make(made)
	return made
}
