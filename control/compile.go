package control

// Compiling steered records: settings become a shape, which equal ones share, and what
// is the record's own: addresses, words and switches.

import (
	"net/netip"
	"slices"
	"strings"

	"meridian/config"
	"meridian/healthcheck"
	"meridian/steering"
	"meridian/view"
	"meridian/wire"
)

// compiler compiles the records that a batch of changes touched. Only the writer has one.
type compiler struct {
	*runtime
	was    *State // that queries are answered from
	state  *State // to be
	tables map[tableKey]*steering.Table
	forms  map[string]form      // by the skeleton
	again  map[*view.Shape]form // of records that were compiled before
}

// form is a shape with its settings, which have their defaults and no addresses.
type form struct {
	*view.Shape
	settings config.Steered
}

func (r *runtime) compiler(was, state *State, tables map[tableKey]*steering.Table) *compiler {
	return &compiler{runtime: r, was: was, state: state, tables: tables, forms: map[string]form{}, again: map[*view.Shape]form{}}
}

// compile compiles a record, which takes over the words and switches of the one that was
// there before.
func (c *compiler) compile(key recordKey, record *view.Steered) *view.Steered {
	old := c.was.steered(key)
	form, own := c.pack(key, record)
	made := &view.Steered{Shape: form.Shape, Own: own, Switches: c.switches(key, record, old)}
	made.Words = c.words(key, form, made, old)
	c.letGo(old)
	for _, name := range made.Regions {
		c.region(c.state, name).users++
	}
	return made
}

// pack returns a record's form and what is its own.
func (c *compiler) pack(key recordKey, record *view.Steered) (form, string) {
	if record.Own == "" {
		skeleton, own := view.Pack(key.zone, key.owner, record.Skeleton)
		return c.form(skeleton), own
	}
	f, ok := c.again[record.Shape]
	if !ok {
		f = c.form(record.Skeleton)
		c.again[record.Shape] = f
	}
	return f, record.Own
}

// switches are those of the record before, if there was one; of endpoints that it hadn't
// they say what the state's overrides do.
func (c *compiler) switches(key recordKey, record, old *view.Steered) *steering.Switches {
	switches, known := &steering.Switches{}, map[string]config.Endpoint(nil)
	if old != nil {
		switches, known = old.Switches, old.Skeleton.Endpoints
	}
	for name := range record.Skeleton.Endpoints {
		if _, is := known[name]; !is {
			o := c.state.Overrides[OverrideKey{Zone: key.zone, Owner: key.owner, Endpoint: name}]
			switches.Store(name, steering.SettingOf(o))
		}
	}
	return switches
}

// form finds or makes the shape of a skeleton.
func (c *compiler) form(skeleton config.Steered) form {
	key := string(jsonWrite("", skeleton).Value)
	if f, ok := c.forms[key]; ok {
		return f
	}
	settings := skeleton.WithDefaults()
	var types []view.TypeShape
	var faulty []uint16
	for _, typ := range TypesOf(settings) {
		if table := c.tables[keyOf(c.state, settings, typ)]; table != nil {
			types = append(types, c.typeShape(settings, typ, table))
		} else {
			faulty = append(faulty, typ)
		}
	}
	f := form{c.shapes.intern(key, view.NewShape(skeleton, types, faulty)), settings}
	c.forms[key] = f
	return f
}

func (c *compiler) typeShape(settings config.Steered, typ uint16, table *steering.Table) view.TypeShape {
	made := view.TypeShape{Type: typ}
	var endpoints []steering.Endpoint
	for _, name := range settings.EndpointNames() {
		e := settings.Endpoints[name]
		if !offers(e, typ) {
			continue
		}
		region := c.region(c.state, e.Region)
		index, _ := slices.BinarySearch(table.Regions, e.Region)
		ep := steering.NewEndpoint(name, uint8(index), *e.Weight, e.Tier)
		ep.Regional, ep.RegionHealth = region.operator, region.word
		endpoints = append(endpoints, ep)
		made.Slots = append(made.Slots, region.slot)
	}
	made.Slots = append(made.Slots, slotFallback)
	made.Choice = steering.NewSet(table, endpoints)
	made.Choice.MinUp = settings.MinUp
	made.Choice.LastGood = settings.WhenAllDown.Mode == config.LastGood
	if settings.Policy != config.PolicyFailover {
		made.Choice.OneTier()
	}
	for _, family := range familiesOf(typ) { // IPv4 first
		made.Choice.Fallback = append(made.Choice.Fallback, fallbacksOf(settings, family, table)...)
	}
	return made
}

// fallbacksOf are the fallback addresses of one family; a region matters only where the
// topology has fences.
func fallbacksOf(settings config.Steered, family uint16, table *steering.Table) (fallbacks []steering.Fallback) {
	for _, f := range settings.WhenAllDown.Fallback {
		if typeOf(f.Address) != family {
			continue
		}
		region := -1
		if i, ok := slices.BinarySearch(table.Regions, f.Region); ok {
			region = i
		}
		fallbacks = append(fallbacks, steering.Fallback{Region: region})
	}
	return fallbacks
}

// words holds the words of the addresses of all endpoints that have a check, type by
// type; for HTTPS, those of both families where an endpoint has both.
func (c *compiler) words(key recordKey, f form, made, old *view.Steered) (words []*steering.Word) {
	owner, checked := "", false
	for t := range made.Types() {
		of := make([][2]*steering.Word, len(t.Choice.Endpoints))
		for i, ep := range t.Choice.Endpoints {
			e := f.settings.Endpoints[ep.Name]
			if e.Check == "" || t.Type == wire.TypeCNAME {
				continue
			}
			if !checked {
				owner, checked = key.owner.String(), true
			}
			n := 0
			for _, family := range familiesOf(t.Type) {
				if addresses := t.Hosts(i, family); len(addresses) > 0 {
					of[i][n] = c.hold(owner, e, addresses, before(old, ep.Name, family))
					n++
				}
			}
		}
		for _, w := range of {
			words = append(words, w[0])
		}
		for _, w := range of {
			if t.Type == wire.TypeHTTPS {
				words = append(words, w[1])
			}
		}
	}
	if !checked {
		return nil
	}
	return slices.Clip(words)
}

// hold acquires the group of an endpoint's addresses of one family.
func (c *compiler) hold(owner string, e config.Endpoint, addresses []netip.Addr, before healthcheck.Before) *steering.Word {
	check := c.state.Checks[e.Check]
	group := healthcheck.Group{Min: e.MinAddresses}
	for _, addr := range addresses {
		group.Targets = append(group.Targets, healthcheck.NewTarget(check, addr, owner))
	}
	return c.checker.Acquire(group, before)
}

// before is what an endpoint's addresses of a family come in place of.
func before(old *view.Steered, endpoint string, family uint16) healthcheck.Before {
	if old == nil || !old.OfType(family).Exists() {
		return healthcheck.Before{}
	}
	t := old.OfType(family)
	i, had := slices.BinarySearchFunc(t.Choice.Endpoints, endpoint, func(e steering.Endpoint, name string) int { return strings.Compare(e.Name, name) })
	if !had {
		return healthcheck.Before{}
	}
	if word, _ := t.Health(i); word != nil {
		return healthcheck.Before{Word: word}
	}
	return healthcheck.Before{Unchecked: t.Hosts(i, family)}
}

// familiesOf are the address types whose health a type's endpoints have.
func familiesOf(typ uint16) []uint16 {
	if typ == wire.TypeHTTPS {
		return []uint16{wire.TypeA, wire.TypeAAAA}
	}
	return []uint16{typ}
}

// offers says whether an endpoint has anything of a type; of HTTPS it has what it can
// hint at.
func offers(e config.Endpoint, typ uint16) bool {
	if typ == wire.TypeCNAME {
		return e.Name != ""
	}
	return slices.ContainsFunc(e.Addresses, func(a netip.Addr) bool { return slices.Contains(familiesOf(typ), typeOf(a)) })
}

func typeOf(a netip.Addr) uint16 {
	if a.Unmap().Is4() {
		return wire.TypeA
	}
	return wire.TypeAAAA
}
