package geoip

import (
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// A table that was kept is the table that was made, in every field.
func TestFlatIsTheTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table, _ := drawTables(t)
		flat := table.AppendFlat([]byte("before"))[len("before"):]
		read, err := ReadFlat(flat, 1<<16)
		if err != nil {
			t.Fatal(err)
		}
		clear(flat) // nothing of it may still be in use
		if !reflect.DeepEqual(read, table) {
			t.Fatalf("read %+v, made %+v", read, table)
		}
	})
}

// tableOf is a table over networks of some lengths, whose classes are the last of 300.
func tableOf(t testing.TB, networks int) *Table {
	rows := map[netip.Prefix]Location{}
	for i := range networks {
		bits := 12 + i%13
		rows[netip.PrefixFrom(addrOf(uint32(i)<<20|1<<30), bits).Masked()] = Location{ASN: uint32(i)}
		rows[netip.PrefixFrom(addrOf(uint64(i)<<50|1<<61), 20+i%37).Masked()] = Location{ASN: uint32(i)}
	}
	table, err := Project(baseOf(rows), nil, func(l Location, _ Kind, _ int) uint16 { return uint16(299 - l.ASN%300) }, nil)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestFlatCutShortIsRefused(t *testing.T) {
	flat := tableOf(t, 8).AppendFlat(nil)
	for n := range flat {
		if _, err := ReadFlat(flat[:n], 300); err == nil {
			t.Fatalf("%d of %d octets are taken", n, len(flat))
		}
	}
	if _, err := ReadFlat(append(flat, 0), 300); err == nil {
		t.Error("an octet too many is taken")
	}
	if _, err := ReadFlat(flat, 299); err == nil {
		t.Error("a class beyond the last is taken")
	}
}

// Of all that can stand in a file without a checksum, nothing that is taken makes a
// lookup reach out of bounds, or a class or scope that is none.
func FuzzReadFlat(f *testing.F) {
	const classes = 300
	f.Add(tableOf(f, 400).AppendFlat(nil), uint64(0))
	f.Add(mustProject(f, map[string]string{"8.0.0.0/8": "IS", "2a00::/16": "NO"}, []string{"10.0.0.0/8"}, nil).AppendFlat(nil), uint64(1))
	f.Add(mustProject(f, nil, nil, nil).AppendFlat(nil), uint64(2))
	f.Fuzz(func(t *testing.T, flat []byte, seed uint64) {
		// One octet anywhere is changed as well, since a mutator can't know the columns.
		random := rand.New(rand.NewPCG(seed, 0))
		if len(flat) > 0 && seed > 2 {
			flat = slices.Clone(flat)
			flat[random.IntN(len(flat))] ^= byte(random.Uint32())
		}
		table, err := ReadFlat(flat, classes)
		if err != nil {
			return
		}
		ask := func(a netip.Addr, n int) {
			if class, scope := table.Lookup(netip.PrefixFrom(a, n)); class >= classes || int(scope) > a.BitLen() {
				t.Fatalf("%s/%d: class %d, scope %d", a, n, class, scope)
			}
		}
		for _, b := range table.v4.starts.base {
			ask(addrOf(b), 32)
			ask(addrOf(b-1), random.IntN(33))
		}
		for _, b := range table.v6.starts.base {
			ask(addrOf(b), 128)
			ask(addrOf(b-1), random.IntN(129))
		}
		for range 100 {
			ask(addrOf(random.Uint32()), random.IntN(33))
			ask(addrOf(random.Uint64()), random.IntN(129))
			ask(addrOf(random.Uint64()>>3|1<<61), random.IntN(129))
		}
		for _, c := range carriers {
			for n := range 129 {
				ask(c.prefix.Addr(), n)
			}
		}
	})
}
