package peers

// NSD: one server child, whose parents only transfer zones and restart it.

import "path/filepath"

// NSD is NLnet Labs' server.
func NSD() Peer {
	return Peer{Name: "nsd", Command: "nsd", Packages: []string{"nsd"}, files: nsdFiles}
}

func nsdFiles(dir string, port uint16, w *World) ([]string, error) {
	if err := w.writeZoneFile(filepath.Join(dir, "zone")); err != nil {
		return nil, err
	}
	conf := filepath.Join(dir, "nsd.conf")
	return []string{"-d", "-c", conf}, write(dir, "nsd.conf", `server:
  ip-address: 127.0.0.1@%d
  server-count: 1
  username: ""
  zonesdir: "%s"
  database: ""
  pidfile: "%[2]s/nsd.pid"
  xfrdfile: "%[2]s/xfrd.state"
  xfrdir: "%[2]s"
  zonelistfile: "%[2]s/zone.list"
  minimal-responses: yes
  rrl-ratelimit: 0
  ipv4-edns-size: 1232
  tcp-count: 1000
  verbosity: 0
remote-control:
  control-enable: no
zone:
  name: "%[3]s"
  zonefile: "zone"
`, port, dir, Zone)
}
