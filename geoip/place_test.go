package geoip

import (
	"math"
	"testing"
)

func TestResolvePlace(t *testing.T) {
	for text, want := range map[string]int{"aws:eu-west-1": 1, "AWS:EU-West-1": 1, "azure:westeurope": 1, "gcp:us-central1": 1, "IS": 1, "is": 1, "US": 29} {
		if places, err := ResolvePlace(text); err != nil || len(places) != want {
			t.Errorf("%s: %d places, %v; want %d", text, len(places), err, want)
		}
	}
	for text, want := range map[string]string{
		"aws:eu-west-11": `"aws:eu-west-11" is no known place: did you mean aws:eu-west-1 or aws:eu-west-2 or aws:eu-west-3?`,
		"eu-north-1":     `"eu-north-1" is no known place: did you mean aws:eu-north-1?`,
		"Germany":        `"Germany" is no known place: did you mean DE (Germany)?`,
		"UK":             `"UK" is no known place: did you mean GB (Britain (UK)) or VG (Virgin Islands (UK))?`,
		"":               `"" is no known place: write a cloud region such as aws:eu-west-1, a country code such as IS, or [LATITUDE, LONGITUDE]`,
		"the moon":       `"the moon" is no known place: write a cloud region such as aws:eu-west-1, a country code such as IS, or [LATITUDE, LONGITUDE]`,
	} {
		if _, err := ResolvePlace(text); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// Every place of the tables can be read, lies on Earth, and weighs something.
func TestTablesOfPlaces(t *testing.T) {
	all := [][]Point{}
	for name := range clouds() {
		p, err := ResolvePlace(name)
		if err != nil {
			t.Error(err)
		}
		all = append(all, p)
	}
	if len(countries()) != 250 {
		t.Errorf("%d countries, want ISO 3166-1's 249 and XK", len(countries()))
	}
	for _, code := range countryCodes() {
		if len(code) != 2 || len(ContinentOf(code)) != 2 || len(CountryPlaces(code)) == 0 {
			t.Errorf("%s: continent %q, %d places", code, ContinentOf(code), len(CountryPlaces(code)))
		}
		all = append(all, CountryPlaces(code))
	}
	for _, places := range all {
		for _, p := range places {
			if math.Abs(p.Lat) > 90 || math.Abs(p.Lon) > 180 || p.Weight <= 0 {
				t.Errorf("%+v", p)
			}
		}
	}
	for code, want := range map[string]string{"RU": "EU", "CY": "EU", "XK": "EU", "TR": "AS", "GE": "AS", "EG": "AF", "MX": "NA", "ZZ": ""} {
		if got := ContinentOf(code); got != want {
			t.Errorf("%s lies in %q, want %q", code, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		lat1, lon1, lat2, lon2, want float64
	}{
		{0, 0, 0, 0, 0},
		{0, 0, 0, 180, math.Pi * earthRadius},
		{90, 0, -90, 77, math.Pi * earthRadius},
		{0, 179, 0, -179, math.Pi * earthRadius / 90},
		{64.15, -21.95, 51.51, -0.13, 1890}, // Reykjavík to London
	} {
		if got := KM(c.lat1, c.lon1, c.lat2, c.lon2); math.Abs(got-c.want) > c.want/500+1e-6 {
			t.Errorf("%v: %.1f km, want %.1f", c, got, c.want)
		}
	}
	equator := []Point{{0, 0, 3}, {0, 90, 1}}
	if got, want := MeanKM(equator, []Point{{0, 0, 7}}), earthRadius*math.Pi/2/4; math.Abs(got-want) > 1e-6 {
		t.Errorf("mean is %.1f km, want %.1f", got, want)
	}
	if !math.IsInf(MeanKM(nil, equator), 1) {
		t.Error("the mean distance of no place is finite")
	}
}
