package peers

// Meridian itself, with the settings that are to be measured.

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// Ours are settings of meridian that are measured.
type Ours struct {
	Name    string   // of the server, "meridian" if empty
	Flags   []string // of serve, after those of Meridian
	Workers int      // 1 if 0
	// Check is the TCP port on which the regions' addresses are checked, 0 for no checks.
	Check uint16
}

// Off turns off what meridian does beyond answering.
func Off() Ours {
	return Ours{Name: "meridian, off", Flags: []string{"--rrl", "off", "--cookies", "off", "--metrics", "off"}}
}

// On is meridian by its defaults, with health checks. Loopback is counted and limited as
// any network is, by the highest limit that can be set: no good load here comes near it,
// since it is for each static name apart and 50 times as high for a steered one.
func On(metrics, check uint16) Ours {
	return Ours{Name: "meridian, on", Check: check,
		Flags: []string{"--metrics", fmt.Sprintf("127.0.0.1:%d", metrics), "--rrl", "20000", "--rrl-loopback", "on"}}
}

// Meridian is this repository's server, from a binary.
func Meridian(binary string, o Ours) Peer {
	name := o.Name
	if name == "" {
		name = "meridian"
	}
	return Peer{Name: name, Command: binary, Geo: true,
		files: func(dir string, port uint16, w *World) ([]string, error) { return o.files(dir, port, w) },
		after: func(ctx context.Context, s *Server, dir string, _ *World) error { return apply(ctx, s, binary, dir) }}
}

func (o Ours) files(dir string, port uint16, w *World) ([]string, error) {
	if err := w.writeZoneFile(filepath.Join(dir, "zone")); err != nil {
		return nil, err
	}
	if err := write(dir, "manifest.yaml", "%s", manifest(w, o.Check)); err != nil {
		return nil, err
	}
	args := []string{"serve", "--listen", fmt.Sprintf("127.0.0.1:%d", port), "--data", filepath.Join(dir, "data"),
		"--admin", admin(dir), "--workers", fmt.Sprint(max(1, o.Workers))}
	return append(args, o.Flags...), nil
}

func admin(dir string) string { return "unix:" + filepath.Join(dir, "admin.sock") }

// manifest is the world in meridian's own words.
func manifest(w *World, check uint16) string {
	var b strings.Builder
	if w.Geo != nil {
		b.WriteString("regions:\n")
		for _, r := range w.Geo.Regions {
			fmt.Fprintf(&b, "  %s: {location: %q}\n", r.Name, r.Location)
		}
	}
	checked := ""
	if check != 0 {
		fmt.Fprintf(&b, "checks:\n  tcp: {kind: tcp, port: %d}\n", check)
		checked = "        check: tcp\n"
	}
	fmt.Fprintf(&b, "zones:\n  %s:\n    file: zone\n", strings.TrimSuffix(Zone, "."))
	if w.Geo == nil {
		return b.String()
	}
	fmt.Fprintf(&b, "    steered:\n      www:\n        policy: nearest\n        ttl: 30s\n%s        endpoints:\n", checked)
	for _, r := range w.Geo.Regions {
		fmt.Fprintf(&b, "          %s: {addresses: [%s]}\n", r.Name, r.Address)
	}
	return b.String()
}

// apply gives the manifest to a server once it runs.
func apply(ctx context.Context, s *Server, binary, dir string) error {
	s.Admin = admin(dir)
	if err := s.Process.Ready(ctx, func() error { return exec.Command(binary, "status", "--server", s.Admin).Run() }); err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, binary, "apply", "-f", filepath.Join(dir, "manifest.yaml"), "--server", s.Admin).CombinedOutput()
	if err != nil {
		return fmt.Errorf("applying the manifest: %w\n%s", err, out)
	}
	return nil
}
