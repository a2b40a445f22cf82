package steering

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"meridian/config"
	"meridian/geoip"
	"meridian/geoip/mmdbtest"
)

// digests of the tables of TestFlatVersion, of version 1 and so on. When tables change
// on purpose, add the new digest and raise FlatVersion: what servers have kept of the
// old ones is then made anew.
var digests = []string{
	"ed5a4de305b3de41a16d4923be6ea5fdf09034d58f07afbb2651b7c789c6736f",
}

// What a start reads must be what it would make: a change of how tables are made must
// raise FlatVersion, or servers would go on with the tables of the program before.
func TestFlatVersion(t *testing.T) {
	h := sha256.New()
	for _, base := range []*geoip.Base{smallBase(t), layeredBase(t), filledBase(t)} {
		for _, table := range fixedTables(t, base) {
			h.Write(table.AppendFlat(nil, ""))
		}
	}
	got := fmt.Sprintf("%x", h.Sum(nil))
	if FlatVersion != len(digests) || digests[FlatVersion-1] != got {
		t.Errorf("tables or their flat form are others than they were: if that is meant, raise FlatVersion to %d and add to digests %q", len(digests)+1, got)
	}
}

// layeredBase is a base table of two files: places, and networks of autonomous systems.
func layeredBase(t *testing.T) *geoip.Base {
	t.Helper()
	at := func(country, subdivision string) mmdbtest.Map {
		return mmdbtest.Map{"country": mmdbtest.Map{"iso_code": country}, "subdivisions": []any{mmdbtest.Map{"iso_code": subdivision}}}
	}
	base, err := geoip.OpenBase(
		mmdbtest.Write(t, mmdbtest.DB{Networks: map[string]mmdbtest.Map{
			"20.0.0.0/6": at("US", "CA"), "22.0.0.0/15": at("US", "NY"), "60.0.0.0/9": at("JP", "13"), "80.0.0.0/13": at("RU", "MOW"),
			"2600::/12": at("US", "CA"), "2a00:1::/44": at("RU", "MOW"), "2400::/12": at("JP", "13"),
		}}),
		mmdbtest.Write(t, mmdbtest.DB{Networks: map[string]mmdbtest.Map{
			"21.0.0.0/10": {"autonomous_system_number": 64496}, "60.64.0.0/11": {"autonomous_system_number": 64497},
			"80.1.2.128/25": {"autonomous_system_number": 64496}, "2600:1::/33": {"autonomous_system_number": 64496},
			"2600:2::/57": {"autonomous_system_number": 64496}, "2600:2:0:280::/58": {"autonomous_system_number": 64496},
		}}))
	if err != nil {
		t.Fatal(err)
	}
	return base
}

// filledBase is a base table with its gaps filled, as the embedded data's.
func filledBase(t *testing.T) *geoip.Base {
	t.Helper()
	flat, err := smallBase(t).AppendCompact(nil)
	if err != nil {
		t.Fatal(err)
	}
	base, err := geoip.ReadCompact("test", flat, true)
	if err != nil {
		t.Fatal(err)
	}
	return base
}

// fixedTables are tables of all that a topology can say.
func fixedTables(t *testing.T, base *geoip.Base) []*Table {
	t.Helper()
	cidr := netip.MustParsePrefix
	var tables []*Table
	for _, settings := range []config.Topology{
		{},
		{OrderDepth: 1, Default: []string{"us", "sa"}},
		{OrderDepth: 5, Clients: []config.ClientRow{
			{CIDR: cidr("2a00:1:2:300::/56"), Order: []string{"us"}},
			{CIDR: cidr("2a00:1::/32"), Never: []string{"jp"}},
			{CIDR: cidr("10.0.0.0/8"), Order: []string{"eu"}},
			{CIDR: cidr("21.200.0.0/16"), Only: []string{"us", "eu"}},
			{CIDR: cidr("21.0.0.0/8"), Order: []string{"ap"}, Only: []string{"ap", "us"}},
			{Continent: "EU", Order: []string{"eu"}, Only: []string{"eu", "us"}},
			{Country: "JP", Never: []string{"eu"}},
			{Country: "US", Order: []string{"eu"}, Only: []string{"us", "sa", "ap"}},
			{Subdivision: "US-CA", Order: []string{"jp", "us"}},
			{ASN: 64496, Order: []string{"sa"}},
		}},
	} {
		for _, regions := range [][]string{{"us"}, {"eu", "us"}, {"ap", "eu", "jp", "sa", "us"}} {
			table, err := NewTable(base, NewTopology("t", settings, places()), regions, regions)
			if err != nil {
				t.Fatal(err)
			}
			tables = append(tables, table)
		}
	}
	return tables
}

// drawTable draws a table, and what it was made of.
func drawTable(t *rapid.T, base *geoip.Base) (table *Table, read func(flat []byte, key string) (*Table, error)) {
	regions := []string{"ap", "eu", "jp", "sa", "us"}[:rapid.IntRange(1, 5).Draw(t, "regions")]
	offered := rapid.SliceOfNDistinct(rapid.SampledFrom(regions), 0, 5, rapid.ID[string]).Draw(t, "offered")
	offered = append(offered, regions[0])
	topology := NewTopology("t", drawTopology(t, regions), places())
	table, err := NewTable(base, topology, regions, offered)
	if err != nil {
		t.Fatalf("making the table: %v", err)
	}
	return table, func(flat []byte, key string) (*Table, error) { return ReadTable(flat, key, topology, regions, offered) }
}

// A table that is read is the table that was made, in every field, and no other key gets it.
func TestReadTableIsNewTable(t *testing.T) {
	base := smallBase(t)
	rapid.Check(t, func(t *rapid.T) {
		table, read := drawTable(t, base)
		key := rapid.String().Draw(t, "key")
		flat := table.AppendFlat(nil, key)
		got, err := read(flat, key)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, table) {
			t.Fatalf("read %+v, made %+v", got, table)
		}
		if _, err := read(flat, key+"."); err == nil {
			t.Fatal("another key gets the table")
		}
	})
}

// One octet of a small file, changed anyhow or not there, has it refused.
func TestDamagedTablesAreRefused(t *testing.T) {
	topology, regions := NewTopology("t", config.Topology{}, places()), []string{"eu", "us"}
	table, err := NewTable(smallBase(t), topology, regions, regions)
	if err != nil {
		t.Fatal(err)
	}
	flat := table.AppendFlat(nil, "key")
	taken := func(data []byte) bool {
		_, err := ReadTable(data, "key", topology, regions, regions)
		return err == nil
	}
	if !taken(flat) {
		t.Fatal("the file as it was written is refused")
	}
	for i := range flat {
		for change := 1; change < 256; change++ {
			flat[i] ^= byte(change)
			if taken(flat) {
				t.Fatalf("octet %d, changed by %#x, is taken", i, change)
			}
			flat[i] ^= byte(change)
		}
		if taken(flat[:i]) || taken(flat[i+1:]) {
			t.Fatalf("what stands before or behind octet %d is taken", i)
		}
	}
	if taken(append(flat, 0)) {
		t.Error("an octet too many is taken")
	}
}

// A file whose checksum is right says in which way it is not to be used.
func TestOtherTablesAreRefused(t *testing.T) {
	topology, regions := NewTopology("t", config.Topology{}, places()), []string{"eu", "us"}
	table, err := NewTable(smallBase(t), topology, regions, regions)
	if err != nil {
		t.Fatal(err)
	}
	good := table.AppendFlat(nil, "key")
	classes := len(flatMagic) + 4 + 4 + len("key")
	change := func(at int, octets ...byte) []byte {
		data := slices.Clone(good)
		copy(data[at:], octets)
		return summed(data)
	}
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":         {nil, "this is no class table, or not all of it"},
		"another file":    {[]byte(strings.Repeat("text\n", 20)), "this is no class table, or not all of it"},
		"half":            {good[:len(good)/2], "its checksum is wrong"},
		"a version":       {change(len(flatMagic), 9), "the table is of version 9"},
		"a key":           {change(len(flatMagic)+8, 'K'), "the table is another one than its name says"},
		"a key's length":  {change(len(flatMagic)+4, 255, 255, 255, 255), "the table is another one than its name says"},
		"regions":         {change(classes, 3), "the table is damaged"},
		"no classes":      {change(classes+1, 0, 0, 0, 0), "the table is damaged"},
		"many classes":    {change(classes+1, 255, 255, 255, 255), "the table is damaged"},
		"a fence for all": {change(classes+5, 0), "the table is damaged"},
		"a fence's bits":  {change(classes+5+7, 1), "the table is damaged"},
		"a region twice":  {change(classes+5+8, 0, 0), "the table is damaged"},
		"no region":       {change(classes+5+8, 0, 2), "the table is damaged"},
	} {
		if _, err := ReadTable(c.data, "key", topology, regions, regions); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

// summed puts the right checksum under a file.
func summed(data []byte) []byte {
	body := data[:len(data)-4]
	return binary.LittleEndian.AppendUint32(body, crc32.Checksum(body, castagnoli))
}

// Whatever stands in a file, under a right checksum too: it is refused, or all who ask
// get a class and a scope.
func FuzzReadTable(f *testing.F) {
	topology, regions := NewTopology("t", config.Topology{}, places()), []string{"eu", "us"}
	table, err := NewTable(smallBase(f), topology, regions, regions)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(table.AppendFlat(nil, "key"), uint32(20<<24), uint64(0x2a00<<48), uint8(24))
	f.Fuzz(func(t *testing.T, data []byte, v4 uint32, v6 uint64, bits uint8) {
		if len(data) < 4 {
			return
		}
		table, err := ReadTable(summed(slices.Clone(data)), "key", topology, regions, regions)
		if err != nil {
			return
		}
		var four [4]byte
		var six [16]byte
		binary.BigEndian.PutUint32(four[:], v4)
		binary.BigEndian.PutUint64(six[:], v6)
		for _, p := range []netip.Prefix{
			netip.PrefixFrom(netip.AddrFrom4(four), int(bits)%33), netip.PrefixFrom(netip.AddrFrom16(six), int(bits)%129),
		} {
			class, scope := table.Find(p.Masked())
			if int(scope) > p.Addr().BitLen() || !ordersAll(class.Order) || class.Permits&table.offered == 0 {
				t.Fatalf("%s: class %v, scope %d", p, class, scope)
			}
		}
	})
}
