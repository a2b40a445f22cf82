package view

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"meridian/wire"
)

// tableModel is a table beside the map that says what is in it, and the same of tables
// before it, which must not change any more.
type tableModel struct {
	table  table[int]
	want   map[wire.Name]string
	before []tableModel
	hash   func(wire.Name) uint64
}

// pointer is where a number's pointer leads: every third has one.
func pointer(n int) *int {
	if n%3 != 0 {
		return nil
	}
	return &pointees[n%len(pointees)]
}

var pointees [64]int

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
			m.want[u.key] = u.value
		}
	}
}

func (m *tableModel) check(t *rapid.T) {
	for _, key := range tableKeys {
		want, there := m.want[key]
		e := get(&m.table, m.hash(key), key)
		if e.exists() != there || there && (e.value() != want || e.key() != key) {
			t.Fatalf("%s is %+v; want %q, %v", key, e, want, there)
		}
		if n, _ := strconv.Atoi(want); there && e.more != pointer(n) {
			t.Fatalf("%s has a pointer to %v", key, e.more)
		}
		if get(&m.table, m.hash(key), []byte(key)) != e {
			t.Fatalf("%s as octets is another", key)
		}
	}
	if m.table.count != len(m.want) {
		t.Fatalf("%d entries, want %d", m.table.count, len(m.want))
	}
	all := map[wire.Name]string{}
	m.table.all(func(e entry[int]) bool { all[e.key()] = e.value(); return true })
	if !maps.Equal(all, m.want) {
		t.Fatalf("each gives %v, want %v", all, m.want)
	}
}

// TestTableIsAMap applies random updates, a few and hundreds at once, to a table and to
// a map; the tables before answer as they did.
func TestTableIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := tableModel{want: map[wire.Name]string{}, hash: wire.Name.Hash}
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
				updates = append(updates, update[int]{hash: m.hash(key), key: key, value: strconv.Itoa(next), more: pointer(next), remove: remove(i)})
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
		if i < before.shards && after.shard(i).blob == before.shard(i).blob {
			continue
		}
		copied++
		if n := after.shard(i).len(); n > 4*shardFill {
			t.Errorf("a shard of %d entries was copied", n)
		}
	}
	// Its own, and one that may be split, into two.
	if before.shards < 64 || copied > 3 {
		t.Errorf("%d of %d shards were copied", copied, before.shards)
	}
}

// len is how many entries a shard has.
func (s *shard[M]) len() (n int) {
	s.each(func(uint32, entry[M]) bool { n++; return true })
	return n
}

// TestTableGrowsByOne: however it grows, one name at a time or all at once, all names are
// found, and no shard is much longer than others.
func TestTableGrowsByOne(t *testing.T) {
	var one table[int]
	var updates []update[int]
	for i := range 5000 {
		key := wire.MustParseName(fmt.Sprintf("k%d.example.", i))
		u := update[int]{hash: key.Hash(), key: key, value: "x"}
		updates = append(updates, u)
		one = one.with([]update[int]{u})
	}
	all := new(table[int]).with(slices.Clone(updates))
	for _, table := range []table[int]{one, all} {
		for _, u := range updates {
			if !get(&table, u.hash, u.key).exists() {
				t.Fatalf("%s is not found in %d shards", u.key, table.shards)
			}
		}
		for i := range table.shards {
			if n := table.shard(i).len(); n > 3*shardFill {
				t.Errorf("shard %d of %d has %d entries", i, table.shards, n)
			}
		}
	}
	if one.shards != all.shards || one.shards != (5000+shardFill-1)/shardFill {
		t.Errorf("%d shards, or %d", one.shards, all.shards)
	}
}
