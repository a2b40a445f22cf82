package control

// Compiling steered records: settings become sets with words, switches and answers.

import (
	"net/netip"
	"slices"
	"time"

	"meridian/config"
	"meridian/dnsserver/answer"
	"meridian/healthcheck"
	"meridian/steering"
	"meridian/view"
	"meridian/wire"
)

// runtime is what outlives a view: the words and switches that compiled records hang
// on. Only the writer touches it.
type runtime struct {
	checker *healthcheck.Checker
	regions map[string]*liveRegion
	records map[recordKey]*liveRecord
	slots   []string // region names by counter slot
	garbage []*healthcheck.Handle
}

type recordKey struct{ zone, owner wire.Name }

// liveRegion is a region's word and switch; they stay while the process runs, so that
// a region that goes and returns is the same to old views.
type liveRegion struct {
	target   healthcheck.Target  // the zero value without a check
	handle   *healthcheck.Handle // nil without a check
	operator *steering.Switch
	slot     uint16
	users    int // records that use it
}

// liveRecord is a steered record's handles and switches.
type liveRecord struct {
	settings config.Steered // with defaults
	handles  map[handleKey]*healthcheck.Handle
	switches map[string]*steering.Switch // by endpoint
	regions  map[string]bool
}

type handleKey struct {
	endpoint string
	typ      uint16
}

// Slots under which answers are counted beside the regions' own.
const (
	slotFallback = 0
	slotOther    = answer.MaxRegionSlots - 1
)

func newRuntime(checker *healthcheck.Checker) *runtime {
	return &runtime{checker: checker, regions: map[string]*liveRegion{}, records: map[recordKey]*liveRecord{}, slots: []string{"fallback"}}
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
	old := live.handle
	live.target, live.handle = target, nil
	if settings.Check != "" {
		live.handle = r.checker.Acquire(healthcheck.Group{Targets: []healthcheck.Target{target}, Min: 1}, old)
	}
	r.drop(old)
	return live
}

// drop lets a handle go once nothing answers from it any more.
func (r *runtime) drop(h *healthcheck.Handle) {
	if h != nil {
		r.garbage = append(r.garbage, h)
	}
}

// release lets go what was dropped: the view that used it is no longer answered from.
func (r *runtime) release() {
	for _, h := range r.garbage {
		r.checker.Release(h)
	}
	r.garbage = nil
}

// compile makes a steered record, taking its words over from the record before it.
func (r *runtime) compile(s *State, j job, tables map[tableKey]*steering.Table) *view.Steered {
	settings := j.settings.WithDefaults()
	key := recordKey{j.zone, j.owner}
	old := r.records[key]
	if old == nil {
		old = &liveRecord{}
	}
	live := &liveRecord{
		settings: settings, handles: map[handleKey]*healthcheck.Handle{},
		switches: map[string]*steering.Switch{}, regions: map[string]bool{},
	}
	for name, e := range settings.Endpoints {
		live.regions[e.Region] = true
		if live.switches[name] = old.switches[name]; live.switches[name] == nil {
			live.switches[name] = &steering.Switch{}
			live.switches[name].Store(steering.SettingOf(s.Overrides[OverrideKey{Zone: j.zone, Owner: j.owner, Endpoint: name}]))
		}
	}
	made := &view.Steered{Settings: j.settings}
	for _, typ := range TypesOf(settings) {
		table := tables[keyOf(s, settings, typ)]
		if table == nil {
			made.Faulty = append(made.Faulty, typ)
			continue
		}
		c := typeCompiler{runtime: r, state: s, job: j, settings: settings, typ: typ, live: live, old: old}
		made.Types = append(made.Types, c.compile(table))
	}
	r.letGo(old)
	for name := range live.regions {
		r.region(s, name).users++
	}
	r.records[key] = live
	return made
}

// letGo drops what a record held.
func (r *runtime) letGo(live *liveRecord) {
	for _, h := range live.handles {
		r.drop(h)
	}
	for name := range live.regions {
		r.regions[name].users--
	}
}

// dropUnused ends the checks of regions that no record uses any more.
func (r *runtime) dropUnused() {
	for _, live := range r.regions {
		if live.users == 0 && live.handle != nil {
			r.drop(live.handle)
			live.handle, live.target = nil, healthcheck.Target{}
		}
	}
}

// forget lets a record's handles go.
func (r *runtime) forget(key recordKey) {
	if live := r.records[key]; live != nil {
		r.letGo(live)
		delete(r.records, key)
	}
}

// typeCompiler compiles one type of one record.
type typeCompiler struct {
	*runtime
	state     *State
	job       job
	settings  config.Steered
	typ       uint16
	live, old *liveRecord
}

func (c typeCompiler) compile(table *steering.Table) view.SteeredType {
	var made view.SteeredType
	var endpoints []steering.Endpoint
	for _, name := range c.settings.EndpointNames() {
		e := c.settings.Endpoints[name]
		rdata := rdataOf(e, c.typ)
		if len(rdata) == 0 {
			continue
		}
		region := c.region(c.state, e.Region)
		index, _ := slices.BinarySearch(table.Regions, e.Region)
		ep := steering.NewEndpoint(name, uint8(index), *e.Weight, e.Tier)
		ep.Own, ep.Regional = c.live.switches[name], region.operator
		if region.handle != nil {
			ep.RegionHealth = region.handle.Word()
		}
		ep.Health, ep.Second = c.words(name, e)
		endpoints = append(endpoints, ep)
		if c.typ == wire.TypeHTTPS {
			made.Services = append(made.Services, c.service(e.Addresses))
		} else {
			made.Answers = append(made.Answers, c.encode(rdata))
		}
		made.Slots = append(made.Slots, region.slot)
	}
	made.Type, made.Slots = c.typ, append(made.Slots, slotFallback)
	made.Choice = steering.NewSet(table, endpoints)
	made.Choice.MinUp = c.settings.MinUp
	made.Choice.LastGood = c.settings.WhenAllDown.Mode == config.LastGood
	if c.settings.Policy != config.PolicyFailover {
		made.Choice.OneTier()
	}
	c.fallbacks(&made, table)
	return made
}

// words holds the words of an endpoint's addresses of this type; for HTTPS, those of
// both families where it has both. They are nil without a check.
func (c typeCompiler) words(name string, e config.Endpoint) (first, second *steering.Word) {
	if e.Check == "" || c.typ == wire.TypeCNAME {
		return nil, nil
	}
	for _, typ := range familiesOf(c.typ) {
		if len(addressesOf(e, typ)) == 0 {
			continue
		}
		if word := c.hold(name, e, typ).Word(); first == nil {
			first = word
		} else {
			second = word
		}
	}
	return first, second
}

// familiesOf are the address types whose health a type's endpoints have.
func familiesOf(typ uint16) []uint16 {
	if typ == wire.TypeHTTPS {
		return []uint16{wire.TypeA, wire.TypeAAAA}
	}
	return []uint16{typ}
}

// hold acquires the group of an endpoint's addresses of one family, once for all types.
func (c typeCompiler) hold(name string, e config.Endpoint, typ uint16) *healthcheck.Handle {
	key := handleKey{name, typ}
	if h := c.live.handles[key]; h != nil {
		return h
	}
	check := c.state.Checks[e.Check]
	group := healthcheck.Group{Min: e.MinAddresses}
	for _, addr := range addressesOf(e, typ) {
		group.Targets = append(group.Targets, healthcheck.NewTarget(check, addr, c.job.owner.String()))
	}
	inherit := c.old.handles[key]
	if before, had := c.old.settings.Endpoints[name]; had && before.Check == "" {
		inherit = healthcheck.Unchecked(addressesOf(before, typ))
	}
	c.live.handles[key] = c.checker.Acquire(group, inherit)
	return c.live.handles[key]
}

func (c typeCompiler) encode(rdata [][]byte) wire.RRset {
	return wire.EncodeRRset(c.job.owner, c.job.zone, c.typ, c.ttl(), rdata)
}

func (c typeCompiler) ttl() uint32 { return uint32(time.Duration(c.settings.TTL) / time.Second) }

// service encodes the HTTPS record that hints at these addresses.
func (c typeCompiler) service(addresses []netip.Addr) *wire.Service {
	h := c.settings.HTTPS
	hints := config.Endpoint{Addresses: addresses}
	return wire.NewService(c.ttl(), h.ALPN, h.Port, rdataOf(hints, wire.TypeA), rdataOf(hints, wire.TypeAAAA))
}

// fallbacks compiles when_all_down's addresses of this type, IPv4 first; a region
// matters only where the topology has fences.
func (c typeCompiler) fallbacks(made *view.SteeredType, table *steering.Table) {
	var addresses []netip.Addr
	for _, typ := range familiesOf(c.typ) {
		addresses = append(addresses, c.fallbacksOf(made, table, typ)...)
	}
	switch {
	case c.typ == wire.TypeHTTPS && len(addresses) == 0:
		made.Services = append(made.Services, nil)
	case c.typ == wire.TypeHTTPS:
		made.Services = append(made.Services, c.service(addresses))
	case len(addresses) > 0:
		made.Fallbacks = c.encode(rdataOf(config.Endpoint{Addresses: addresses}, c.typ))
	}
}

// fallbacksOf adds the fallback addresses of one family to the choice and returns them.
func (c typeCompiler) fallbacksOf(made *view.SteeredType, table *steering.Table, typ uint16) (addresses []netip.Addr) {
	for _, f := range c.settings.WhenAllDown.Fallback {
		if typeOf(f.Address) != typ {
			continue
		}
		addresses = append(addresses, f.Address)
		region := -1
		if i, ok := slices.BinarySearch(table.Regions, f.Region); ok {
			region = i
		}
		made.Choice.Fallback = append(made.Choice.Fallback, steering.Fallback{Region: region})
	}
	return addresses
}

// rdataOf is what an endpoint has of a type: its name, or its addresses in their order.
// Of HTTPS it has what it can hint at.
func rdataOf(e config.Endpoint, typ uint16) [][]byte {
	if typ == wire.TypeCNAME {
		name, err := wire.ParseName(e.Name)
		if err != nil {
			return nil
		}
		return [][]byte{[]byte(name)}
	}
	var rdata [][]byte
	for _, family := range familiesOf(typ) {
		for _, a := range addressesOf(e, family) {
			rdata = append(rdata, a.AsSlice())
		}
	}
	return rdata
}

func addressesOf(e config.Endpoint, typ uint16) []netip.Addr {
	var of []netip.Addr
	for _, a := range e.Addresses {
		if typeOf(a) == typ {
			of = append(of, a.Unmap())
		}
	}
	return of
}

func typeOf(a netip.Addr) uint16 {
	if a.Unmap().Is4() {
		return wire.TypeA
	}
	return wire.TypeAAAA
}
