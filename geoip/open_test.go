package geoip

import (
	"bytes"
	"compress/gzip"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"meridian/geoip/mmdbtest"
)

type m = mmdbtest.Map

func TestLayouts(t *testing.T) {
	for _, c := range []struct {
		name   string
		record m
		want   Location
	}{
		{"MaxMind and DB-IP city", m{
			"continent":    m{"code": "NA", "names": m{"en": "North America"}},
			"country":      m{"iso_code": "US", "names": m{"en": "United States"}, "is_in_european_union": false},
			"subdivisions": []any{m{"iso_code": "CA", "names": m{"en": "California"}}, m{"iso_code": "XX"}},
			"location":     m{"latitude": 37.77, "longitude": -122.42, "time_zone": "America/Los_Angeles"},
			"city":         m{"names": m{"en": "San Francisco"}},
		}, Location{Continent: "NA", Country: "US", Subdivision: "US-CA", Lat: 37.77, Lon: -122.42, HasPlace: true}},
		{"MaxMind country", m{"country": m{"iso_code": "IS"}}, Location{Continent: "EU", Country: "IS"}},
		{"MaxMind ASN", m{"autonomous_system_number": 64496, "autonomous_system_organization": "Example"}, Location{ASN: 64496}},
		{"ip-location-db city", m{
			"country_code": "US", "state1": "California", "city": "Los Angeles", "latitude": 34.05, "longitude": -118.24,
		}, Location{Continent: "NA", Country: "US", Lat: 34.05, Lon: -118.24, HasPlace: true}},
		{"ip-location-db country", m{"country_code": "NZ"}, Location{Continent: "OC", Country: "NZ"}},
		{"a state's code", m{"country_code": "US", "state1": "US-NY"}, Location{Continent: "NA", Country: "US", Subdivision: "US-NY"}},
		{"IPinfo lite", m{
			"asn": "AS64497", "as_name": "Example", "country": "Iceland", "country_code": "IS", "continent": "Europe", "continent_code": "EU",
		}, Location{Continent: "EU", Country: "IS", ASN: 64497}},
		{"IPinfo with loc", m{"country": "JP", "continent": "AS", "loc": "35.68,139.69"},
			Location{Continent: "AS", Country: "JP", Lat: 35.68, Lon: 139.69, HasPlace: true}},
		{"IPinfo with lat and lng as text", m{"country": "jp", "lat": "35.68", "lng": "139.69"},
			Location{Continent: "AS", Country: "JP", Lat: 35.68, Lon: 139.69, HasPlace: true}},
		{"nonsense beside sense", m{"country_code": "IS", "latitude": 91.0, "longitude": 0.0, "asn": "none", "continent_code": []any{}},
			Location{Continent: "EU", Country: "IS"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := OpenBase(mmdbtest.Write(t, mmdbtest.DB{Networks: map[string]m{"8.8.8.0/24": c.record, "2a00::/32": c.record}}))
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range []string{"8.8.8.8", "2a00::1"} {
				if got, kind, _ := b.Lookup(netip.MustParseAddr(a)); got != c.want || kind != KindData {
					t.Errorf("%s: %+v (%s), want %+v", a, got, kind, c.want)
				}
			}
		})
	}
}

func TestLayeredFiles(t *testing.T) {
	city := mmdbtest.Write(t, mmdbtest.DB{Type: "City", Networks: map[string]m{
		"8.0.0.0/15": {"country_code": "IS"},
		"9.0.0.0/8":  {"country_code": "NO", "latitude": 59.91, "longitude": 10.75},
	}})
	asn := mmdbtest.Write(t, mmdbtest.DB{Type: "ASN", IPv4Only: true, Networks: map[string]m{
		"8.0.0.0/16":   {"asn": 64496},
		"8.2.0.0/16":   {"asn": 64497},
		"9.128.0.0/16": {"asn": 64498, "country_code": "SE", "latitude": 0.0, "longitude": 0.0},
	}})
	b, err := OpenBase(city, asn)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		addr    string
		want    Location
		network string
	}{
		{"8.0.1.1", Location{Continent: "EU", Country: "IS", ASN: 64496}, "8.0.0.0/16"},
		{"8.1.1.1", Location{Continent: "EU", Country: "IS"}, "8.1.0.0/16"},
		{"8.2.1.1", Location{ASN: 64497}, "8.2.0.0/16"},
		{"9.1.1.1", Location{Continent: "EU", Country: "NO", Lat: 59.91, Lon: 10.75, HasPlace: true}, "9.0.0.0/9"},
		{"9.128.1.1", Location{Continent: "EU", Country: "NO", Lat: 59.91, Lon: 10.75, HasPlace: true, ASN: 64498}, "9.128.0.0/16"},
	} {
		got, kind, network := b.Lookup(netip.MustParseAddr(c.addr))
		if got != c.want || kind != KindData || network.String() != c.network {
			t.Errorf("%s: %+v %s %s, want %+v %s", c.addr, got, kind, network, c.want, c.network)
		}
	}
	info := b.Info()
	if len(info.Sources) != 2 || info.Sources[0].Name != city || info.Sources[1].DatabaseType != "ASN" || info.Sources[1].Built.Year() != 2026 {
		t.Errorf("sources are %+v", info.Sources)
	}
	if info.Rows != 5 || info.RunsV4 < 5 || info.RunsV6 < 2 || info.Bytes <= 0 {
		t.Errorf("info is %+v", info)
	}
}

// What is longer than /24 and /56 takes the value of the largest share of its unit.
func TestLongNetworksAreGathered(t *testing.T) {
	b, err := OpenBase(mmdbtest.Write(t, mmdbtest.DB{Networks: map[string]m{
		"8.0.0.0/26":        {"country_code": "IS"},
		"8.0.0.64/26":       {"country_code": "NO"},
		"8.0.0.128/26":      {"country_code": "IS"},
		"8.0.1.0/25":        {"country_code": "NO"},
		"8.0.1.128/25":      {"country_code": "IS"}, // a draw: the first
		"8.0.2.0/32":        {"country_code": "IS"}, // the rest of this /24 has no entry
		"2a00::/57":         {"country_code": "IS"},
		"2a00:0:0:80::/128": {"country_code": "NO"},
		"2a00:0:0:100::/56": {"country_code": "NO"},
	}}))
	if err != nil {
		t.Fatal(err)
	}
	for addr, want := range map[string]string{
		"8.0.0.64": "8.0.0.0/24 IS", "8.0.1.200": "8.0.1.0/24 NO", "8.0.2.0": "8.0.2.0/23 ",
		"2a00:0:0:80::": "2a00::/56 IS", "2a00:0:0:100::": "2a00:0:0:100::/56 NO",
	} {
		l, _, network := b.Lookup(netip.MustParseAddr(addr))
		if got := network.String() + " " + l.Country; got != want {
			t.Errorf("%s: %s, want %s", addr, got, want)
		}
	}
}

func TestOneLeafForAllOfIPv4(t *testing.T) {
	b, err := OpenBase(mmdbtest.Write(t, mmdbtest.DB{Networks: map[string]m{"::/0": {"country_code": "IS"}}}))
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []string{"8.8.8.8", "2a00::1"} {
		if l, _, _ := b.Lookup(netip.MustParseAddr(a)); l.Country != "IS" {
			t.Errorf("%s: %+v", a, l)
		}
	}
}

// Aliases of the IPv4 part of the tree are no data of their own.
func TestAliasesAreSkipped(t *testing.T) {
	networks := map[string]m{"8.0.0.0/8": {"country_code": "IS"}, "2a00::/16": {"country_code": "NO"}}
	for _, aliases := range []bool{false, true} {
		b, err := OpenBase(mmdbtest.Write(t, mmdbtest.DB{Aliases: aliases, Networks: networks}))
		if err != nil {
			t.Fatal(err)
		}
		for addr, want := range map[string]string{
			"8.8.8.8":           "8.0.0.0/8 IS data",
			"::ffff:8.8.8.8":    "8.0.0.0/8 IS data",
			"64:ff9b::808:808":  "8.0.0.0/8 IS data",
			"2002:808:808::1":   "8.0.0.0/8 IS data",
			"2001:0:808:808::1": "2001::/23  special-purpose space",
			"2002:a00:1::1":     "10.0.0.0/8  special-purpose space",
			"fe80::1%eth0":      "8000::/1  special-purpose space",
			"2a00::1":           "2a00::/16 NO data",
			"2a01::1":           "2a01::/16  no data",
			"203.0.113.7":       "203.0.113.0/24  special-purpose space",
		} {
			l, kind, network := b.Lookup(netip.MustParseAddr(addr))
			if got := network.String() + " " + l.Country + " " + kind.String(); got != want {
				t.Errorf("%s: %q, want %q (aliases %v)", addr, got, want, aliases)
			}
		}
	}
}

// badFiles are contents that must be refused, with what the error must say.
func badFiles(t testing.TB) map[string]struct {
	data []byte
	want string
} {
	good := mmdbtest.Bytes(mmdbtest.DB{Networks: map[string]m{"8.0.0.0/8": {"country_code": "IS"}}})
	var packed bytes.Buffer
	gz := gzip.NewWriter(&packed)
	if _, err := gz.Write(good); err != nil || gz.Close() != nil {
		t.Fatal(err)
	}
	foreign := mmdbtest.Bytes(mmdbtest.DB{Type: "Anonymous", Networks: map[string]m{"8.0.0.0/8": {"is_tor": true}}})
	meta := bytes.LastIndex(good, []byte("\xab\xcd\xefMaxMind.com"))
	holed := append(append([]byte{}, good[:meta-len("country_code")]...), good[meta:]...)
	// Both children of each node are the next one: a tree of 2^104 leaves.
	endless := append([]byte{}, good...)
	for n := range 104 {
		copy(endless[n*8:], []byte{0, 0, 0, byte(n + 1), 0, 0, 0, byte(n + 1)})
	}
	return map[string]struct {
		data []byte
		want string
	}{
		"empty":      {nil, "this is no MaxMind DB (.mmdb) file, or not all of it: fetch it again"},
		"text":       {[]byte("8.0.0.0/8,IS\n"), "this is no MaxMind DB (.mmdb) file, or not all of it: fetch it again"},
		"half":       {good[:len(good)/2], "this is no MaxMind DB (.mmdb) file, or not all of it: fetch it again"},
		"holed":      {holed, "the file is damaged at 8.0.0.0/8: fetch it again"},
		"endless":    {endless, "the file is damaged: its search tree is no tree; fetch it again"},
		"compressed": {packed.Bytes(), "the file is compressed: unpack it with gunzip"},
		"foreign":    {foreign, "the database (Anonymous) says of no network where it is: looked for the fields country.iso_code, country_code,"},
	}
}

func TestBadFilesAreRefused(t *testing.T) {
	for name, c := range badFiles(t) {
		file := filepath.Join(t.TempDir(), name+".mmdb")
		if err := os.WriteFile(file, c.data, 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := OpenBase(file)
		if want := "reading geo database " + file + ": " + c.want; err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	// What a server that starts must be told at once needs no compiling.
	for _, name := range []string{"empty", "text", "half", "compressed"} {
		file := filepath.Join(t.TempDir(), name+".mmdb")
		if err := os.WriteFile(file, badFiles(t)[name].data, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(file); err == nil {
			t.Errorf("%s: Open takes it", name)
		}
	}
	if _, err := OpenBase("missing.mmdb"); err == nil || err.Error() != "reading geo database: open missing.mmdb: no such file or directory" {
		t.Errorf("missing file: %v", err)
	}
	if _, err := OpenBase(); err == nil {
		t.Error("no file at all is taken")
	}
}

// Whatever the bytes, opening them ends, without a panic; what opens can be asked and
// projected.
func FuzzOpenBase(f *testing.F) {
	for _, c := range badFiles(f) {
		f.Add(c.data)
	}
	f.Add(mmdbtest.Bytes(mmdbtest.DB{Aliases: true, Networks: map[string]m{
		"8.0.0.0/8": {"country": m{"iso_code": "IS"}, "location": m{"latitude": 64.15, "longitude": -21.94}},
		"2a00::/57": {"loc": "1,2", "asn": "AS1", "subdivisions": []any{m{"iso_code": "1"}}},
	}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := openOctets("fuzz", data)
		if err != nil {
			return
		}
		db, err := file.read()
		if err != nil {
			return
		}
		b := newBase(db.locations, db.v4, db.v6, false, nil)
		var last netip.Addr
		for r := range b.Runs() {
			if last.IsValid() && last.Is4() == r.Start.Is4() && !last.Less(r.Start) {
				t.Fatalf("a run begins at %s after %s", r.Start, last)
			}
			last = r.Start
			if l, kind, network := b.Lookup(r.Start); r.Start == unwrap(r.Start) && (l != r.Location || kind != r.Kind || !network.Contains(r.Start)) {
				t.Fatalf("%s: Lookup says %+v %s, the run %+v", r.Start, l, kind, r)
			}
		}
		if _, err := Project(b, nil, byCountry, nil); err != nil {
			t.Fatal(err)
		}
	})
}
