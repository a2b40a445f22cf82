package peers

// PowerDNS: one receiver thread that asks the backend itself (one distributor), the bind
// backend for static names, the geoip backend for a steered one. Its caches are as they
// are by default, on.

import (
	"fmt"
	"path/filepath"
	"strings"
)

// PowerDNS is PowerDNS' authoritative server.
func PowerDNS() Peer {
	return Peer{Name: "powerdns", Command: "pdns_server", Packages: []string{"pdns-server", "pdns-backend-bind", "pdns-backend-geoip"}, Geo: true,
		files: powerDNSFiles}
}

func powerDNSFiles(dir string, port uint16, w *World) ([]string, error) {
	backend := fmt.Sprintf("launch=bind\nbind-config=%s/named.conf\n", dir)
	if w.Geo != nil {
		backend = fmt.Sprintf("launch=geoip\ngeoip-zones-file=%s/zones.yaml\ngeoip-database-files=mmdb:%s\nedns-subnet-processing=yes\n", dir, w.Geo.Database)
		if err := write(dir, "zones.yaml", "%s", powerDNSZone(w)); err != nil {
			return nil, err
		}
	} else {
		if err := write(dir, "named.conf", "zone \"%s\" { type master; file \"%s/zone\"; };\n", Zone, dir); err != nil {
			return nil, err
		}
		if err := w.writeZoneFile(filepath.Join(dir, "zone")); err != nil {
			return nil, err
		}
	}
	return []string{"--config-dir=" + dir}, write(dir, "pdns.conf", `local-address=127.0.0.1
local-port=%d
socket-dir=%s
daemon=no
guardian=no
receiver-threads=1
distributor-threads=1
reuseport=no
max-tcp-connections=1000
udp-truncation-threshold=1232
version-string=anonymous
security-poll-suffix=
loglevel=3
%s`, port, dir, backend)
}

// powerDNSZone is the zone as the geoip backend has it: the steered name is tried as its
// client's country, then as the continent, then as the first region.
func powerDNSZone(w *World) string {
	zone := strings.TrimSuffix(Zone, ".")
	var b strings.Builder
	fmt.Fprintf(&b, "domains:\n- domain: %s\n  ttl: 30\n  records:\n    %[1]s:\n    - soa: ns.%[1]s hostmaster.%[1]s 1 3600 900 604800 300\n    - ns: ns.%[1]s\n    ns.%[1]s:\n    - a: 127.0.0.1\n", zone)
	record := func(name string, address any) { fmt.Fprintf(&b, "    %s:\n    - a: %s\n", name, address) }
	for i := range w.Names {
		record(strings.TrimSuffix(Name(i), "."), Address(i))
	}
	record("other."+zone, w.Geo.Regions[0].Address)
	for _, r := range w.Geo.Regions {
		for _, continent := range r.Continents {
			record(strings.ToLower(continent)+".continent."+zone, r.Address)
		}
		for _, c := range r.Countries {
			record(strings.ToLower(c.Code)+".country."+zone, r.Address)
		}
	}
	fmt.Fprintf(&b, "  services:\n    %s: [ '%%cc.country.%s', '%%cn.continent.%[2]s', 'other.%[2]s' ]\n", strings.TrimSuffix(Steered, "."), zone)
	return b.String()
}
