package peers

// Knot: one worker of each kind; mod-geoip where the world is steered.

import (
	"fmt"
	"path/filepath"
	"strings"
)

// Knot is CZ.NIC's server.
func Knot() Peer {
	return Peer{Name: "knot", Command: "knotd", Packages: []string{"knot", "knot-module-geoip"}, Geo: true, files: knotFiles}
}

func knotFiles(dir string, port uint16, w *World) ([]string, error) {
	var static []string
	module, use := "", ""
	if w.Geo != nil {
		static = []string{fmt.Sprintf("www 30 A %s", w.Geo.Regions[0].Address)} // for clients that no rule of the module fits
		module = fmt.Sprintf(`mod-geoip:
  - id: world
    config-file: "%s/geo.conf"
    ttl: 30
    mode: geodb
    geodb-file: "%s"
    geodb-key: [continent/code, country/iso_code]
`, dir, w.Geo.Database)
		use = "    module: mod-geoip/world\n"
		if err := write(dir, "geo.conf", "%s", knotGeo(w.Geo.Regions)); err != nil {
			return nil, err
		}
	}
	if err := w.writeZoneFile(filepath.Join(dir, "zone"), static...); err != nil {
		return nil, err
	}
	conf := filepath.Join(dir, "knot.conf")
	return []string{"-c", conf}, write(dir, "knot.conf", `server:
  rundir: "%s"
  listen: 127.0.0.1@%d
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
  udp-max-payload: 1232
  tcp-max-clients: 1000
  edns-client-subnet: on
log:
  - target: stderr
    any: warning
database:
  storage: "%[1]s"
%[3]stemplate:
  - id: default
    storage: "%[1]s"
    semantic-checks: off
    journal-content: none
    zonefile-load: whole
    zonefile-sync: -1
zone:
  - domain: %[4]s
    file: zone
%[5]s`, dir, port, module, Zone, use)
}

// knotGeo are the module's rules: the more specific one wins.
func knotGeo(regions []Region) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:\n", Steered)
	for _, r := range regions {
		for _, continent := range r.Continents {
			fmt.Fprintf(&b, "  - geo: \"%s;*\"\n    A: %s\n", continent, r.Address)
		}
		for _, c := range r.Countries {
			fmt.Fprintf(&b, "  - geo: \"%s;%s\"\n    A: %s\n", c.Continent, c.Code, r.Address)
		}
	}
	return b.String()
}
