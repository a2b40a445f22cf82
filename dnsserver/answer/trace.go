package answer

// What was decided on the way of an answer, for explain: noted where it is decided, and
// only by a Responder that was told to.

import (
	"net/netip"

	"meridian/steering"
	"meridian/view"
	"meridian/wire"
)

// Trace is the decisions on the way of answers, in their order.
type Trace struct{ Steps []Step }

// Step is a name on the way of an answer, and what stands there.
type Step struct {
	Way      Way
	Name     wire.Name      // canonical
	Zone     *view.Zone     // that the name is looked for in; nil where none of ours has it
	Node     view.Node      // the name's own, the wildcard that stands for it, or the zone cut or DNAME at or above it
	Decision *Decision      // at Steered
	Found    *view.Resolved // at Outside; nil before anything was found
}

// Decision is the choice of a steered answer, with all that it was made from.
type Decision struct {
	Type    view.SteeredType
	Client  netip.Prefix // that it was made for
	Class   *steering.Class
	Scope   uint8 // the class table's
	Granule uint8 // the granule's length; it counts where Choice.Shared
	States  steering.States
	Choice  steering.Choice
}

// Way is what stands at a name, or why the way ends before it.
type Way uint8

// Ways.
const (
	NoZone    Way = iota // no zone of ours contains the name
	NotLoaded            // the zone has no records
	Referral             // a zone cut at or above it
	NoName               // nothing, and no wildcard
	NoData               // nothing of the type
	Static
	ByCNAME // a static CNAME leads on
	ByDNAME // a DNAME above it leads on
	ByALIAS // an ALIAS leads on
	Steered
	Faulty   // steered, and a fence leaves some clients nothing
	Withheld // steered and not the queried name: with a client subnet the answer ends before it
	Passed   // the chain was there before
	Growing  // the DNAME leads below itself
	TooLong  // the DNAME makes a name that is too long
	TooMany  // more links than an answer follows
	LeftZone // a chain has led out of the zone
	Outside  // an ALIAS has led out of our zones
)

// Trace makes r add the decisions on the way of its answers to t; nil ends that.
func (r *Responder) Trace(t *Trace) { r.trace = t }

// add notes what stands at a place.
func (t *Trace) add(way Way, zone *view.Zone, at *place) {
	if t != nil {
		t.note(way, zone, at.name, &at.found)
	}
}

// addZone notes that a zone, or none, ends the way of the queried name.
func (t *Trace) addZone(way Way, zone *view.Zone, name *wire.Suffixes) {
	if t != nil {
		t.note(way, zone, name, &view.Found{})
	}
}

// note stands apart, so that what is inlined is the nil check alone.
//
//go:noinline
func (t *Trace) note(way Way, zone *view.Zone, name *wire.Suffixes, found *view.Found) {
	t.Steps = append(t.Steps, Step{Way: way, Name: wire.Name(name.At(0)), Zone: zone, Node: found.Node})
}

// amend says better what stands at the last step.
func (t *Trace) amend(way Way) {
	if t != nil {
		t.Steps[len(t.Steps)-1].Way = way
	}
}

// arrive notes a name to which an ALIAS has led; stands, what is there.
func (t *Trace) arrive(name *wire.Suffixes) {
	if t != nil {
		t.note(Outside, nil, name, &view.Found{})
	}
}

func (t *Trace) stands(s *view.Step) {
	if t != nil {
		last := &t.Steps[len(t.Steps)-1]
		last.Way, last.Zone, last.Node = wayOf(s), s.Zone, s.Node
	}
}

func wayOf(s *view.Step) Way {
	switch s.Kind {
	case view.StepNotReady:
		if s.Zone.Loaded() {
			return Faulty
		}
		return NotLoaded
	case view.StepNothing:
		if !s.Node.Exists() {
			return NoName
		}
		return NoData
	case view.StepTooLong:
		return TooLong
	case view.StepStatic:
		return Static
	case view.StepSteered:
		return Steered
	case view.StepLink:
		switch {
		case s.Alias:
			return ByALIAS
		case !s.Node.Set(wire.TypeCNAME).IsZero():
			return ByCNAME
		}
		return ByDNAME
	}
	return Outside
}

// resolved notes what was found of the last step's name, which is outside.
func (t *Trace) resolved(found *view.Resolved) {
	if t != nil {
		t.Steps[len(t.Steps)-1].Found = found
	}
}

// chose notes the choice at the last step. It stands apart from the wire's way, which
// has no room to spare for the copies.
//
//go:noinline
func (t *Trace) chose(typ view.SteeredType, client netip.Prefix, class *steering.Class, scope, granule uint8, states *steering.States, ch *steering.Choice) {
	t.Steps[len(t.Steps)-1].Decision = &Decision{typ, client, class, scope, granule, *states, *ch}
}
