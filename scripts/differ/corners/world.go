package corners

// A world: an outer zone, and sometimes zones inside it.

import (
	"fmt"
	"slices"
	"strings"

	"meridian/wire"
	"meridian/zones"
)

// Source makes choices: a number from 0 to n-1. math/rand/v2's Rand is one.
type Source interface{ IntN(n int) int }

// World is some zones of one server. Each is valid as zones.Contents.Validate says.
type World struct {
	Zones []Zone // the outer one first
	names []string
}

// Zone is a zone and its master file.
type Zone struct {
	Name     string // absolute
	Text     string
	Contents *zones.Contents
}

// labels are few, so that names meet; "*" is among them, and so are names whose order and
// escapes could go wrong.
var labels = []string{"a", "a", "a", "b", "b", "b", "ns", "*", "A", `\000`, `x\.y`, "-", "bb"}

// maker fills one zone.
type maker struct {
	Source
	apex  string
	lines []string
	sets  map[string]bool // "owner type" of what is there
	zone  Zone
	names []string // that questions and targets may be about
	far   []string // names outside of the zone
}

// NewWorld makes the world whose outer zone has a name.
func NewWorld(src Source, apex string) World {
	outer := newMaker(src, apex, "www.elsewhere.example.", "a.b.elsewhere.example.")
	inner := []string{}
	if outer.one(3) {
		inner = append(inner, outer.name())
		if outer.one(3) {
			inner = append(inner, outer.pick(labels)+"."+inner[0])
		}
	}
	outer.far = append(outer.far, inner...)
	outer.fill(2 + src.IntN(9))
	w := World{names: append(outer.names, outer.far...)}
	if len(inner) > 0 && !outer.one(4) {
		outer.cut(inner[0])
		outer.finish()
	}
	w.Zones = []Zone{outer.zone}
	for i, name := range inner {
		if strings.Contains(name, "*") || slices.ContainsFunc(w.Zones, func(z Zone) bool { return strings.EqualFold(z.Name, name) }) {
			continue
		}
		m := newMaker(src, name, apex, outer.pick(outer.names))
		m.fill(1 + src.IntN(4))
		if i+1 < len(inner) && m.one(2) {
			m.cut(inner[i+1])
			m.finish()
		}
		w.Zones = append(w.Zones, m.zone)
		w.names = append(w.names, m.names...)
	}
	slices.Sort(w.names)
	w.names = slices.Compact(w.names)
	return w
}

func newMaker(src Source, apex string, far ...string) *maker {
	m := &maker{Source: src, apex: apex, names: []string{apex}, far: far, sets: map[string]bool{}}
	m.lines = []string{
		fmt.Sprintf("%s %d IN SOA ns.%s host.%s 1 3600 600 86400 %d", apex, m.ttl(), apex, apex, m.ttl()),
		fmt.Sprintf("%s %d IN NS %s", apex, m.ttl(), m.pick([]string{"ns." + apex, "ns." + apex, "ns.elsewhere.example."})),
	}
	m.try(fmt.Sprintf("ns.%s %d IN A 192.0.2.53", apex, m.ttl()))
	m.finish()
	return m
}

// fill adds n features, of which each is one to a few RRsets.
func (m *maker) fill(n int) {
	features := []func(owner string){
		m.plain, m.plain, m.plain, m.wildcard, m.wildcard, m.wildcard, m.deep, m.deep,
		m.cut, m.cut, m.alias, m.alias, m.alias, m.loop, m.dname, m.dname, m.large, m.rare,
	}
	for range n {
		features[m.IntN(len(features))](m.name())
	}
	m.finish()
}

// try adds the lines of one RRset where that leaves the zone valid. Of one that is there
// already it adds none: servers differ in what they make of two TTLs (RFC 2181 section 5.2).
func (m *maker) try(lines ...string) bool {
	words := strings.Fields(lines[0])
	key := strings.ToLower(words[0]) + " " + words[3]
	if m.sets[key] {
		return false
	}
	all := append(slices.Clone(m.lines), lines...)
	zone, err := read(m.apex, all)
	if err != nil {
		return false
	}
	m.lines, m.zone, m.sets[key] = all, zone, true
	for _, line := range lines {
		m.names = append(m.names, strings.Fields(line)[0])
	}
	return true
}

func (m *maker) finish() {
	zone, err := read(m.apex, m.lines)
	if err != nil {
		panic("the zone was valid, and is no more: " + err.Error())
	}
	m.zone = zone
}

// read parses and validates a zone's lines.
func read(apex string, lines []string) (Zone, error) {
	name, err := wire.ParseName(apex)
	if err != nil {
		return Zone{}, err
	}
	text := strings.Join(lines, "\n") + "\n"
	contents, problems := zones.Parse(apex+"zone", []byte(text), name, nil, zones.ReadOptions{})
	if err := problems.Err(); err != nil {
		return Zone{}, err
	}
	if err := contents.Validate(nil).Err(); err != nil {
		return Zone{}, err
	}
	return Zone{Name: apex, Text: text, Contents: contents}, nil
}

// one is true once in n times.
func (m *maker) one(n int) bool { return m.IntN(n) == 0 }

func (m *maker) pick(from []string) string { return from[m.IntN(len(from))] }

// name is one of the zone: one that was used, one below or beside it, or a new one.
func (m *maker) name() string {
	base := m.apex
	if m.one(2) {
		if used := m.pick(m.names); strings.HasSuffix(used, "."+m.apex) || used == m.apex {
			base = used
		}
	}
	for range 1 + m.IntN(3) {
		if longer := m.pick(labels) + "." + base; len(longer) < 200 {
			base = longer
		}
	}
	return base
}

// target is where an alias or a name server leads: anywhere.
func (m *maker) target() string {
	switch m.IntN(6) {
	case 0:
		return m.pick(m.far)
	case 1, 2:
		return m.name()
	}
	return m.pick(m.names)
}

// ttl differs from RRset to RRset, so that a wrong one shows.
func (m *maker) ttl() int { return 60 * (1 + m.IntN(60)) }
