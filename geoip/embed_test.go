package geoip

import (
	_ "embed"
	"net/netip"
	"strconv"
	"strings"
	"testing"
)

//go:embed testdata/prefixes.csv
var sample string

// The embedded data of either build knows a sample's countries, and the city build its
// places to within a cell of one degree (157 km across at most).
func TestEmbeddedBase(t *testing.T) {
	b, err := EmbeddedBase()
	if err != nil {
		t.Fatal(err)
	}
	for line := range dataLines(sample) {
		f := strings.Split(line, ",")
		p := netip.MustParsePrefix(f[0])
		lat, _ := strconv.ParseFloat(f[2], 64)
		lon, _ := strconv.ParseFloat(f[3], 64)
		l, kind, network := b.Lookup(p.Addr())
		if kind != KindData || l.Country != f[1] || l.Continent != ContinentOf(f[1]) || network.Bits() > p.Bits() {
			t.Errorf("%s: %+v, %s, %s; want %s", p, l, kind, network, f[1])
		}
		if l.HasPlace != embeddedPlaces || l.HasPlace && KM(l.Lat, l.Lon, lat, lon) > 157 {
			t.Errorf("%s is at %.2f,%.2f; the sample says %s,%s", p, l.Lat, l.Lon, f[2], f[3])
		}
	}
	if l, kind, _ := b.Lookup(netip.MustParseAddr("8.8.8.8")); l.Country != "US" || kind != KindData {
		t.Errorf("8.8.8.8: %+v %s", l, kind)
	}
	info := b.Info()
	if len(info.Sources) != 1 || info.Sources[0].Name != "embedded" || info.Sources[0].Built.Year() != 2026 || info.Rows < 200 {
		t.Errorf("info is %+v", info)
	}
	for r := range b.Runs() {
		if l := r.Location; (r.Kind == KindData || r.Kind == KindFilled) != (l.Country != "" || l.HasPlace) {
			t.Fatalf("%s: %s with %+v", r.Start, r.Kind, l)
		}
		if r.Kind == KindNone && r.Start != carriers[sixToFour].prefix.Addr() {
			t.Fatalf("%s is a gap that was not filled", r.Start)
		}
	}
}

// The licences ask for attribution of the data that is in the program, no more and no
// less.
func TestEmbeddedCredits(t *testing.T) {
	if got := strings.Contains(EmbeddedCredits(), "DB-IP"); got != embeddedPlaces {
		t.Errorf("DB-IP in the credits is %v: %s", got, EmbeddedCredits())
	}
	if got := strings.Contains(EmbeddedCredits(), "nro.net"); got == embeddedPlaces {
		t.Errorf("the NRO in the credits is %v: %s", got, EmbeddedCredits())
	}
}
