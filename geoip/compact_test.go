package geoip

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// drawBase draws a table that has a compact form.
func drawBase(t *rapid.T) *Base {
	data := map[netip.Prefix]Location{}
	for _, p := range rapid.SliceOfN(drawPrefix(24, 56), 0, 12).Draw(t, "data") {
		l := Location{Continent: "EU", Country: rapid.SampledFrom([]string{"IS", "NO", ""}).Draw(t, "country")}
		if rapid.Bool().Draw(t, "has a place") {
			l.Lat = float64(rapid.IntRange(-9000, 9000).Draw(t, "lat")) / 100
			l.Lon = float64(rapid.IntRange(-18000, 18000).Draw(t, "lon")) / 100
			l.HasPlace = true
		}
		data[p] = l
	}
	return baseOf(data)
}

func TestCompactRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawBase(t)
		b.sources = []Source{{Name: "x", DatabaseType: "City", Built: time.Unix(1780000000, 0).UTC()}}
		packed, err := b.AppendCompact(nil)
		if err != nil {
			t.Fatal(err)
		}
		back, err := ReadCompact("x", packed, false)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := slices.Collect(back.Runs()), slices.Collect(b.Runs()); !slices.Equal(got, want) {
			t.Fatalf("got  %v\nwant %v", got, want)
		}
		if !slices.Equal(back.Info().Sources, b.Info().Sources) {
			t.Fatalf("sources %v, want %v", back.Info().Sources, b.Info().Sources)
		}
		cut := rapid.IntRange(0, len(packed)-1).Draw(t, "cut at")
		if _, err := ReadCompact("x", packed[:cut], true); err == nil {
			t.Fatalf("cut at %d of %d it is still read", cut, len(packed))
		}
	})
}

func FuzzReadCompact(f *testing.F) {
	packed, err := baseOf(map[netip.Prefix]Location{
		netip.MustParsePrefix("8.0.0.0/8"): {Country: "IS", Lat: 64.15, Lon: -21.94, HasPlace: true},
		netip.MustParsePrefix("2a00::/32"): {Country: "NO"},
	}).AppendCompact(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(packed)
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := ReadCompact("fuzz", data, true)
		if err != nil {
			return
		}
		if _, err := Project(b, nil, byCountry, nil); err != nil {
			t.Fatal(err)
		}
	})
}

func TestGapsAreFilledWithWhatStandsBefore(t *testing.T) {
	packed, err := baseOf(map[netip.Prefix]Location{
		netip.MustParsePrefix("8.0.0.0/8"):  {Country: "IS"},
		netip.MustParsePrefix("11.0.0.0/8"): {Country: "NO"},
		netip.MustParsePrefix("2a00::/16"):  {Country: "NO"},
	}).AppendCompact(nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := ReadCompact("x", packed, true)
	if err != nil {
		t.Fatal(err)
	}
	for addr, want := range map[string]string{
		"1.1.1.1":     "IS no data: the neighbour's", // what the family begins with takes what comes first
		"8.8.8.8":     "IS data",
		"9.9.9.9":     "IS no data: the neighbour's",
		"10.0.0.1":    " special-purpose space",
		"11.0.0.1":    "NO data",
		"198.18.0.1":  " special-purpose space",
		"198.20.0.1":  "NO no data: the neighbour's",
		"2000::1":     "NO no data: the neighbour's",
		"2a00::1":     "NO data",
		"3ffe::1":     "NO no data: the neighbour's",
		"2002:808::1": "IS data",
	} {
		l, kind, _ := b.Lookup(netip.MustParseAddr(addr))
		if got := l.Country + " " + kind.String(); got != want {
			t.Errorf("%s: %q, want %q", addr, got, want)
		}
	}
}

func TestWhatHasNoCompactForm(t *testing.T) {
	for _, l := range []Location{{Country: "US", Subdivision: "US-CA"}, {ASN: 64496}} {
		if _, err := baseOf(map[netip.Prefix]Location{netip.MustParsePrefix("8.0.0.0/8"): l}).AppendCompact(nil); err == nil {
			t.Errorf("%+v is taken", l)
		}
	}
}
