package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"meridian/geoip"
	"meridian/geoip/mmdbtest"
)

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// inputs writes small tables and a database.
func inputs(t *testing.T) (dir, db string) {
	dir = t.TempDir()
	write(t, dir, "iso3166.tab", "# comment\nIS\tIceland\nNO\tNorway\n")
	write(t, dir, "zone.tab", "# comment\nIS\t+6409-02151\tAtlantic/Reykjavik\nNO\t+5955+01045\tEurope/Oslo\nNO\t-690022+0393524\tAntarctica/Elsewhere\tfar off\n")
	write(t, dir, "continents.txt", "# comment\nEU: IS NO\n")
	write(t, dir, "cities.txt", "# comment\nIS 64.15,-21.95,2 65.68,-18.09,1\n")
	return dir, mmdbtest.Write(t, mmdbtest.DB{Type: "City", Networks: map[string]mmdbtest.Map{
		"8.0.0.0/8":  {"country_code": "IS", "latitude": 64.15, "longitude": -21.94},
		"9.9.0.0/16": {"country_code": "NO"},
		"2a00::/32":  {"country_code": "NO"},
	}})
}

func TestGenerate(t *testing.T) {
	dir, db := inputs(t)
	out := t.TempDir()
	if err := generate(db, db, dir, dir, out); err != nil {
		t.Fatal(err)
	}
	countries, err := os.ReadFile(filepath.Join(out, "countries.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	want := countriesHead + "IS\tEU\tIceland\t64.15,-21.95,2 65.68,-18.09,1\nNO\tEU\tNorway\t59.92,10.75,1 -69.01,39.59,1\n"
	if string(countries) != want {
		t.Errorf("countries.tsv is\n%s\nwant\n%s", countries, want)
	}
	for _, name := range []string{"city.geo.zst", "country.geo.zst"} {
		packed, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		plain, err := decompress(packed)
		if err != nil {
			t.Fatal(err)
		}
		read, err := geoip.ReadCompact(name, plain, true)
		if err != nil {
			t.Fatal(err)
		}
		original, err := open(db)
		if err != nil {
			t.Fatal(err)
		}
		if err := prove(original, read); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestProveFindsADifference(t *testing.T) {
	base := func(country string) *geoip.Base {
		b, err := geoip.OpenBase(mmdbtest.Write(t, mmdbtest.DB{Networks: map[string]mmdbtest.Map{"8.0.0.0/8": {"country_code": country}}}))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	if err := prove(base("IS"), base("IS")); err != nil {
		t.Errorf("equal tables: %v", err)
	}
	if err := prove(base("IS"), base("NO")); err == nil {
		t.Error("Iceland and Norway are the same")
	}
}

func TestTablesThatAreRefused(t *testing.T) {
	for _, c := range []struct{ file, text, want string }{
		{"zone.tab", "IS\tnowhere\tAtlantic/Reykjavik\n", `zone.tab:1: "nowhere" is no position`},
		{"zone.tab", "IS\t+64-021\tAtlantic/Reykjavik\n", `zone.tab:1: "+64" is no angle`},
		{"continents.txt", "EU: IS NO\nAS: IS\n", "continents.txt:2: IS stands twice"},
		{"continents.txt", "EU: IS\n", "country NO has no continent: add it to continents.txt"},
		{"continents.txt", "EU: IS NO SE\n", "country SE has no name or no place"},
		{"continents.txt", "EU: IS\nAS: NO\n", "continents that aren't those of continents.txt: map[NO:EU]"},
	} {
		dir, db := inputs(t)
		write(t, dir, c.file, c.text)
		if err := generate(db, db, dir, dir, t.TempDir()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %q: %v, want %s", c.file, c.text, err, c.want)
		}
	}
	if err := generate("", "", "", "", ""); err == nil {
		t.Error("no database is taken")
	}
}

// A compact form packs and unpacks to itself, whichever program packs it.
func TestCompress(t *testing.T) {
	plain := bytes.Repeat([]byte("meridian"), 1000)
	for _, path := range []string{os.Getenv("PATH"), ""} {
		t.Setenv("PATH", path)
		packed, by, err := compress(plain)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := decompress(packed); err != nil || !bytes.Equal(back, plain) || len(packed) > 200 {
			t.Errorf("%s: %d octets, %v", by, len(packed), err)
		}
	}
}
