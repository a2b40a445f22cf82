package geoip

// Places by name: a cloud provider's region, or a country.

import (
	"cmp"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"
)

//go:embed data/clouds.tsv
var cloudsText string

// clouds are the places of cloud regions, read at their first use.
var clouds = sync.OnceValue(func() map[string]Point {
	all := map[string]Point{}
	for line := range dataLines(cloudsText) {
		f := strings.Split(line, "\t")
		all[f[0]] = parsePoint(f[1:])
	}
	return all
})

// ResolvePlace returns where a region named by text is: "aws:eu-west-1" (also azure:
// and gcp:) one place, a country code ("IS") the country's principal places, among
// which distances to the region are averaged by weight just as they are for clients
// of that country. Letter case does not matter. The error names what is known and
// close to text. The places must not be changed.
func ResolvePlace(text string) ([]Point, error) {
	if p, ok := clouds()[strings.ToLower(text)]; ok {
		return []Point{p}, nil
	}
	if places := CountryPlaces(strings.ToUpper(text)); len(places) > 0 {
		return places, nil
	}
	hint := "write a cloud region such as aws:eu-west-1, a country code such as IS, or [LATITUDE, LONGITUDE]"
	if close := closePlaces(text); len(close) > 0 {
		hint = "did you mean " + strings.Join(close, " or ") + "?"
	}
	return nil, fmt.Errorf("%q is no known place: %s", text, hint)
}

// closePlaces returns up to three known places that text may have been meant for.
func closePlaces(text string) []string {
	type guess struct {
		text     string
		distance int
	}
	text = strings.ToLower(text)
	var guesses []guess
	for name := range clouds() {
		_, region, _ := strings.Cut(name, ":")
		d := min(edits(text, name), edits(text, region)+1)
		guesses = append(guesses, guess{name, d})
	}
	for _, code := range countryCodes() {
		name := countries()[code].name
		d := edits(text, strings.ToLower(name))
		if slices.Contains(words(name), text) {
			d = 0 // "uk", "korea"
		}
		guesses = append(guesses, guess{fmt.Sprintf("%s (%s)", code, name), d})
	}
	slices.SortFunc(guesses, func(a, b guess) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.text, b.text))
	})
	var close []string
	for _, g := range guesses[:3] {
		if g.distance <= len(text)/4 && g.distance <= guesses[0].distance+1 {
			close = append(close, g.text)
		}
	}
	return close
}

// words returns the words of a name in lower case.
func words(name string) []string {
	return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r < 'a' })
}

// edits counts how many octets must be put in, taken out or changed to make b of a.
func edits(a, b string) int {
	line := make([]int, len(b)+1)
	for j := range line {
		line[j] = j
	}
	for i := range len(a) {
		before := line[0]
		line[0] = i + 1
		for j := range len(b) {
			change := before
			if a[i] != b[j] {
				change++
			}
			before = line[j+1]
			line[j+1] = min(change, before+1, line[j]+1)
		}
	}
	return line[len(b)]
}
