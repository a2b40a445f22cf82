package geoip

// Countries: the continent that each lies in, and its principal places.

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed data/countries.tsv
var countriesText string

// country is a line of data/countries.tsv: code, continent, English name, places.
type country struct {
	continent, name string
	places          []Point
}

// countries are read at their first use and never change.
var countries = sync.OnceValue(func() map[string]country {
	all := map[string]country{}
	for line := range dataLines(countriesText) {
		f := strings.Split(line, "\t")
		c := country{continent: f[1], name: f[2]}
		for _, p := range strings.Fields(f[3]) {
			c.places = append(c.places, parsePoint(strings.Split(p, ",")))
		}
		all[f[0]] = c
	}
	return all
})

// ContinentOf returns the continent (AF AN AS EU NA OC SA) of a country (ISO 3166-1
// alpha-2, upper case), "" for an unknown one. Russia, Cyprus and Kosovo (XK) are EU,
// Turkey and the Caucasus AS, Egypt AF.
func ContinentOf(code string) string { return countries()[code].continent }

// CountryPlaces returns the principal places of a country (ISO 3166-1 alpha-2, upper
// case), by whose mean distance (MeanKM) its clients are sent when nothing more is
// known of them; nil for an unknown country. The places must not be changed.
func CountryPlaces(code string) []Point { return countries()[code].places }

// dataLines yields the lines of an embedded table without its comments.
func dataLines(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for line := range strings.Lines(text) {
			if line = strings.TrimSuffix(line, "\n"); line != "" && line[0] != '#' && !yield(line) {
				return
			}
		}
	}
}

// parsePoint reads latitude, longitude and, where given, weight of an embedded table.
// The tables are part of the program, and a test reads them all.
func parsePoint(f []string) Point {
	v := [3]float64{2: 1}
	for i, s := range f {
		n, err := strconv.ParseFloat(s, 64)
		if err != nil {
			panic(fmt.Sprintf("geoip: the embedded place %s is none: %v", strings.Join(f, ","), err))
		}
		v[i] = n
	}
	return Point{v[0], v[1], v[2]}
}

// countryCodes are all codes, sorted.
func countryCodes() []string {
	codes := make([]string, 0, len(countries()))
	for c := range countries() {
		codes = append(codes, c)
	}
	slices.Sort(codes)
	return codes
}
