package config

// A region: a named place that serves traffic.

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// Region is a place that serves traffic.
type Region struct {
	// Location is where it is.
	Location Location `yaml:"location" json:"location"`
	// Capacity is what it can carry, in the unit of the loads that its endpoints'
	// checks report; 0 is "not said".
	Capacity float64 `yaml:"capacity,omitempty" json:"capacity,omitempty"`
	// Check names a check of the region as a whole, probed at Address; a region
	// that it finds down takes all of its endpoints with it. Both or neither.
	Check   string     `yaml:"check,omitempty" json:"check,omitempty"`
	Address netip.Addr `yaml:"address,omitempty" json:"address,omitzero"`
}

// Location is a place as an operator writes it: [latitude, longitude] in degrees, a
// cloud region's name ("aws:eu-west-1"), or an ISO 3166-1 alpha-2 country code. The
// zero value is no place.
type Location struct {
	// Text is the name or country code; empty for coordinates.
	Text string
	// Lat and Lon are degrees, -90 to 90 and -180 to 180; used when Text is empty
	// and Set is true.
	Lat, Lon float64
	Set      bool
}

// ParseLocation reads "aws:eu-west-1", "IS" or "38.9,-77.4".
func ParseLocation(s string) (Location, error) {
	lat, lon, isPair := strings.Cut(strings.Trim(strings.TrimSpace(s), "[]"), ",")
	if !isPair {
		if strings.TrimSpace(s) == "" {
			return Location{}, fmt.Errorf("the location is empty")
		}
		return Location{Text: strings.TrimSpace(s), Set: true}, nil
	}
	l := Location{Set: true}
	var err error
	if l.Lat, err = strconv.ParseFloat(strings.TrimSpace(lat), 64); err == nil {
		l.Lon, err = strconv.ParseFloat(strings.TrimSpace(lon), 64)
	}
	if err != nil {
		return Location{}, fmt.Errorf("%q is no location: write [LATITUDE, LONGITUDE] in degrees", s)
	}
	return l, nil
}

// String is the form that ParseLocation reads back.
func (l Location) String() string {
	if l.Text != "" || !l.Set {
		return l.Text
	}
	return fmt.Sprintf("%s,%s", degrees(l.Lat), degrees(l.Lon))
}

func degrees(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// MarshalJSON writes a name as a string and a position as a pair of numbers.
func (l Location) MarshalJSON() ([]byte, error) {
	if l.Text != "" || !l.Set {
		return json.Marshal(l.Text)
	}
	return json.Marshal([]float64{l.Lat, l.Lon})
}

// UnmarshalJSON reads both forms.
func (l *Location) UnmarshalJSON(b []byte) error {
	var pair []float64
	if json.Unmarshal(b, &pair) == nil {
		if len(pair) != 2 {
			return fmt.Errorf("a location has two numbers, latitude and longitude, not %d", len(pair))
		}
		*l = Location{Lat: pair[0], Lon: pair[1], Set: true}
		return nil
	}
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return fmt.Errorf("a location is a name, a country code or [latitude, longitude]")
	}
	*l = Location{Text: text, Set: text != ""}
	return nil
}
