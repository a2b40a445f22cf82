package main

// The table of countries: continent, name and principal places.

import (
	"bufio"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"meridian/geoip"
)

const countriesHead = `# Countries: code, continent, English name, principal places (latitude,longitude,weight).
# Made by scripts/geodata. Names and most places from tzdata's iso3166.tab and zone.tab (public domain);
# continents from scripts/geodata/continents.txt, places of larger countries from scripts/geodata/cities.txt.
`

// writeCountries joins tzdata's tables with ours.
func writeCountries(zoneinfo, tables, to string) error {
	continents, err := readContinents(tables)
	if err != nil {
		return err
	}
	names := map[string]string{}
	if err := eachLine(filepath.Join(zoneinfo, "iso3166.tab"), "\t", func(f []string) error {
		names[f[0]] = f[1]
		return nil
	}); err != nil {
		return err
	}
	places := map[string][]string{}
	if err := eachLine(filepath.Join(zoneinfo, "zone.tab"), "\t", func(f []string) error {
		p, err := fromISO6709(f[1])
		places[f[0]] = append(places[f[0]], p)
		return err
	}); err != nil {
		return err
	}
	if err := eachLine(filepath.Join(tables, "cities.txt"), " ", func(f []string) error {
		places[f[0]] = f[1:]
		return nil
	}); err != nil {
		return err
	}
	var out strings.Builder
	out.WriteString(countriesHead)
	for _, code := range slices.Sorted(maps.Keys(continents)) {
		if code == "XK" { // in wide use, but assigned by its users and so not in ISO's table
			names[code] = "Kosovo"
		}
		if names[code] == "" || len(places[code]) == 0 {
			return fmt.Errorf("country %s has no name or no place", code)
		}
		fmt.Fprintf(&out, "%s\t%s\t%s\t%s\n", code, continents[code], names[code], strings.Join(places[code], " "))
	}
	for _, code := range slices.Sorted(maps.Keys(names)) {
		if continents[code] == "" {
			return fmt.Errorf("country %s has no continent: add it to continents.txt", code)
		}
	}
	if err := os.WriteFile(to, []byte(out.String()), 0o644); err != nil {
		return fmt.Errorf("writing the table of countries: %w", err)
	}
	return nil
}

// readContinents reads "EU: AD AL …" into country → continent.
func readContinents(tables string) (map[string]string, error) {
	continents := map[string]string{}
	err := eachLine(filepath.Join(tables, "continents.txt"), " ", func(f []string) error {
		for _, code := range f[1:] {
			if continents[code] != "" {
				return fmt.Errorf("%s stands twice", code)
			}
			continents[code] = strings.TrimSuffix(f[0], ":")
		}
		return nil
	})
	return continents, err
}

// checkContinents holds the table against a database that has continents of its own.
func checkContinents(base *geoip.Base, tables string) error {
	continents, err := readContinents(tables)
	if err != nil {
		return err
	}
	wrong := map[string]string{}
	for r := range base.Runs() {
		if l := r.Location; r.Kind == geoip.KindData && l.Continent != continents[l.Country] {
			wrong[l.Country] = l.Continent
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("continents that aren't those of continents.txt: %v (has countries.tsv just changed? then run this once more)", wrong)
	}
	return nil
}

// eachLine calls f with the fields of each line that is no comment.
func eachLine(file, separator string, f func(fields []string) error) error {
	in, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("reading a table of countries: %w", err)
	}
	defer in.Close()
	lines := bufio.NewScanner(in)
	for n := 1; lines.Scan(); n++ {
		if t := lines.Text(); t != "" && t[0] != '#' {
			if err := f(strings.Split(t, separator)); err != nil {
				return fmt.Errorf("%s:%d: %w", file, n, err)
			}
		}
	}
	return lines.Err()
}

// fromISO6709 turns "+4230+00131" or "-690022+0393524" (degrees, minutes and perhaps
// seconds) into "42.50,1.52,1", a place of weight 1.
func fromISO6709(s string) (string, error) {
	cut := strings.LastIndexAny(s, "+-")
	if cut <= 0 {
		return "", fmt.Errorf("%q is no position", s)
	}
	lat, err := fromDMS(s[:cut], 2)
	if err != nil {
		return "", err
	}
	lon, err := fromDMS(s[cut:], 3)
	return fmt.Sprintf("%.2f,%.2f,1", lat, lon), err
}

// fromDMS reads a sign, n digits of degrees, two of minutes and perhaps two of seconds.
func fromDMS(s string, n int) (float64, error) {
	if len(s) != n+3 && len(s) != n+5 {
		return 0, fmt.Errorf("%q is no angle", s)
	}
	whole, err := strconv.Atoi(s[1:])
	if err != nil {
		return 0, fmt.Errorf("%q is no angle", s)
	}
	if len(s) == n+3 {
		whole *= 100
	}
	v := float64(whole/10000) + float64(whole/100%100)/60 + float64(whole%100)/3600
	if s[0] == '-' {
		v = -v
	}
	return v, nil
}
