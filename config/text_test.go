package config_test

// The forms in which values are written: what is written is read back.

import (
	"encoding/json"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"meridian/config"
)

func TestJSONForms(t *testing.T) {
	for _, test := range []struct {
		value any
		want  string
	}{
		{&config.Location{Text: "IS", Set: true}, `"IS"`},
		{&config.Location{Lat: -38.5, Lon: 0, Set: true}, `[-38.5,0]`},
		{&config.Location{}, `""`},
		{new(config.Duration(1500e6)), `"1.5s"`},
		{&config.StatusRange{First: 200, Last: 200}, `"200"`},
		{&config.StatusRange{First: 200, Last: 399}, `"200-399"`},
		{&config.WhenAllDown{Mode: "last-good"}, `"last-good"`},
		{&config.WhenAllDown{Fallback: []config.Fallback{{Address: netip.MustParseAddr("192.0.2.1")}, {Address: netip.MustParseAddr("2001:db8::1"), Region: "eu"}}},
			`{"fallback":["192.0.2.1",{"address":"2001:db8::1","region":"eu"}]}`},
	} {
		got, err := json.Marshal(test.value)
		if err != nil || string(got) != test.want {
			t.Errorf("%v is written %s (%v), want %s", test.value, got, err, test.want)
		}
		var back any
		switch test.value.(type) {
		case *config.Location:
			back = new(config.Location)
		case *config.Duration:
			back = new(config.Duration)
		case *config.StatusRange:
			back = new(config.StatusRange)
		case *config.WhenAllDown:
			back = new(config.WhenAllDown)
		}
		if err := json.Unmarshal(got, back); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(test.value, back, cmpopts.EquateComparable(netip.Addr{})); diff != "" {
			t.Errorf("%s is read back otherwise:\n%s", got, diff)
		}
	}
}

func TestBadForms(t *testing.T) {
	for _, test := range []struct {
		to       any
		document string
		want     string
	}{
		{new(config.Duration), `"5"`, `"5" is no duration: write a number with its unit, as in 20s, 500ms or 1m30s`},
		{new(config.Location), `[1]`, "a location has two numbers, latitude and longitude, not 1"},
		{new(config.Location), `{}`, "a location is a name, a country code or [latitude, longitude]"},
		{new(config.StatusRange), `"99"`, `"99" is no status: write a code from 100 to 599 or a range as in 200-399`},
		{new(config.StatusRange), `"300-200"`, `"300-200" is no status: write a code from 100 to 599 or a range as in 200-399`},
		{new(config.WhenAllDown), `{"fallbck": []}`, "when_all_down is as-if-up, last-good or {fallback: [ADDRESS, …]}"},
	} {
		err := json.Unmarshal([]byte(test.document), test.to)
		if err == nil || err.Error() != test.want {
			t.Errorf("%s: %v\nwant %s", test.document, err, test.want)
		}
	}
}

func TestParseLocation(t *testing.T) {
	for text, want := range map[string]config.Location{
		"IS": {Text: "IS", Set: true}, " aws:eu-west-1 ": {Text: "aws:eu-west-1", Set: true},
		"38.9,-77.4": {Lat: 38.9, Lon: -77.4, Set: true}, "[38.9, -77.4]": {Lat: 38.9, Lon: -77.4, Set: true},
	} {
		got, err := config.ParseLocation(text)
		if err != nil || got != want {
			t.Errorf("%q is %v (%v), want %v", text, got, err, want)
		}
		if back, err := config.ParseLocation(got.String()); err != nil || back != got {
			t.Errorf("%v is read back as %v (%v)", got, back, err)
		}
	}
	for _, text := range []string{"", " ", "1,", "a,b"} {
		if l, err := config.ParseLocation(text); err == nil {
			t.Errorf("%q is %v", text, l)
		}
	}
}
