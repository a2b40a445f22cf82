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
	base *geoip.Base

	mu     sync.Mutex // guards what follows
	known  map[tableKey]weak.Pointer[steering.Table]
	making map[tableKey]*making
}

// making is a table that is being made; done is closed when it is there.
type making struct {
	done  chan struct{}
	table *steering.Table
	err   error
}

func newTables(base *geoip.Base) *tables {
	return &tables{base: base, known: map[tableKey]weak.Pointer[steering.Table]{}, making: map[tableKey]*making{}}
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

func (t *tables) make(key tableKey, m *making, s *State, settings config.Steered, typ uint16) {
	offered, regions := regionsOf(s, settings, typ)
	m.table, m.err = steering.NewTable(t.base, s.compiled[settings.Topology].Topology, regions, offered)
	t.mu.Lock()
	defer t.mu.Unlock()
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
