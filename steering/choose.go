package steering

// Which endpoint may be taken: the one pure function behind the wire, explain and
// simulate.

import (
	"math/bits"
	"slices"
)

// Set is endpoints of one type, compiled: all that steered records have in common that
// differ in their addresses alone. It is immutable; only what the words and switches of
// its regions hold changes.
type Set struct {
	Table     *Table
	Endpoints []Endpoint // by name; an endpoint's index is its bit in masks
	Fallback  []Fallback // when_all_down's addresses of this type
	MinUp     int
	LastGood  bool

	byRegion [MaxRegions]uint64 // endpoints in a region of the table
	tiers    []uint64           // endpoints of each tier, the first tier first
	all      uint64
}

// Endpoint is one endpoint as Choose sees it.
type Endpoint struct {
	Name   string
	Region uint8 // index into the table's Regions
	// RegionHealth is the word of its region's check, nil for none; Regional is the
	// operator's on its region, never nil.
	RegionHealth *Word
	Regional     *Switch

	tier   int
	weight uint64 // in units of 2^-20
	seed   uint64
}

// Own is what one record has of its own.
type Own struct {
	// Words are of the endpoints' addresses, by endpoint of a set; behind these are those
	// of the other family's, where either will do. nil is "no check"; there are none at all
	// where no endpoint has one.
	Words    []*Word
	Switches *Switches
}

// Health are an endpoint's words; nil for none.
func (s *Set) Health(own Own, i int) (first, second *Word) {
	if i < len(own.Words) {
		first = own.Words[i]
	}
	if i += len(s.Endpoints); i < len(own.Words) {
		second = own.Words[i]
	}
	return first, second
}

// Fallback is one address of when_all_down, by its region in the table; -1 where no
// fence can ask.
type Fallback struct{ Region int }

// NewEndpoint fills in what is compiled from settings: weight (0 to 1e6) and tier.
func NewEndpoint(name string, region uint8, weight float64, tier int) Endpoint {
	return Endpoint{Name: name, Region: region, tier: tier, weight: uint64(weight * weightUnit), seed: seedOf(name)}
}

// NewSet compiles a set from endpoints in the order of their names, at most 64.
func NewSet(t *Table, endpoints []Endpoint) *Set {
	s := &Set{Table: t, Endpoints: endpoints, MinUp: 1}
	tiers := map[int]uint64{}
	last := 0
	for i, e := range endpoints {
		s.byRegion[e.Region] |= 1 << i
		s.all |= 1 << i
		tiers[e.tier] |= 1 << i
		last = max(last, e.tier)
	}
	for tier := 1; tier <= last; tier++ {
		if m := tiers[tier]; m != 0 {
			s.tiers = append(s.tiers, m)
		}
	}
	return s
}

// Equal says whether two sets are the same: of one table, one choice and one meaning.
func (s *Set) Equal(o *Set) bool {
	return s.Table == o.Table && s.MinUp == o.MinUp && s.LastGood == o.LastGood &&
		slices.Equal(s.Endpoints, o.Endpoints) && slices.Equal(s.Fallback, o.Fallback) && slices.Equal(s.tiers, o.tiers)
}

// OneTier makes the set ignore tiers, as every policy but failover does.
func (s *Set) OneTier() { s.tiers = []uint64{s.all} }

// States is an instant of a record's words. The zero value is "everything new".
type States struct {
	Up        uint64 // force and health together, of those whose health was read
	ForceUp   uint64
	ForceDown uint64
	Draining  uint64 // endpoints with a share above 0
	Share     [MaxRegions]uint64
	Health    [MaxRegions]Health // of the addresses
	Second    [MaxRegions]Health // of the other family's; the same where there is one family
	Regional  [MaxRegions]Health // of the endpoints' regions, for explain
	lastDown  [MaxRegions]uint32
	known     uint64 // whose health was read
}

// Load reads all of a record's words into st, each once.
func (s *Set) Load(st *States, own Own) {
	s.Begin(st, own)
	s.read(st, own, s.all)
}

// Begin reads the operators' words into st. Health is read by Choose, as far as the choice
// needs it: the words of a record that is rarely asked for are in no cache.
func (s *Set) Begin(st *States, own Own) {
	st.Up, st.ForceUp, st.ForceDown, st.Draining, st.known = 0, 0, 0, 0, 0
	overrides := own.Switches.load()
	for i := range s.Endpoints {
		e := &s.Endpoints[i]
		word := e.Regional.Load()
		if overrides != nil {
			word = join(overrides.on(e.Name), word)
		}
		if word == (Setting{}) {
			continue
		}
		switch word.Force {
		case ForceUp:
			st.ForceUp |= 1 << i
		case ForceDown:
			st.ForceDown |= 1 << i
		}
		if word.Share > 0 {
			st.Draining |= 1 << i
			st.Share[i] = word.Share
		}
	}
}

// read reads the health of endpoints that wasn't read before.
func (s *Set) read(st *States, own Own, of uint64) {
	for rest := of &^ st.known; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		health, region := alwaysUp, alwaysUp
		first, second := s.Health(own, i)
		if first != nil {
			health = first.Load()
		}
		st.Health[i], st.Second[i] = health, health
		if second != nil {
			st.Second[i] = second.Load()
			health = either(health, st.Second[i])
		}
		if word := s.Endpoints[i].RegionHealth; word != nil {
			region = word.Load()
		}
		st.Regional[i] = region
		st.set(i, health, region)
	}
	st.known |= of
}

// alwaysUp is the health of what has no check.
var alwaysUp = NewHealth(Up, ReasonNoCheck, 0, 0, 0)

// set is where health and the operator's words become one: up = not force-down, and
// force-up or health says up. An endpoint's health is its own and its region's.
func (st *States) set(i int, own, region Health) {
	st.lastDown[i] = max(own.LastDown(), region.LastDown())
	healthy := own.State().IsUp() && region.State().IsUp()
	if bit := uint64(1) << i; st.ForceDown&bit == 0 && (healthy || st.ForceUp&bit != 0) {
		st.Up |= bit
	}
}

// either is the health of what is up when one of two is: it went down with the last.
func either(a, b Health) Health {
	if b.State().IsUp() && !a.State().IsUp() {
		a, b = b, a
	}
	return NewHealth(a.State(), a.Reason(), max(a.TTLStep(), b.TTLStep()), 0, max(a.LastDown(), b.LastDown()))
}

// From says which set of endpoints a choice came from.
type From uint8

// Where a choice came from, in the order in which they are tried.
const (
	FromUp       From = iota // up and not drained
	FromDrained              // up, but drained: nothing else is up
	FromAsIfUp               // too few are up: the ordinary answer as if all were
	FromLastGood             // nothing is up: those that went down last
	FromFallback             // nothing is up: when_all_down's addresses
	NumFrom
)

func (f From) String() string {
	return [...]string{"up", "drained", "as-if-up", "last-good", "fallback"}[f]
}

// Choice is what Choose decided, with what explain needs of the way to it.
type Choice struct {
	Endpoint int    // index into Endpoints; -1 for a fallback
	Fallback uint64 // the fallbacks to answer with, when Endpoint is -1
	From     From
	Shared   bool // the granule was used: the scope is at least the granule
	// For explain, which reads all health: the endpoints that the class permits, those of
	// them that are drained for this client, and the set that the policy ran over.
	Permitted, Drained, Candidates uint64
}

// Choose decides for one client, and reads into st what it needs beyond what was read. The
// class permits at least one endpoint.
func (s *Set) Choose(c *Class, g Granule, st *States, own Own) Choice {
	var ch Choice
	ch.Permitted = s.permitted(c)
	ch.Drained, ch.Shared = st.drainedFor(g, ch.Permitted)
	if s.MinUp <= 1 {
		if first := s.firstUp(c, ch.Permitted&^ch.Drained&^st.ForceDown, st, own); first != 0 {
			ch.From, ch.Candidates = FromUp, ch.Permitted&st.Up&^ch.Drained
			endpoint, shared := s.pick(first, g)
			ch.Endpoint, ch.Shared = endpoint, ch.Shared || shared
			return ch
		}
	}
	s.read(st, own, s.all)
	// min_up counts what is up, drained or not, before any fence.
	if n := bits.OnesCount64(st.Up); n > 0 && n >= s.MinUp {
		if up := ch.Permitted & st.Up; up != 0 {
			ch.From, ch.Candidates = FromUp, up&^ch.Drained
			if ch.Candidates == 0 {
				ch.From, ch.Candidates = FromDrained, up
			}
			return s.run(ch, c, g)
		}
	} else if n > 0 {
		// A half-blind checker must not send the world to one endpoint.
		ch.From, ch.Candidates = FromAsIfUp, asIfUp(ch.Permitted, ch.Drained, st)
		return s.run(ch, c, g)
	}
	return s.whenAllDown(ch, c, g, st)
}

// firstUp is those that are up in the first region, of the first tier, that has any: what
// the policy takes. It reads no health but of what it looks at.
func (s *Set) firstUp(c *Class, among uint64, st *States, own Own) uint64 {
	for _, tier := range s.tiers {
		m := among & tier
		if m == 0 {
			continue
		}
		for _, r := range c.Order {
			if here := m & s.byRegion[r]; here != 0 {
				if s.read(st, own, here); st.Up&here != 0 {
					return st.Up & here
				}
			}
		}
	}
	return 0
}

// whenAllDown is the third set: none that the class permits is up.
func (s *Set) whenAllDown(ch Choice, c *Class, g Granule, st *States) Choice {
	ch.From, ch.Candidates = FromAsIfUp, asIfUp(ch.Permitted, ch.Drained, st)
	if s.LastGood {
		if last := st.lastToGoDown(ch.Candidates); last != 0 {
			ch.From, ch.Candidates = FromLastGood, last
		}
	}
	if ch.Fallback = s.permittedFallback(c); ch.Fallback != 0 {
		ch.From, ch.Endpoint = FromFallback, -1
		// The same for every client of the class, whatever was drained.
		ch.Candidates = 0
		return ch
	}
	return s.run(ch, c, g)
}

// run is the policy: the first tier that has candidates, in it the first region of
// the class's order, in it the share of the granule.
func (s *Set) run(ch Choice, c *Class, g Granule) Choice {
	for _, tier := range s.tiers {
		m := ch.Candidates & tier
		if m == 0 {
			continue
		}
		for _, r := range c.Order {
			here := m & s.byRegion[r]
			if here == 0 {
				continue
			}
			endpoint, shared := s.pick(here, g)
			ch.Endpoint, ch.Shared = endpoint, ch.Shared || shared
			return ch
		}
	}
	// Not reached: the order has every region and the candidates are not empty.
	ch.Endpoint = bits.TrailingZeros64(s.all)
	return ch
}

// pick takes one of a region's endpoints, and says whether there were several to share the
// region's clients.
func (s *Set) pick(here uint64, g Granule) (endpoint int, shared bool) {
	if here&(here-1) == 0 {
		return bits.TrailingZeros64(here), false
	}
	return s.pickShare(here, g), true
}

// asIfUp is what the ordinary answer chooses among when health has no say: what is
// neither force-down nor drained; if none, what is not force-down; if none, all.
func asIfUp(permitted, drained uint64, st *States) uint64 {
	if m := permitted &^ st.ForceDown &^ drained; m != 0 {
		return m
	}
	if m := permitted &^ st.ForceDown; m != 0 {
		return m
	}
	return permitted
}

// permitted is the endpoints in the regions that the class permits.
func (s *Set) permitted(c *Class) uint64 {
	if c.Permits&s.Table.offered == s.Table.offered {
		return s.all
	}
	var m uint64
	for rest := c.Permits & s.Table.offered; rest != 0; rest &= rest - 1 {
		m |= s.byRegion[bits.TrailingZeros64(rest)]
	}
	return m
}

// permittedFallback is the fallback addresses that the class permits.
func (s *Set) permittedFallback(c *Class) uint64 {
	var m uint64
	for i, f := range s.Fallback {
		if f.Region < 0 || c.Permits>>f.Region&1 != 0 {
			m |= 1 << i
		}
	}
	return m
}

// drainedFor returns which of the endpoints are drained for a granule, and whether
// that depended on the granule: a share between none and everyone.
func (st *States) drainedFor(g Granule, of uint64) (drained uint64, shared bool) {
	for rest := of & st.Draining; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		if st.Share[i] < fullShare {
			shared = true
		}
		if g.under(st.Share[i]) {
			drained |= 1 << i
		}
	}
	return drained, shared
}

// lastToGoDown is those whose last flip to down is the latest; none if not known.
func (st *States) lastToGoDown(of uint64) (m uint64) {
	latest := uint32(1)
	for rest := of; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		switch last := st.lastDown[i]; {
		case last > latest:
			latest, m = last, 1<<i
		case last == latest:
			m |= 1 << i
		}
	}
	return m
}

// CountUp is how many endpoints are up, drained or not: what min_up is held against.
func (st *States) CountUp() int { return bits.OnesCount64(st.Up) }
