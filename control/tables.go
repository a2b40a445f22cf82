package control

// Class tables: one for each topology and set of regions, shared by all records that
// have these, and made before the commit that needs it.

import (
	"slices"
	"strings"
	"sync"
	"weak"

	"meridian/config"
	"meridian/geoip"
	"meridian/steering"
)

// tableKey is what a table depends on, by content: equal keys give equal tables.
type tableKey struct {
	topology string // the topology's settings
	regions  string // the table's regions and where they are
	offered  string
}

// keyOf is the key of the table that a record (with its defaults) uses for a type.
func keyOf(s *State, settings config.Steered, typ uint16) tableKey {
	offered, regions := regionsOf(s, settings, typ)
	var places strings.Builder
	for _, name := range regions {
		places.WriteString(name + "=" + s.Regions[name].Location.String() + " ")
	}
	return tableKey{settings.Topology + s.compiled[settings.Topology].key, places.String(), strings.Join(offered, " ")}
}

// regionsOf are the regions in which a record has endpoints of a type, and with them
// those of its fallback addresses, of which a fence may ask. Both are sorted.
func regionsOf(s *State, settings config.Steered, typ uint16) (offered, all []string) {
	for _, e := range settings.Endpoints {
		if offers(e, typ) {
			offered = append(offered, e.Region)
		}
	}
	slices.Sort(offered)
	offered = slices.Compact(offered)
	all = slices.Clone(offered)
	if s.Topologies[settings.Topology].HasFence() {
		for _, f := range settings.WhenAllDown.Fallback {
			if f.Region != "" && slices.Contains(familiesOf(typ), typeOf(f.Address)) {
				all = append(all, f.Region)
			}
		}
	}
	slices.Sort(all)
	return offered, slices.Compact(all)
}

// tables keeps the class tables that records use, and makes those that they need. A
// table that no view uses any more is forgotten.
type tables struct {
	geo   *geoip.Databases
	cache *tableCache

	mu     sync.Mutex // guards what follows
	known  map[tableKey]weak.Pointer[steering.Table]
	making map[tableKey]*making
	// How many were read from the cache and how many projected.
	read, projected int
}

// making is a table that is being made; done is closed when it is there.
type making struct {
	done  chan struct{}
	table *steering.Table
	err   error
}

func newTables(geo *geoip.Databases, cache *tableCache) *tables {
	return &tables{geo: geo, cache: cache, known: map[tableKey]weak.Pointer[steering.Table]{}, making: map[tableKey]*making{}}
}

// get returns a record's table for a type, making it if it isn't there. Two that need
// one table at a time wait for one making.
func (t *tables) get(s *State, settings config.Steered, typ uint16) (*steering.Table, error) {
	key := keyOf(s, settings, typ)
	t.mu.Lock()
	if table := t.known[key].Value(); table != nil {
		t.mu.Unlock()
		return table, nil
	}
	m := t.making[key]
	if m == nil {
		m = &making{done: make(chan struct{})}
		t.making[key] = m
		t.mu.Unlock()
		t.make(key, m, s, settings, typ)
	} else {
		t.mu.Unlock()
		<-m.done
	}
	return m.table, m.err
}

// make reads a table from the cache, or projects and keeps it.
func (t *tables) make(key tableKey, m *making, s *State, settings config.Steered, typ uint16) {
	offered, regions := regionsOf(s, settings, typ)
	topology := s.compiled[settings.Topology].Topology
	if m.table = t.cache.read(key, topology, regions, offered); m.table != nil {
		t.made(key, m, &t.read)
		return
	}
	base, err := t.geo.Base()
	if err != nil {
		m.err = err
	} else {
		m.table, m.err = steering.NewTable(base, topology, regions, offered)
	}
	t.made(key, m, &t.projected)
	if m.err == nil {
		t.cache.write(key, m.table)
	}
}

// made gives a table to all who wait for it.
func (t *tables) made(key tableKey, m *making, count *int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	*count++
	if m.err == nil {
		t.known[key] = weak.Make(m.table)
	}
	delete(t.making, key)
	for k, p := range t.known {
		if p.Value() == nil {
			delete(t.known, k)
		}
	}
	close(m.done)
}

// loaded is called when the tables that were kept for a start are there. One of them shows
// that these very databases have compiled before, and they need not now; nor need those
// inside the program while nothing is steered. Else a server that can't compile them must
// not start.
func (t *tables) loaded(steering bool) error {
	if t.read > 0 || !steering && t.geo.Inside() {
		return nil
	}
	_, err := t.geo.Base()
	return err
}

// sweep is called when all tables of a start are there.
func (t *tables) sweep() { t.cache.sweepAtStart() }

// atHand returns a record's table for a type where it need not be made; else nil.
func (t *tables) atHand(s *State, settings config.Steered, typ uint16) *steering.Table {
	key := keyOf(s, settings, typ)
	if table := t.lookup(key); table != nil {
		return table
	}
	offered, regions := regionsOf(s, settings, typ)
	table := t.cache.read(key, s.compiled[settings.Topology].Topology, regions, offered)
	if table != nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.read++
		t.known[key] = weak.Make(table)
	}
	return table
}

// tablesAtHand are those of a plan's records that need not be made.
func (c *Control) tablesAtHand(p *plan) map[tableKey]*steering.Table {
	found := map[tableKey]*steering.Table{}
	for _, j := range p.compile {
		settings := j.settings.WithDefaults()
		for _, typ := range TypesOf(settings) {
			key := keyOf(p.next, settings, typ)
			if _, looked := found[key]; !looked {
				found[key] = c.tables.atHand(p.next, settings, typ)
			}
		}
	}
	return found
}

// lookup returns a table that is there already.
func (t *tables) lookup(key tableKey) *steering.Table {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.known[key].Value()
}

// Tables returns the class tables in use.
func (c *Control) Tables() []*steering.Table {
	c.tables.mu.Lock()
	defer c.tables.mu.Unlock()
	var all []*steering.Table
	for _, p := range c.tables.known {
		if table := p.Value(); table != nil {
			all = append(all, table)
		}
	}
	return all
}
