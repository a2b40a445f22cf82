package main

// The servers: how each is configured and started. None limits rates, sends cookies or
// adds more than it must.

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"meridian/scripts/bench/peers"
	"meridian/scripts/bench/process"
)

// start writes the zones and starts meridian and the peers.
func (b *batch) start() error {
	if err := b.writeZones(filepath.Join(b.dir, "zones")); err != nil {
		return err
	}
	starters := map[string]func(dir string, port int) (*server, error){"nsd": b.nsd, "knot": b.knot, "bind": b.bind}
	for _, name := range b.o.peers {
		if starters[name] == nil {
			return fmt.Errorf("there is no peer %q: give some of nsd, knot, bind", name)
		}
		s, err := b.startOne(name, starters[name])
		if err != nil {
			return err
		}
		b.peers = append(b.peers, s)
	}
	s, err := b.startOne("meridian", b.meridian)
	if err != nil {
		return err
	}
	b.ours = s
	for _, s := range append(b.peers, b.ours) {
		if err := s.connect(); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) startOne(name string, start func(dir string, port int) (*server, error)) (*server, error) {
	dir := filepath.Join(b.dir, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	port, err := process.FreePort()
	if err != nil {
		return nil, err
	}
	s, err := start(dir, int(port))
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	s.name, s.port = name, int(port)
	return s, nil
}

func (b *batch) stop() error {
	var errs []error
	for _, s := range append(b.peers, b.ours) {
		if s != nil {
			errs = append(errs, s.stop())
		}
	}
	return errors.Join(errs...)
}

func (b *batch) meridian(dir string, port int) (*server, error) {
	admin := "unix:" + filepath.Join(dir, "admin.sock")
	s, err := startProcess(dir, b.o.binary, "serve", "--listen", fmt.Sprintf("127.0.0.1:%d", port), "--data", filepath.Join(dir, "data"),
		"--admin", admin, "--metrics", "off", "--workers", "1")
	if err != nil {
		return nil, err
	}
	if err := s.ready(func() error { return runOnce(b.o.binary, "status", "--server", admin) }); err != nil {
		return s, errors.Join(err, s.stop())
	}
	if err := runOnce(b.o.binary, "zone", "import", "--server", admin, filepath.Join(b.dir, "zones")); err != nil {
		return s, errors.Join(err, s.stop())
	}
	return s, nil
}

func (b *batch) nsd(dir string, port int) (*server, error) {
	conf := filepath.Join(dir, "nsd.conf")
	head := fmt.Sprintf(`server:
  ip-address: 127.0.0.1@%d
  server-count: 1
  username: ""
  zonesdir: "%s/zones"
  database: ""
  pidfile: "%[3]s/nsd.pid"
  xfrdfile: "%[3]s/xfrd.state"
  xfrdir: "%[3]s"
  zonelistfile: "%[3]s/zone.list"
  minimal-responses: yes
  rrl-ratelimit: 0
  ipv4-edns-size: 1232
  tcp-count: 100
  verbosity: 0
remote-control:
  control-enable: no
`, port, b.dir, dir)
	entry := func(w io.Writer, file, zone string) {
		fmt.Fprintf(w, "zone:\n  name: \"%s\"\n  zonefile: \"%s\"\n", zone, file)
	}
	if err := b.writeConfig(conf, head, entry, ""); err != nil {
		return nil, err
	}
	return startProcess(dir, "nsd", "-d", "-c", conf)
}

func (b *batch) knot(dir string, port int) (*server, error) {
	conf := filepath.Join(dir, "knot.conf")
	head := fmt.Sprintf(`server:
  rundir: "%s"
  listen: 127.0.0.1@%d
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
  udp-max-payload: 1232
log:
  - target: stderr
    any: warning
database:
  storage: "%[1]s"
template:
  - id: default
    storage: "%[3]s/zones"
    semantic-checks: off
    journal-content: none
    zonefile-load: whole
    zonefile-sync: -1
zone:
`, dir, port, b.dir)
	entry := func(w io.Writer, file, zone string) {
		fmt.Fprintf(w, "  - domain: %s.\n    file: \"%s\"\n", zone, file)
	}
	if err := b.writeConfig(conf, head, entry, ""); err != nil {
		return nil, err
	}
	return startProcess(dir, "knotd", "-c", conf)
}

func (b *batch) bind(dir string, port int) (*server, error) {
	conf := filepath.Join(dir, "named.conf")
	head := peers.BINDHead(dir, uint16(port), `
  answer-cookie no;
  max-udp-size 1232;
  edns-udp-size 1232;
  tcp-clients 100;
  check-names primary ignore;
  check-integrity no;
  check-wildcard no;
  check-mx ignore;`)
	entry := func(w io.Writer, file, zone string) {
		fmt.Fprintf(w, "zone \"%s\" { type primary; file \"%s/zones/%s\"; };\n", zone, b.dir, file)
	}
	if err := b.writeConfig(conf, head, entry, ""); err != nil {
		return nil, err
	}
	return startProcess(dir, "named", "-f", "-c", conf, "-n", "1")
}
