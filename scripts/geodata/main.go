// Geodata makes the geo data that is embedded in the program, and measures it.
//
//	go run ./scripts/geodata -city city.mmdb.gz -country country.mmdb -out geoip/data
//	go run ./scripts/geodata -city city.mmdb.gz -bench
//
// The first form writes city.geo.zst, country.geo.zst and countries.tsv, each proved
// equal to what it was made of. The second prints a table of sizes and times.
package main

import (
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"meridian/geoip"
)

func main() {
	city := flag.String("city", "", "city database (.mmdb or .mmdb.gz)")
	country := flag.String("country", "", "country database (.mmdb or .mmdb.gz)")
	zoneinfo := flag.String("zoneinfo", "/usr/share/zoneinfo", "folder of tzdata's zone.tab and iso3166.tab")
	tables := flag.String("tables", "scripts/geodata", "folder of continents.txt and cities.txt")
	out := flag.String("out", "geoip/data", "folder to write to")
	bench := flag.Bool("bench", false, "measure the city database instead of writing")
	flag.Parse()
	var err error
	if *bench {
		err = measure(os.Stdout, *city)
	} else {
		err = generate(*city, *country, *zoneinfo, *tables, *out)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "geodata:", err)
		os.Exit(1)
	}
}

// generate writes all three files.
func generate(city, country, zoneinfo, tables, out string) error {
	if city == "" || country == "" {
		return errors.New("name both databases: -city FILE -country FILE")
	}
	if err := writeCountries(zoneinfo, tables, filepath.Join(out, "countries.tsv")); err != nil {
		return err
	}
	for _, f := range []struct{ from, to string }{{city, "city.geo.zst"}, {country, "country.geo.zst"}} {
		base, err := open(f.from)
		if err != nil {
			return err
		}
		if err := checkContinents(base, tables); err != nil {
			return fmt.Errorf("%s: %w", f.from, err)
		}
		if err := writeCompact(base, filepath.Join(out, f.to)); err != nil {
			return err
		}
	}
	return nil
}

// open compiles a database, unpacked first where it is compressed.
func open(file string) (*geoip.Base, error) {
	if !strings.HasSuffix(file, ".gz") {
		return geoip.OpenBase(file)
	}
	unpacked, err := unpack(file)
	if err != nil {
		return nil, fmt.Errorf("unpacking %s: %w", file, err)
	}
	defer os.Remove(unpacked)
	return geoip.OpenBase(unpacked)
}

// unpack writes a gzip file's contents to a temporary file and returns its name.
func unpack(file string) (string, error) {
	in, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer in.Close()
	gz, err := gzip.NewReader(in)
	if err != nil {
		return "", err
	}
	out, err := os.CreateTemp("", "*.mmdb")
	if err != nil {
		return "", err
	}
	_, err = io.Copy(out, gz)
	return out.Name(), errors.Join(err, out.Close())
}
