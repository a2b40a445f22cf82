package countries

import (
	"net/netip"
	"path/filepath"
	"testing"

	"github.com/oschwald/maxminddb-golang/v2"

	"meridian/geoip/mmdbtest"
)

func TestConvertKeepsNetworks(t *testing.T) {
	from := mmdbtest.Write(t, mmdbtest.DB{Aliases: true, Networks: map[string]mmdbtest.Map{
		"1.0.0.0/24":       {"country_code": "AU"},
		"2.0.0.0/8":        {"country_code": "FR"},
		"2.16.0.0/13":      {"country_code": "IE"},
		"2001:db8:1::/48":  {"country_code": "AU"},
		"2a00:1450::/32":   {"country_code": "IE"},
		"200.1.2.0/25":     {"country_code": "BR"},
		"2400:cb00:1::/56": {"country_code": "US"},
	}})
	to := filepath.Join(t.TempDir(), "countries.mmdb")
	if err := Convert(from, to); err != nil {
		t.Fatal(err)
	}
	db, err := maxminddb.Open(to)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Verify(); err != nil {
		t.Error(err)
	}
	for addr, want := range map[string]string{"1.0.0.7": "OC/AU", "2.1.1.1": "EU/FR", "2.17.1.1": "EU/IE", "2001:db8:1::5": "OC/AU",
		"200.1.2.3": "SA/BR", "9.9.9.9": "/", "::ffff:1.0.0.7": "OC/AU"} {
		var r struct {
			Continent struct {
				Code string `maxminddb:"code"`
			} `maxminddb:"continent"`
			Country struct {
				Code string `maxminddb:"iso_code"`
			} `maxminddb:"country"`
		}
		if err := db.Lookup(netip.MustParseAddr(addr)).Decode(&r); err != nil {
			t.Errorf("%s: %v", addr, err)
		}
		if got := r.Continent.Code + "/" + r.Country.Code; got != want {
			t.Errorf("%s is in %q, not %q", addr, got, want)
		}
	}
}

func TestClientsAreInside(t *testing.T) {
	from := mmdbtest.Write(t, mmdbtest.DB{Networks: map[string]mmdbtest.Map{
		"2.0.0.0/8": {"country_code": "FR"}, "2a00:1450::/32": {"country_code": "IE"}, "3.0.0.128/25": {"country_code": "US"},
	}})
	clients, err := Clients(from, 1000, 1)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[netip.Prefix]bool{}
	for _, c := range clients {
		seen[c] = true
		v4 := netip.MustParsePrefix("2.0.0.0/8").Contains(c.Addr()) && c.Bits() == 24
		v6 := netip.MustParsePrefix("2a00:1450::/32").Contains(c.Addr()) && c.Bits() == 56
		if !v4 && !v6 || c != c.Masked() {
			t.Errorf("%s is no client of these networks", c)
		}
	}
	if len(seen) < 900 {
		t.Errorf("%d different clients of 1000", len(seen))
	}
}
