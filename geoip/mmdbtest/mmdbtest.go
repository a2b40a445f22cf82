// Package mmdbtest writes small MaxMind DB files for tests. No program imports it.
//
// It writes the format of https://maxmind.github.io/MaxMind-DB/ in its plainest form:
// records of 32 bits, no pointers, IPv4 at ::/96 and, if asked, the usual aliases.
package mmdbtest

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Map is a record or a map inside one. Its values may be Map, []any, string, float64,
// uint32, int and bool.
type Map = map[string]any

// DB is what is to be written.
type DB struct {
	Type string // the database_type, "Test" when empty
	// IPv4Only makes a tree of IPv4 alone, as some databases have.
	IPv4Only bool
	// Aliases lets ::ffff:0:0/96, 2001::/32 and 2002::/16 lead to IPv4's part of the tree.
	Aliases  bool
	Networks map[string]Map // by prefix; a longer one cuts a shorter one
}

// Write writes db into a file of its own in the test's folder and returns its name.
func Write(t testing.TB, db DB) string {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "test.mmdb")
	if err := os.WriteFile(file, Bytes(db), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// node is an inner node of the tree: two children, each a node, data or nothing.
type node struct {
	child [2]*node
	data  [2]int // offset + 1 of a record, 0 for none
	id    uint32
}

// Bytes returns db as a file's contents. It panics when a prefix can't be parsed or a
// value not be written: both are faults of the test.
func Bytes(db DB) []byte {
	root := &node{}
	var data []byte
	names := slices.SortedFunc(maps.Keys(db.Networks), func(a, b string) int { // shorter ones first
		p, q := netip.MustParsePrefix(a), netip.MustParsePrefix(b)
		return cmp.Or(cmp.Compare(treeBits(p), treeBits(q)), cmp.Compare(a, b))
	})
	for _, name := range names {
		bits, n := path(netip.MustParsePrefix(name), db.IPv4Only)
		insert(root, bits, n, len(data)+1)
		data = appendValue(data, db.Networks[name])
	}
	if db.Aliases {
		alias(root)
	}
	out, nodes := appendTree(nil, root)
	out = append(out, make([]byte, 16)...)
	out = append(out, data...)
	return append(out, metadata(db, nodes)...)
}

// treeBits is how deep a prefix lies in a tree of both families.
func treeBits(p netip.Prefix) int {
	_, n := path(p, false)
	return n
}

// path returns a prefix as bits of the tree.
func path(p netip.Prefix, v4Only bool) (bits []byte, n int) {
	if !p.Addr().Is4() {
		b := p.Addr().As16()
		return b[:], p.Bits()
	}
	b := p.Addr().As4()
	if v4Only {
		return b[:], p.Bits()
	}
	return append(make([]byte, 12), b[:]...), 96 + p.Bits()
}

// insert puts data at a prefix, splitting data that covers it.
func insert(at *node, bits []byte, n, data int) {
	if n == 0 { // the whole family
		at.data = [2]int{data, data}
		return
	}
	for i := range n {
		b := bits[i/8] >> (7 - i%8) & 1
		if i == n-1 {
			at.child[b], at.data[b] = nil, data
			return
		}
		if at.child[b] == nil {
			old := at.data[b]
			at.child[b], at.data[b] = &node{data: [2]int{old, old}}, 0
		}
		at = at.child[b]
	}
}

// alias lets the carriers of IPv4 lead to its subtree.
func alias(root *node) {
	v4 := root
	for range 96 {
		v4 = v4.child[0]
	}
	for _, s := range []string{"::ffff:0:0/96", "2001::/32", "2002::/16"} {
		p := netip.MustParsePrefix(s)
		bits, n := path(p, false)
		insert(root, bits, n, 0)
		at := root
		for i := range n - 1 {
			at = at.child[bits[i/8]>>(7-i%8)&1]
		}
		at.child[bits[(n-1)/8]>>(7-(n-1)%8)&1] = v4
	}
}

// appendTree numbers the nodes and appends their records.
func appendTree(to []byte, root *node) ([]byte, uint32) {
	all := []*node{root}
	seen := map[*node]bool{root: true}
	for i := 0; i < len(all); i++ {
		all[i].id = uint32(i)
		for _, c := range all[i].child {
			if c != nil && !seen[c] {
				seen[c] = true
				all = append(all, c)
			}
		}
	}
	count := uint32(len(all))
	for _, n := range all {
		for b := range 2 {
			record := count // nothing
			switch {
			case n.child[b] != nil:
				record = n.child[b].id
			case n.data[b] != 0:
				record = count + 16 + uint32(n.data[b]-1)
			}
			to = binary.BigEndian.AppendUint32(to, record)
		}
	}
	return to, count
}

func metadata(db DB, nodes uint32) []byte {
	version := uint32(6)
	if db.IPv4Only {
		version = 4
	}
	name := db.Type
	if name == "" {
		name = "Test"
	}
	return appendValue([]byte("\xab\xcd\xefMaxMind.com"), Map{
		"binary_format_major_version": uint32(2),
		"binary_format_minor_version": uint32(0),
		"build_epoch":                 uint32(1780000000),
		"database_type":               name,
		"description":                 Map{"en": "a test"},
		"ip_version":                  version,
		"languages":                   []any{},
		"node_count":                  nodes,
		"record_size":                 uint32(32),
	})
}

// appendValue appends a value of the data section: a control octet with type and size
// (types over 7 in an octet of their own), then the contents.
func appendValue(to []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return append(control(to, 2, len(v)), v...)
	case float64:
		return binary.BigEndian.AppendUint64(control(to, 3, 8), math.Float64bits(v))
	case int:
		return appendValue(to, uint32(v))
	case uint32:
		return binary.BigEndian.AppendUint32(control(to, 6, 4), v)
	case bool:
		size := 0
		if v {
			size = 1
		}
		return control(to, 14, size)
	case []any:
		to = control(to, 11, len(v))
		for _, e := range v {
			to = appendValue(to, e)
		}
		return to
	case Map:
		to = control(to, 7, len(v))
		for _, k := range slices.Sorted(maps.Keys(v)) {
			to = appendValue(appendValue(to, k), v[k])
		}
		return to
	}
	panic(fmt.Sprintf("mmdbtest: a %T can't be written", v))
}

func control(to []byte, kind, size int) []byte {
	first, more := size, []byte(nil)
	if size >= 29 {
		if size >= 29+256 {
			panic("mmdbtest: a value is longer than 284")
		}
		first, more = 29, []byte{byte(size - 29)}
	}
	if kind > 7 {
		return append(append(to, byte(first), byte(kind-7)), more...)
	}
	return append(append(to, byte(kind<<5|first)), more...)
}
