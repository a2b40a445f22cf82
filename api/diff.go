package api

// What a revision changed, as lines for people:
//
//	+ region eu-west: location aws:eu-west-1
//	~ check web: interval 10s → 5s
//	- www.app.example.com. 300 A 192.0.2.1

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"meridian/control"
	"meridian/store"
	"meridian/wire"
	"meridian/zones"
)

// DiffLines renders changes: resources first, then zone by zone, then overrides. It
// returns at most limit lines (0: DefaultLines) and how many more there would be.
func DiffLines(diff []store.Change, limit int) (lines []string, more int) {
	if limit == 0 {
		limit = DefaultLines
	}
	lines = []string{}
	for _, stretch := range stretches(diff) {
		for _, c := range stretch.changes {
			if len(lines) >= limit {
				more += countLines(c)
				continue
			}
			lines = append(lines, linesOf(c)...)
		}
	}
	if over := len(lines) - limit; over > 0 {
		lines, more = lines[:limit], more+over
	}
	return lines, more
}

// stretch is changes that are in one place of a diff, by key.
type stretch struct {
	order
	changes []store.Change
}

// stretches brings changes into order. Those of one kind and zone are neighbours by key, so
// that a million of them needn't be sorted.
func stretches(diff []store.Change) []stretch {
	byKey := func(a, b store.Change) int { return cmp.Compare(a.Key, b.Key) }
	if !slices.IsSortedFunc(diff, byKey) {
		diff = slices.SortedStableFunc(slices.Values(diff), byKey)
	}
	var all []stretch
	prefix := ""
	for i, c := range diff {
		if prefix == "" || !strings.HasPrefix(c.Key, prefix) {
			all = append(all, stretch{orderOf(c.Key), diff[i:i]})
			prefix = zonePrefix(c.Key)
		}
		last := &all[len(all)-1]
		last.changes = last.changes[:len(last.changes)+1]
	}
	slices.SortStableFunc(all, func(a, b stretch) int {
		return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(a.zone, b.zone), cmp.Compare(a.kind, b.kind))
	})
	return all
}

// zonePrefix is what the keys of a zone's records of one kind begin with; "" for others.
func zonePrefix(key string) string {
	if orderOf(key).group != 1 {
		return ""
	}
	kind, rest, _ := strings.Cut(key, "/")
	zone, _, inZone := strings.Cut(rest, "/")
	if !inZone {
		return ""
	}
	return key[:len(kind)+1+len(zone)+1]
}

// countLines is how many lines a change has. An import's many new records needn't be
// made text for that.
func countLines(c store.Change) int {
	value := c.After
	if c.Before != nil {
		value = c.Before
	}
	if strings.HasPrefix(c.Key, "rrset/") && (c.Before == nil || c.After == nil) {
		if n, err := zones.CountRecords(value); err == nil {
			return n
		}
	}
	return len(linesOf(c))
}

// order is where a key's change comes in a diff.
type order struct {
	group, kind int
	zone        string
}

func orderOf(key string) order {
	kind, rest, _ := strings.Cut(key, "/")
	zone, _, _ := strings.Cut(rest, "/")
	switch kind {
	case "region", "topology", "check":
		return order{group: 0, kind: slices.Index([]string{"region", "topology", "check"}, kind)}
	case "zone", "rrset", "steered":
		return order{group: 1, zone: zone, kind: slices.Index([]string{"zone", "rrset", "steered"}, kind)}
	case "override":
		return order{group: 2}
	}
	return order{group: 3}
}

// linesOf renders one key's change.
func linesOf(c store.Change) []string {
	before, err1 := control.Decode(c.Key, c.Before)
	after, err2 := control.Decode(c.Key, c.After)
	if err1 != nil || err2 != nil { // of a version that knew more
		return []string{"~ " + c.Key}
	}
	for name := range after.Regions {
		return resourceLines("region "+name, before.Regions[name], after.Regions[name])
	}
	for name := range after.Topologies {
		return resourceLines("topology "+name, before.Topologies[name], after.Topologies[name])
	}
	for name := range after.Checks {
		return resourceLines("check "+name, before.Checks[name], after.Checks[name])
	}
	for key := range after.Overrides {
		return resourceLines("override of "+subject(key), before.Overrides[key], after.Overrides[key])
	}
	for name := range after.Zones {
		return zonalLines(name, before.Zones[name], after.Zones[name], c)
	}
	if strings.HasPrefix(c.Key, "serial/") {
		return nil // a memory of the server's own
	}
	return []string{"~ manifest applied: " + after.Applied}
}

// subject is what an override speaks of.
func subject(key control.OverrideKey) string {
	if key.Endpoint == "" {
		return "region " + key.Region
	}
	return "endpoint " + key.Endpoint + " of " + key.Owner.String()
}

// zonalLines renders what belongs to a zone.
func zonalLines(name wire.Name, before, after *control.ZoneChange, c store.Change) []string {
	for owner := range after.Steered {
		return resourceLines("steered "+owner.String(), before.Steered[owner], after.Steered[owner])
	}
	if len(after.RRsets) > 0 {
		return rrsetLines(name, before.RRsets[0], after.RRsets[0])
	}
	switch {
	case c.Before == nil:
		return []string{fmt.Sprintf("+ zone %s: serials %s", name, after.Serials)}
	case c.After == nil:
		return []string{fmt.Sprintf("- zone %s", name)}
	}
	return []string{fmt.Sprintf("~ zone %s: serials %s → %s", name, before.Serials, after.Serials)}
}

// rrsetLines renders records one by one; of a SOA whose serial alone changes, that.
func rrsetLines(zone wire.Name, before, after zones.RRset) []string {
	if was, is, ok := serialsOf(before, after); ok {
		return []string{fmt.Sprintf("~ %s SOA serial %d → %d", zone, was, is)}
	}
	was, is := recordLines(before), recordLines(after)
	var lines []string
	for _, line := range was {
		if !slices.Contains(is, line) {
			lines = append(lines, "- "+line)
		}
	}
	for _, line := range is {
		if !slices.Contains(was, line) {
			lines = append(lines, "+ "+line)
		}
	}
	return lines
}

func recordLines(s zones.RRset) []string {
	lines := make([]string, len(s.RDATA))
	for i, data := range s.Data() {
		lines[i] = fmt.Sprintf("%s %d %s %s", s.Owner, s.TTL, zones.TypeName(s.Type), data)
	}
	return lines
}

func serialsOf(before, after zones.RRset) (was, is uint32, ok bool) {
	was, err1 := before.Serial()
	is, err2 := after.Serial()
	if err1 != nil || err2 != nil || before.Owner != after.Owner || before.TTL != after.TTL {
		return 0, 0, false
	}
	return was, is, string(before.WithSerial(is).RDATA[0]) == string(after.RDATA[0])
}
