package control_test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"meridian/control"
	"meridian/view"
	"meridian/wire"
	"meridian/zones"
)

// cells is a resolver of ALIAS targets that resolves nothing by itself: what the writer
// wants, and how often.
type cells struct {
	users map[string]int
	cell  map[string]*view.Cell
}

func newCells() *cells { return &cells{users: map[string]int{}, cell: map[string]*view.Cell{}} }

func (c *cells) Acquire(name wire.Name, typ uint16) *view.Cell {
	key := name.String() + " " + zones.TypeName(typ)
	if c.users[key]++; c.users[key] == 1 {
		c.cell[key] = &view.Cell{}
	}
	return c.cell[key]
}

func (c *cells) Release(name wire.Name, typ uint16) {
	key := name.String() + " " + zones.TypeName(typ)
	if c.users[key]--; c.users[key] == 0 {
		delete(c.users, key)
		delete(c.cell, key)
	}
}

// wanted is what is acquired, with the number of those who did where that isn't one.
func (c *cells) wanted() string {
	var all []string
	for _, key := range slices.Sorted(maps.Keys(c.users)) {
		if n := c.users[key]; n != 1 {
			key = fmt.Sprintf("%s ×%d", key, n)
		}
		all = append(all, key)
	}
	return strings.Join(all, ", ")
}

func (c *cells) resolve(key string, rdata ...byte) {
	c.cell[key].Store(&view.Resolved{Set: wire.EncodeRRset(wire.Root, wire.Root, wire.TypeA, 60, [][]byte{rdata}), Until: math.MaxInt64})
}

// put is the change that puts records into a zone.
func put(t testing.TB, zone string, lines ...string) control.Change {
	t.Helper()
	var c control.Change
	name := wire.MustParseName(zone)
	c.Zone(name).Create = true
	for _, line := range lines {
		s, err := zones.ParseRecord(line, name, 300)
		if err != nil {
			t.Fatal(err)
		}
		c.Zone(name).RRsets = append(c.Zone(name).RRsets, s)
	}
	return c
}

func remove(zone, owner string, typ uint16) control.Change {
	var c control.Change
	c.Zone(wire.MustParseName(zone)).RRsets = []zones.RRset{{Owner: wire.MustParseName(owner), Type: typ}}
	return c
}

func wantsCells(t *testing.T, w *world, want string) {
	t.Helper()
	if got := w.cells.wanted(); got != want {
		t.Errorf("wanted outside are %q, want %q", got, want)
	}
}

// TestAliasToOurName: the ALIAS has what its target has, and follows its changes.
func TestAliasToOurName(t *testing.T) {
	w := start(t, t.TempDir())
	w.commit(imported(t))
	w.allUp()
	w.commit(put(t, "example.com.", "@ ALIAS www", "old ALIAS www2 A"))
	for _, client := range []string{"193.1.0.0/24", "8.8.8.0/24"} {
		if got, want := w.ask("example.com.", "A", client), w.ask("www.example.com.", "A", client); got != want || want == "NODATA" {
			t.Errorf("%s: the ALIAS answers %s, its target %s", client, got, want)
		}
	}
	w.commit(put(t, "example.com.", "www2 A 192.0.2.98"))
	if got := w.ask("old.example.com.", "A", ""); got != "A 192.0.2.98" {
		t.Errorf("got %s", got)
	}
	if got := w.ask("old.example.com.", "AAAA", ""); got != "NODATA" {
		t.Errorf("got %s", got)
	}
	wantsCells(t, w, "")
}

// TestAliasOutside: what a resolver finds is answered at once, and is no revision and no
// serial; and the cells that are wanted follow the records, however the way leads out.
func TestAliasOutside(t *testing.T) {
	w := start(t, t.TempDir())
	w.commit(imported(t))
	w.commit(put(t, "example.com.", "@ ALIAS lb.example.net.", "b ALIAS LB.example.net. A", "c ALIAS d A", "d CNAME e", "e A 192.0.2.7"))
	wantsCells(t, w, "lb.example.net. A ×2, lb.example.net. AAAA")
	if got := w.ask("example.com.", "A", ""); got != "SERVFAIL" {
		t.Errorf("never resolved: %s", got)
	}
	revision, serial := w.control.State().Revision(), w.ask("example.com.", "SOA", "")
	w.cells.resolve("lb.example.net. A", 203, 0, 113, 1)
	if got := w.ask("example.com.", "A", "") + ", " + w.ask("b.example.com.", "A", ""); got != "A 203.0.113.1, A 203.0.113.1" {
		t.Errorf("resolved: %s", got)
	}
	if w.control.State().Revision() != revision || w.ask("example.com.", "SOA", "") != serial {
		t.Error("what was resolved is a revision or moved the serial")
	}
	// Another TTL, and the cell is the same: nothing is resolved again.
	w.commit(put(t, "example.com.", "@ 20 ALIAS lb.example.net.", "b 20 ALIAS lb.example.net."))
	if got := w.ask("example.com.", "A", ""); got != "A 203.0.113.1" {
		t.Errorf("after a change of TTL: %s", got)
	}
	w.commit(put(t, "example.com.", "d CNAME x.example.org."))
	wantsCells(t, w, "lb.example.net. A ×2, lb.example.net. AAAA ×2, x.example.org. A")
	w.commit(put(t, "example.org.", "@ SOA a b 1 2 3 4 5", "@ NS ns.example.net.", "x A 192.0.2.8"))
	wantsCells(t, w, "lb.example.net. A ×2, lb.example.net. AAAA ×2")
	if got := w.ask("c.example.com.", "A", ""); got != "A 192.0.2.8" {
		t.Errorf("the target's zone is ours: %s", got)
	}
	w.commit(remove("example.com.", "example.com.", zones.TypeALIAS))
	wantsCells(t, w, "lb.example.net. A, lb.example.net. AAAA")
	again := w.restart()
	wantsCells(t, again, "lb.example.net. A, lb.example.net. AAAA")
	var gone control.Change
	gone.Zone(zoneName).Delete = true
	again.commit(gone)
	wantsCells(t, again, "")
}

// TestAliasCirclesBetweenZones: the change that would close one is refused.
func TestAliasCirclesBetweenZones(t *testing.T) {
	w := start(t, t.TempDir())
	w.commit(imported(t))
	w.commit(put(t, "example.org.", "@ SOA a b 1 2 3 4 5", "@ NS ns.example.net.", "x CNAME b.example.com."))
	w.commit(put(t, "example.com.", "a ALIAS x.example.org.", "b A 192.0.2.1"))
	w.commit(remove("example.com.", "b.example.com.", wire.TypeA))
	want := "b.example.com. leads in a circle of ALIAS and CNAME records over several zones (point one of them elsewhere)"
	if got := w.refused(put(t, "example.com.", "b ALIAS a")); got != want {
		t.Errorf("got %s", got)
	}
	if got := w.refused(put(t, "example.com.", "a ALIAS a")); !strings.Contains(got, "a.example.com. leads in a circle: a.example.com. → a.example.com.") {
		t.Errorf("got %s", got)
	}
}

// BenchmarkAliases is a change of one record beside many ALIAS records.
func BenchmarkAliases(b *testing.B) {
	for _, count := range []int{0, 1000, 10_000} {
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			w := startWith(b, b.TempDir(), false)
			w.commit(imported(b))
			lines := []string{"@ SOA a b 1 2 3 4 5", "@ NS ns.example.net."}
			for i := range count {
				lines = append(lines, fmt.Sprintf("a%d ALIAS lb%d.example.net.", i, i))
			}
			w.commit(put(b, "example.org.", lines...))
			i := 0
			for b.Loop() {
				i++
				w.commit(put(b, "example.com.", fmt.Sprintf("n A 10.0.%d.%d", i>>8&255, i&255)))
			}
		})
	}
}
