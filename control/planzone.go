package control

// One zone's part of a plan: its new tree, the writes, its serial, and what is wrong.

import (
	"fmt"
	"iter"

	"meridian/config"
	"meridian/store"
	"meridian/view"
	"meridian/wire"
	"meridian/zones"
)

// zonePlan is the work on one zone.
type zonePlan struct {
	*plan
	name    wire.Name
	old     *view.Zone // nil for a new one
	edit    *view.Edit
	mode    zones.SerialMode
	touched map[wire.Name]bool // owners that changed
	soa     *zones.RRset       // when the change brings one
	changed bool               // beyond the SOA
	source  *zones.Contents    // where positions are, or nil
}

func (p *plan) zone(name wire.Name, c *ZoneChange) {
	z := &zonePlan{plan: p, name: name, old: p.prev.View.Zone(name), touched: map[wire.Name]bool{}, source: c.Contents}
	if c.Delete {
		z.delete()
		return
	}
	from := z.old
	if from == nil {
		if c.Contents == nil && !c.Create {
			p.refuse("import the zone first, or create it", "there is no zone %s", name)
			return
		}
		from = view.NewZone(name)
	}
	z.mode = from.Serials
	if c.Serials != "" {
		z.mode = c.Serials
	}
	if z.mode == "" {
		z.mode = zones.DateCounter
	}
	if z.old == nil || z.mode != from.Serials {
		p.writes = append(p.writes, jsonWrite("zone/"+nameKey(name), zoneValue{z.mode}))
	}
	switch {
	case c.Contents == nil:
		z.edit = from.Edit()
	case z.isMostlyNew(c.Contents):
		z.edit = z.build(c.Contents).Edit()
		z.succeed(c.Contents)
	default:
		z.edit = from.Edit()
		z.replace(c.Contents)
	}
	z.edit.SetSerials(z.mode)
	for _, s := range c.RRsets {
		z.put(s)
	}
	z.steer(c)
	z.serial()
	made := z.edit.Done()
	p.zones[name], p.touched[name] = made, z.touched
	z.check(made)
}

// delete removes a zone with all that is in it.
func (z *zonePlan) delete() {
	if z.old == nil {
		z.refuse("", "there is no zone %s to delete", z.name)
		return
	}
	z.zones[z.name] = nil
	z.writes = append(z.writes, store.Write{Key: "zone/" + nameKey(z.name)})
	for n := range z.old.Nodes() {
		for s := range n.Sets() {
			z.writes = append(z.writes, store.Write{Key: rrsetKey(z.name, zones.Key{Owner: n.Canonical(), Type: s.Type()})})
		}
		if n.Steered() != nil {
			z.writes = append(z.writes, store.Write{Key: steeredKey(z.name, n.Canonical())})
			z.unsteered = append(z.unsteered, recordKey{z.name, n.Canonical()})
		}
	}
	if z.old.Loaded() {
		z.setLastSerial(&z.old.Serial)
	}
}

// setLastSerial keeps the serial that a deleted zone had, so that a zone that comes back
// under the name goes on from there; nil forgets it.
func (z *zonePlan) setLastSerial(serial *uint32) {
	z.next.LastSerials = with(z.next.LastSerials, map[wire.Name]*uint32{z.name: serial})
	w := store.Write{Key: serialKey(z.name)}
	if serial != nil {
		w = jsonWrite(w.Key, *serial)
	}
	z.writes = append(z.writes, w)
}

// replace puts contents in the place of all static RRsets.
func (z *zonePlan) replace(c *zones.Contents) {
	for old := range z.others(c) {
		z.put(zones.RRset{Owner: old.Owner, Type: old.Type})
	}
	for sets := range c.Nodes() {
		for _, s := range sets {
			z.put(s)
		}
	}
}

// others yields owner and type of the RRsets that the zone has and contents don't.
func (z *zonePlan) others(c *zones.Contents) iter.Seq[zones.RRset] {
	return func(yield func(zones.RRset) bool) {
		if z.old == nil {
			return
		}
		for n := range z.old.Nodes() {
			for s := range n.Sets() {
				if _, ok := c.RRset(n.Canonical(), s.Type()); !ok && !yield(zones.RRset{Owner: n.Name(), Type: s.Type()}) {
					return
				}
			}
		}
	}
}

func (z *zonePlan) put(s zones.RRset) {
	owner := s.Owner.Canonical()
	if !owner.IsSubdomainOf(z.name) {
		z.refuseOutside(s.Owner)
		return
	}
	if s.Type == wire.TypeSOA && owner == z.name && len(s.RDATA) == 0 && z.source == nil {
		z.refuse("put another in its place, or delete the zone", "%s can't be without its SOA record", z.name)
		return
	}
	if s.WireLen() > zones.MaxWireLen { // no message could carry it, nor its encoding
		if z.source == nil {
			z.problems = append(z.problems, zones.TooLong(s))
		} // else validation says where
		return
	}
	if isSOA(s, z.name) {
		z.soa = &s // its serial is settled when all else is known
		return
	}
	if z.edit.Put(s) {
		z.writes = append(z.writes, rrsetWrite(z.name, s))
		z.touched[owner], z.changed = true, true
	}
}

// isSOA says whether s is the SOA RRset of a zone, as it should be.
func isSOA(s zones.RRset, zone wire.Name) bool {
	return s.Type == wire.TypeSOA && len(s.RDATA) == 1 && s.Owner.Canonical() == zone
}

func (z *zonePlan) refuseOutside(owner wire.Name) {
	z.refuse("put it into the zone that it belongs to", "%s is not in zone %s", owner, z.name)
}

// steer puts the change's steered records, not compiled yet.
func (z *zonePlan) steer(c *ZoneChange) {
	for owner, s := range c.Steered {
		if !owner.IsSubdomainOf(z.name) {
			z.refuse("put it into the zone that it belongs to", "%s is not in zone %s", owner, z.name)
			continue
		}
		old, had := z.prev.SteeredRecord(z.name, owner)
		key := steeredKey(z.name, owner)
		if s == nil {
			if had {
				z.edit.Steer(owner, nil)
				z.writes = append(z.writes, store.Write{Key: key})
				z.touched[owner], z.changed = true, true
				z.unsteered = append(z.unsteered, recordKey{z.name, owner})
			}
			continue
		}
		w := jsonWrite(key, s)
		if had && string(jsonWrite(key, old).Value) == string(w.Value) {
			continue
		}
		z.edit.Steer(owner, view.Uncompiled(*s))
		z.writes = append(z.writes, w)
		z.compile = append(z.compile, job{z.name, owner, *s})
		z.touched[owner], z.changed = true, true
	}
}

// serial settles the zone's serial: it is fixed at commit and only goes forward
// (RFC 1982), whatever a file says.
func (z *zonePlan) serial() {
	if z.change.loaded {
		return // it is as it was committed
	}
	ours, loaded := z.present()
	if z.soa == nil && !loaded {
		return
	}
	next := ours
	if z.soa != nil {
		next = *z.soa
	}
	if last, was := z.prev.LastSerials[z.name]; was && !loaded && z.soa != nil {
		z.goOn(last, &next)
	}
	if loaded && !z.settle(ours, &next) {
		return
	}
	if z.edit.Put(next) {
		z.writes = append(z.writes, rrsetWrite(z.name, next))
		z.touched[z.name] = true
	}
}

// goOn gives a zone that comes back a serial beyond the one it went with.
func (z *zonePlan) goOn(last uint32, next *zones.RRset) {
	theirs, err := next.Serial()
	if err != nil {
		return
	}
	serial, taken := zones.Import(z.mode, last, theirs, z.now)
	if !taken {
		z.notes = append(z.notes, fmt.Sprintf("%s: the serial %d is not greater than %d, which the zone had before it was deleted: it is now %d", z.name, theirs, last, serial))
	}
	*next = next.WithSerial(serial)
	z.setLastSerial(nil)
}

// settle gives next its serial, seen from ours; false where the zone doesn't change.
func (z *zonePlan) settle(ours zones.RRset, next *zones.RRset) bool {
	old, err := ours.Serial()
	if err != nil {
		return true
	}
	if z.soa == nil {
		if z.changed {
			*next = ours.WithSerial(zones.Next(z.mode, old, z.now))
		}
		return z.changed
	}
	theirs, err := z.soa.Serial()
	if err != nil {
		return true
	}
	same := z.soa.WithSerial(old)
	if !z.changed && same.Owner == ours.Owner && same.TTL == ours.TTL && string(same.RDATA[0]) == string(ours.RDATA[0]) && !zones.Greater(theirs, old) {
		return false
	}
	serial, taken := zones.Import(z.mode, old, theirs, z.now)
	if !taken {
		z.notes = append(z.notes, fmt.Sprintf("%s: the serial %d is not greater than ours, %d: it is now %d", z.name, theirs, old, serial))
	}
	*next = z.soa.WithSerial(serial)
	return true
}

// present is the zone's SOA RRset as it is.
func (z *zonePlan) present() (zones.RRset, bool) {
	if z.old == nil || !z.old.Loaded() {
		return zones.RRset{}, false
	}
	return surroundings{z.old}.RRset(z.name, wire.TypeSOA)
}

// check validates what changed: the whole zone where it was replaced (the records know
// where they were read), else the owners that changed, and the apex.
func (z *zonePlan) check(made *view.Zone) {
	if len(z.touched) == 0 || z.change.loaded {
		return
	}
	around := surroundings{made}
	if z.source != nil {
		steered := map[wire.Name][]uint16{}
		for n := range made.Steered() {
			steered[n.Canonical()] = TypesOf(n.Steered().Skeleton)
		}
		z.problems = append(z.problems, z.source.Validate(steered)...)
		return
	}
	z.touched[z.name] = true
	z.touchServers(made)
	for owner := range z.touched {
		z.problems = append(z.problems, zones.ValidateOwner(z.name, owner, around)...)
	}
}

// touchServers has the NS RRsets looked at that name what changed, or a name that a
// changed wildcard stands for: no name server may be a steered name.
func (z *zonePlan) touchServers(made *view.Zone) {
	if made.CountSteered() == 0 {
		return // as zones that are all delegations
	}
	for n := range made.Servers() {
		for _, target := range n.Set(wire.TypeNS).Targets() {
			for name, inside := target.Name, target.Name.IsSubdomainOf(z.name); inside && len(name) >= len(z.name); name, _ = name.Parent() {
				wildcard, err := wire.Name("\x01*\x00").Join(name)
				if z.touched[name] && name == target.Name || err == nil && z.touched[wildcard] {
					z.touched[n.Canonical()] = true
					break
				}
			}
		}
	}
}

// surroundings is a compiled zone as the validator sees it.
type surroundings struct{ zone *view.Zone }

func (s surroundings) Types(owner wire.Name) []uint16 {
	var types []uint16
	for set := range s.zone.Node(owner).Sets() {
		types = append(types, set.Type())
	}
	return types
}

func (s surroundings) RRset(owner wire.Name, typ uint16) (zones.RRset, bool) {
	n := s.zone.Node(owner)
	if n.Set(typ).IsZero() {
		return zones.RRset{}, false
	}
	set := n.Set(typ)
	return zones.RRset{Owner: n.Name(), Type: typ, TTL: set.TTL(), RDATA: set.RDATA(s.zone.Name)}, true
}

func (s surroundings) HasBelow(owner wire.Name) bool {
	return s.zone.Node(owner).HasChildren()
}

func (s surroundings) Steered(owner wire.Name) ([]uint16, bool) {
	n := s.zone.Node(owner)
	if n.Steered() == nil {
		return nil, false
	}
	return TypesOf(n.Steered().Skeleton), true
}

// TypesOf are the types that a steered record has, in order: fixed by what is
// configured, whatever is up.
func TypesOf(s config.Steered) []uint16 {
	if s.HasNames() {
		return []uint16{wire.TypeCNAME}
	}
	var types []uint16
	for _, typ := range []uint16{wire.TypeA, wire.TypeAAAA} {
		for _, e := range s.Endpoints {
			if offers(e, typ) {
				types = append(types, typ)
				break
			}
		}
	}
	if s.HTTPS != nil {
		types = append(types, wire.TypeHTTPS)
	}
	return types
}
