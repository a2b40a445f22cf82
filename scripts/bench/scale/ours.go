package scale

// meridian: an import once, starts on its store, and changes over its API.

import (
	"encoding/json"
	"fmt"
	"net"
	"path/filepath"
	"strings"

	"meridian/api"
	"meridian/scripts/bench/scale/world"
)

// ours answers as the peers do: no limits, cookies or metrics.
func (s *Stage) ours(flags ...string) *contender {
	return &contender{name: "meridian", command: s.Meridian, change: oursChange,
		configure: func(dir string, port uint16, _ []string) ([]string, error) {
			args := []string{"serve", "--listen", fmt.Sprintf("127.0.0.1:%d", port), "--data", filepath.Join(dir, "data"), "--admin", admin(dir),
				"--workers", "1", "--rrl", "off", "--cookies", "off", "--metrics", "off"}
			return append(args, flags...), nil
		}}
}

func admin(dir string) string { return "unix:" + filepath.Join(dir, "admin.sock") }

// await waits until the server takes commands. None is given: some make it hold more.
func (s *Stage) await(r *running) error {
	return r.Ready(s.Ctx, func() error {
		conn, err := net.Dial("unix", strings.TrimPrefix(admin(r.dir), "unix:"))
		if err != nil {
			return err
		}
		return conn.Close()
	})
}

// load imports files or folders by the command, as an operator would.
func (s *Stage) load(r *running, files ...string) error {
	_, err := s.command(s.Meridian, append([]string{"zone", "import", "--server", admin(r.dir)}, files...)...)
	return err
}

// oursChange sets one name's address over the API.
func oursChange(s *Stage, r *running, from, count, round int) error {
	client, err := api.NewClient(admin(r.dir), "")
	if err != nil {
		return err
	}
	defer client.Close()
	for i := from; i < from+count; i++ {
		data := api.RRsetData{TTL: world.TTL, Data: []string{world.Address(i, round).String()}}
		if _, err := client.SetRecords(s.Ctx, api.Terms{Author: "bench"}, world.BigZone, world.Label(i), "A", data); err != nil {
			return err
		}
	}
	return nil
}

// oursWhole changes by importing the whole zone again: the way to change many records by
// one revision.
func (s *Stage) oursWhole() *contender {
	c := s.ours()
	c.stage = rewrite
	c.change = func(s *Stage, r *running, _, _, _ int) error { return s.load(r, bigFile(r.dir)) }
	return c
}

// changes has the program change/ make many changes.
func (s *Stage) changes(r *running, args ...string) (world.Report, error) {
	var report world.Report
	binary, err := s.Build("change")
	if err != nil {
		return report, err
	}
	out, err := s.command(binary, append([]string{"-server", admin(r.dir)}, args...)...)
	if err != nil {
		return report, err
	}
	if err := json.Unmarshal(out, &report); err != nil {
		return report, fmt.Errorf("reading what changes took: %w", err)
	}
	return report, nil
}
