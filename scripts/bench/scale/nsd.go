package scale

// NSD: a change is a new zone file, and a word to read it.

import (
	"fmt"
	"path/filepath"
	"strings"
)

func nsd() *contender {
	return &contender{name: "nsd", command: "nsd", configure: nsdFiles, stage: rewrite, change: nsdChange}
}

func nsdFiles(dir string, port uint16, zones []string) ([]string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, `server:
  ip-address: 127.0.0.1@%d
  server-count: 1
  username: ""
  zonesdir: "%s"
  database: ""
  pidfile: "%[3]s/nsd.pid"
  xfrdfile: "%[3]s/xfrd.state"
  xfrdir: "%[3]s"
  zonelistfile: "%[3]s/zone.list"
  rrl-ratelimit: 0
  verbosity: 0
remote-control:
  control-enable: yes
  control-interface: "%[3]s/nsd.sock"
`, port, zoneFolder(dir), dir)
	for _, z := range zones {
		fmt.Fprintf(&b, "zone:\n  name: \"%s\"\n  zonefile: \"%s\"\n", z, strings.TrimSuffix(z, "."))
	}
	conf := filepath.Join(dir, "nsd.conf")
	return []string{"-d", "-c", conf}, write(dir, "nsd.conf", "%s", b.String())
}

func nsdChange(s *Stage, r *running, _, _, _ int) error {
	_, err := s.command("nsd-control", "-c", filepath.Join(r.dir, "nsd.conf"), "reload")
	return err
}
