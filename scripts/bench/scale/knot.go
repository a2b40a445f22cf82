package scale

// Knot. Its journal is off, as where a zone file is the truth: what is changed over the
// control socket is lost when it stops.

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"

	"meridian/scripts/bench/process"
	"meridian/scripts/bench/scale/world"
)

func knot() *contender {
	return &contender{name: "knot", command: "knotd", configure: knotFiles, stage: knotStage, change: knotCommit}
}

func knotFiles(dir string, port uint16, zones []string) ([]string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, `server:
  rundir: "%[1]s"
  listen: 127.0.0.1@%[2]d
  udp-workers: 1
  tcp-workers: 1
  background-workers: %[3]d
log:
  - target: stderr
    any: warning
database:
  storage: "%[1]s"
control:
  listen: "%[1]s/knot.sock"
template:
  - id: default
    storage: "%[4]s"
    semantic-checks: off
    journal-content: none
    zonefile-load: whole
    zonefile-sync: -1
zone:
`, dir, port, len(processors), zoneFolder(dir))
	for _, z := range zones {
		fmt.Fprintf(&b, "  - domain: %s\n    file: %s\n", z, strings.TrimSuffix(z, "."))
	}
	return []string{"-c", filepath.Join(dir, "knot.conf")}, write(dir, "knot.conf", "%s", b.String())
}

// knotStage opens a transaction and changes names in it. For each command knotc connects
// anew, which for many takes longer than anything else here.
func knotStage(s *Stage, r *running, from, count, round int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "zone-begin %s\n", world.BigZone)
	for i := from; i < from+count; i++ {
		fmt.Fprintf(&b, "zone-unset %s %s A\nzone-set %[1]s %[2]s %d A %s\n", world.BigZone, world.Label(i), world.TTL, world.Address(i, round))
	}
	return knotc(s, r, b.String())
}

// knotCommit ends it.
func knotCommit(s *Stage, r *running, _, _, _ int) error {
	return knotc(s, r, "zone-commit "+world.BigZone+"\n")
}

func knotc(s *Stage, r *running, commands string) error {
	path, err := process.Find("knotc")
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(s.Ctx, path, "-s", filepath.Join(r.dir, "knot.sock"))
	cmd.Stdin = strings.NewReader(commands + "exit\n")
	out, err := cmd.CombinedOutput()
	if err == nil && strings.Contains(string(out), "error") {
		err = errors.New("refused")
	}
	if err != nil {
		return fmt.Errorf("knotc: %w: %.500s", err, out)
	}
	return nil
}
