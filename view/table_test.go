package view

import (
	"fmt"
	"maps"
	"testing"

	"pgregory.net/rapid"

	"meridian/wire"
)

// tableModel is a table beside the map that says what is in it, and the same of tables
// before it, which must not change any more.
type tableModel struct {
	table  table[int]
	want   map[wire.Name]int
	before []tableModel
	hash   func(wire.Name) uint64
}

// tableKeys are the names that a model's tables are asked for.
var tableKeys = func() (keys []wire.Name) {
	for i := range 400 {
		keys = append(keys, wire.MustParseName(fmt.Sprintf("k%d.example.", i)))
	}
	return keys
}()

func (m *tableModel) apply(updates []update[int]) {
	m.before = append(m.before, tableModel{table: m.table, want: maps.Clone(m.want), hash: m.hash})
	if len(m.before) > 2 {
		m.before = m.before[1:]
	}
	m.table = m.table.with(updates)
	for _, u := range updates {
		if u.remove {
			delete(m.want, u.key)
		} else {
			m.want[u.key] = u.val
		}
	}
}

func (m *tableModel) check(t *rapid.T) {
	for _, key := range tableKeys {
		want, there := m.want[key]
		if v, ok := get(&m.table, m.hash(key), key); v != want || ok != there {
			t.Fatalf("%s is %d, %v; want %d, %v", key, v, ok, want, there)
		}
		if v, ok := get(&m.table, m.hash(key), []byte(key)); v != want || ok != there {
			t.Fatalf("%s as octets is %d, %v; want %d, %v", key, v, ok, want, there)
		}
	}
	if m.table.count != len(m.want) {
		t.Fatalf("%d entries, want %d", m.table.count, len(m.want))
	}
	all := map[wire.Name]int{}
	m.table.each(func(e entry[int]) { all[e.key] = e.val })
	if !maps.Equal(all, m.want) {
		t.Fatalf("each gives %v, want %v", all, m.want)
	}
}

// TestTableIsAMap applies random updates, a few and hundreds at once, to a table and to
// a map; the tables before answer as they did.
func TestTableIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := tableModel{want: map[wire.Name]int{}, hash: wire.Name.Hash}
		if rapid.Bool().Draw(t, "bad hash") { // few places, few shards: long probes
			m.hash = func(n wire.Name) uint64 { return n.Hash() & 0x3_0000_000f }
		}
		next := 0
		change := func(t *rapid.T, most int, remove func(i int) bool) {
			var updates []update[int]
			from := rapid.IntRange(0, len(tableKeys)-1).Draw(t, "from")
			for i := range rapid.IntRange(0, most).Draw(t, "count") {
				next++
				key := tableKeys[(from+7*i)%len(tableKeys)]
				updates = append(updates, update[int]{m.hash(key), key, next, remove(i)})
			}
			m.apply(updates)
		}
		t.Repeat(map[string]func(*rapid.T){
			"put few":     func(t *rapid.T) { change(t, 3, func(int) bool { return false }) },
			"put many":    func(t *rapid.T) { change(t, 400, func(int) bool { return false }) },
			"remove few":  func(t *rapid.T) { change(t, 3, func(int) bool { return true }) },
			"remove many": func(t *rapid.T) { change(t, 400, func(int) bool { return true }) },
			"both":        func(t *rapid.T) { change(t, 50, func(i int) bool { return i%2 == 0 }) },
			"": func(t *rapid.T) {
				m.check(t)
				for _, old := range m.before {
					old.check(t)
				}
			},
		})
	})
}

// TestTableSharesShards holds what makes a change cheap: it copies one shard of many.
func TestTableSharesShards(t *testing.T) {
	var updates []update[int]
	for i := range 20000 {
		key := wire.MustParseName(fmt.Sprintf("k%d.example.", i))
		updates = append(updates, update[int]{hash: key.Hash(), key: key})
	}
	before := new(table[int]).with(updates)
	after := before.with(updates[:1])
	copied := 0
	for i := range after.shards {
		if after.shards[i] != before.shards[i] {
			copied++
			if n := len(after.shards[i].entries); n > 4*shardFill {
				t.Errorf("a shard of %d places was copied", n)
			}
		}
	}
	if len(before.shards) < 64 || copied != 1 {
		t.Errorf("%d of %d shards were copied", copied, len(before.shards))
	}
}
