package view

// ALIAS records, compiled: where a target leads, decided from the view when a query
// comes, and what resolvers found of the names outside where it ends.
//
//	@ ALIAS www                 www in a zone of ours: its answer, whatever it is now
//	@ ALIAS lb.example.net.     outside: the cell of (lb.example.net., type), which a
//	                            resolver fills off the query path
//	@ ALIAS cdn, cdn CNAME …    outside in the end: likewise, by the name where it leaves

import (
	"slices"
	"sync/atomic"

	"meridian/wire"
	"meridian/zones"
)

// TypeALIAS is the type under which ALIAS records are kept. It is in no message.
const TypeALIAS = zones.TypeALIAS

// MaxAliasLinks is how many ALIAS, CNAME and DNAME records lead on from one ALIAS to an
// answer at most.
const MaxAliasLinks = 8

// Alias is an ALIAS record. It is immutable but for its exits and what their cells hold.
type Alias struct {
	Target wire.Name // canonical
	Types  []uint16  // that it answers
	TTL    uint32    // seconds; the most that its answers have
	exits  atomic.Pointer[[]Exit]
}

// newAlias compiles an ALIAS RRset, which was validated; nil for one that can't be read.
func newAlias(s zones.RRset) *Alias {
	a, err := zones.ParseAlias(s.RDATA[0])
	if err != nil {
		return nil
	}
	return &Alias{Target: a.Target.Canonical(), Types: a.Types, TTL: s.TTL}
}

// Answers says whether the record answers a type.
func (a *Alias) Answers(typ uint16) bool { return slices.Contains(a.Types, typ) }

// Exit is a name outside of our zones at which the way from a target ends for a type.
type Exit struct {
	Name wire.Name // canonical
	Type uint16
	Cell *Cell
}

// Exits returns those that were set; nobody may write to them.
func (a *Alias) Exits() []Exit {
	if e := a.exits.Load(); e != nil {
		return *e
	}
	return nil
}

// SetExits sets them for all queries from now on.
func (a *Alias) SetExits(e []Exit) { a.exits.Store(&e) }

// Cell returns the cell of the exit at a name (suffix 0) for a type; nil where there is
// none yet.
func (a *Alias) Cell(name *wire.Suffixes, typ uint16) *Cell {
	for i, e := range a.Exits() {
		if e.Type == typ && string(e.Name) == string(name.At(0)) {
			return a.Exits()[i].Cell
		}
	}
	return nil
}

// Cell is what resolvers found of a name, of one type. Whoever resolves stores, any
// goroutine loads. The zero value is one that was never resolved.
type Cell struct{ v atomic.Pointer[Resolved] }

// Resolved is one finding. It is immutable.
type Resolved struct {
	Set wire.RRset // at its TTL; the zero RRset where the name has no such type
	// Until is when its TTL ends, in milliseconds since 1970: after that it is the last
	// that is known.
	Until int64
	// NetworkError says that what came after it failed because no resolver was reached.
	NetworkError bool
}

// Load returns the last finding, nil before the first.
func (c *Cell) Load() *Resolved { return c.v.Load() }

// Store makes queries be answered with a finding.
func (c *Cell) Store(r *Resolved) { c.v.Store(r) }

// Step is what stands at a name for a type, on the way from an ALIAS.
type Step struct {
	Kind    StepKind
	Set     wire.RRset  // at StepStatic
	Steered SteeredType // at StepSteered: of the type, or CNAME
	TTL     uint32      // at StepLink: of the record that led on
	Zone    *Zone       // that the name is in; nil outside
	Node    Node        // the name's own, the wildcard that stands for it, or the DNAME above it
	Alias   bool        // at StepLink: by an ALIAS
}

// StepKind is what kind of thing stands there.
type StepKind uint8

// Kinds of steps.
const (
	StepOutside  StepKind = iota // in no zone of ours, or behind a zone cut
	StepNotReady                 // in a zone without records, or steered and faulty
	StepNothing                  // no such name, or nothing of the type
	StepTooLong                  // a DNAME makes a name that is too long
	StepStatic
	StepSteered
	StepLink // the name was moved on to where an ALIAS, CNAME or DNAME leads
)

// Step looks up a name for a type. At a link it moves name on.
func (v *View) Step(name *wire.Suffixes, typ uint16) Step {
	zone, apexAt := v.FindZone(name, 0)
	if zone == nil {
		return Step{Kind: StepOutside}
	}
	if !zone.Loaded() {
		return Step{Kind: StepNotReady, Zone: zone}
	}
	found := zone.Find(name, apexAt, false)
	switch {
	case found.Cut():
		return Step{Kind: StepOutside}
	case found.Hidden:
		return found.redirect(zone, name)
	case !found.Node.Exists():
		return Step{Kind: StepNothing, Zone: zone}
	}
	return found.Node.step(zone, name, typ)
}

func (n Node) step(zone *Zone, name *wire.Suffixes, typ uint16) Step {
	if a := n.Alias(); a != nil && a.Answers(typ) {
		name.SetName(a.Target)
		return Step{Kind: StepLink, TTL: a.TTL, Zone: zone, Node: n, Alias: true}
	}
	if set := n.Set(typ); !set.IsZero() {
		return Step{Kind: StepStatic, Set: set, Zone: zone, Node: n}
	}
	if steered := n.Steered(); steered != nil {
		for _, t := range [...]uint16{typ, wire.TypeCNAME} {
			if slices.Contains(steered.Faulty, t) {
				return Step{Kind: StepNotReady, Zone: zone, Node: n}
			}
			if s := steered.OfType(t); s.Exists() {
				return Step{Kind: StepSteered, Steered: s, Zone: zone, Node: n}
			}
		}
	}
	if cname := n.Set(wire.TypeCNAME); !cname.IsZero() {
		name.SetName(cname.Target().Name)
		return Step{Kind: StepLink, TTL: cname.TTL(), Zone: zone, Node: n}
	}
	return Step{Kind: StepNothing, Zone: zone, Node: n}
}

// redirect moves a name below a DNAME to where that leads (RFC 6672 section 2.2).
func (f *Found) redirect(zone *Zone, name *wire.Suffixes) Step {
	dname := f.Node.Set(wire.TypeDNAME)
	target := dname.Target().Name
	below := name.At(0)[:name.Len()-len(name.At(f.At))]
	var buf [wire.MaxNameLen]byte
	if len(below)+len(target) > len(buf) {
		return Step{Kind: StepTooLong, Zone: zone, Node: f.Node}
	}
	n := copy(buf[:], below)
	n += copy(buf[n:], target)
	name.Set(buf[:n])
	return Step{Kind: StepLink, TTL: dname.TTL(), Zone: zone, Node: f.Node}
}

// maxWay bounds the names that FindExits looks at for one type: each endpoint of a steered
// record of names is one, and such records may follow one another, or go in circles.
const maxWay = 256

// FindExits returns the names outside at which the way from a's target may end, in v,
// without cells: with a steered record of names there is one for each of its endpoints.
func (v *View) FindExits(a *Alias) []Exit {
	var exits []Exit
	for _, typ := range a.Types {
		way := []wire.Name{a.Target}
		add := func(n wire.Name) {
			if len(way) < maxWay && !slices.Contains(way, n) {
				way = append(way, n)
			}
		}
		for i := 0; i < len(way); i++ {
			var name wire.Suffixes
			name.SetName(way[i])
			switch step := v.Step(&name, typ); {
			case step.Kind == StepOutside:
				exits = append(exits, Exit{Name: way[i], Type: typ})
			case step.Kind == StepLink:
				add(wire.Name(name.At(0)))
			case step.Kind == StepSteered && step.Steered.Type != typ:
				for i := range step.Steered.Choice.Endpoints {
					add(step.Steered.CNAME(i).Target().Name)
				}
			}
		}
	}
	return exits
}
