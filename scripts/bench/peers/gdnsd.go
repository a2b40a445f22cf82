package peers

// gdnsd: one UDP thread and one TCP thread; its geoip plugin where the world is steered.

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Gdnsd is the geographic server that Wikipedia runs.
func Gdnsd() Peer {
	return Peer{Name: "gdnsd", Command: "gdnsd", Packages: []string{"gdnsd"}, Geo: true, files: gdnsdFiles}
}

func gdnsdFiles(dir string, port uint16, w *World) ([]string, error) {
	var steered []string
	plugins := ""
	if w.Geo != nil {
		steered = []string{"www 30 DYNA geoip!www"}
		plugins = gdnsdGeo(w.Geo)
	}
	if err := write(dir, "config", `options => {
  listen => [ 127.0.0.1:%d ]
  udp_threads => 1
  tcp_threads => 1
  tcp_clients_per_thread => 1000
  run_dir => "%s/run"
  state_dir => "%[2]s/state"
}
%[3]s`, port, dir, plugins); err != nil {
		return nil, err
	}
	zone := strings.TrimSuffix(Zone, ".")
	if err := write(dir, filepath.Join("zones", zone), ""); err != nil {
		return nil, err
	}
	return []string{"-c", dir, "start"}, w.writeZoneFile(filepath.Join(dir, "zones", zone), steered...)
}

// gdnsdGeo is a map of continents and countries, and the resource that uses it, without
// checks: service_types "up" never fails.
func gdnsdGeo(g *Geo) string {
	var names, addresses []string
	inside := map[string][]string{} // by continent
	for _, r := range g.Regions {
		names = append(names, r.Name)
		addresses = append(addresses, fmt.Sprintf("%s => %s", r.Name, r.Address))
		for _, continent := range r.Continents {
			inside[continent] = append(inside[continent], fmt.Sprintf("default => [ %s ]", r.Name))
		}
		for _, c := range r.Countries {
			inside[c.Continent] = append(inside[c.Continent], fmt.Sprintf("%s => [ %s ]", c.Code, r.Name))
		}
	}
	var continents []string
	for continent, lines := range inside {
		continents = append(continents, fmt.Sprintf("%s => { %s }", continent, strings.Join(lines, ", ")))
	}
	slices.Sort(continents)
	return fmt.Sprintf(`plugins => { geoip => {
  maps => { world => {
    geoip2_db => "%s"
    datacenters => [ %s ]
    map => {
      default => [ %s ]
      %s
    }
  } }
  resources => { www => {
    map => world
    service_types => up
    dcmap => { %s }
  } }
} }
`, g.Database, strings.Join(names, ", "), names[0], strings.Join(continents, "\n      "), strings.Join(addresses, ", "))
}
