package main

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"
)

// inForceOf is what serve would run with.
func inForceOf(t *testing.T, args []string, env map[string]string) map[string][2]string {
	t.Helper()
	s := docApp().defaultSettings()
	f := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	s.addFlags(f)
	f.String("config", "", "")
	if err := f.Parse(args); err != nil {
		t.Fatal(err)
	}
	from, err := complete(f, func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	settings := map[string][2]string{}
	for _, set := range inForce(f, from) {
		settings[set.Name] = [2]string{set.Value, set.Source}
	}
	return settings
}

func TestFlagBeatsEnvironmentBeatsFileBeatsDefault(t *testing.T) {
	file := filepath.Join(t.TempDir(), "meridian.yaml")
	write(t, file, `# each of these is overruled somewhere, but for the last two
listen: [192.0.2.1:53, "[2001:db8::1]:53"]
geo: file.mmdb
log-level: debug
metrics: off
`)
	got := inForceOf(t,
		[]string{"--listen", "127.0.0.1:1", "--listen", "127.0.0.1:2", "--config", file},
		map[string]string{
			"MERIDIAN_LISTEN":         "127.0.0.1:3",
			"MERIDIAN_GEO":            "one.mmdb, two.mmdb",
			"MERIDIAN_KEEP_REVISIONS": "7",
		})
	want := map[string][2]string{
		"listen":         {"127.0.0.1:1,127.0.0.1:2", "flag"},
		"geo":            {"one.mmdb,two.mmdb", "MERIDIAN_GEO"},
		"keep-revisions": {"7", "MERIDIAN_KEEP_REVISIONS"},
		"log-level":      {"DEBUG", file},
		"metrics":        {"off", file},
		"log-format":     {"text", "default"},
		"data":           {"/var/lib/meridian", "default"},
	}
	for name, set := range want {
		if got[name] != set {
			t.Errorf("%s is %v, want %v", name, got[name], set)
		}
	}
}

func TestListFromAFileReplacesTheDefault(t *testing.T) {
	file := filepath.Join(t.TempDir(), "meridian.yaml")
	write(t, file, "listen:\n  - 192.0.2.1:53\n  - \"[2001:db8::1]:53\"\n")
	got := inForceOf(t, nil, map[string]string{"MERIDIAN_CONFIG": file})
	want := [2]string{"192.0.2.1:53,[2001:db8::1]:53", file}
	if diff := cmp.Diff(want, got["listen"]); diff != "" {
		t.Error(diff)
	}
}

func TestDefaultPlaces(t *testing.T) {
	for _, test := range []struct {
		name        string
		root        bool
		env         map[string]string
		admin, data string
	}{
		{"root", true, map[string]string{"XDG_RUNTIME_DIR": "/run/user/0", "HOME": "/root"}, "unix:/run/meridian/admin.sock", "/var/lib/meridian"},
		{"user", false, map[string]string{"XDG_RUNTIME_DIR": "/run/user/7", "HOME": "/home/u"}, "unix:/run/user/7/meridian.sock", "/home/u/.local/state/meridian"},
		{"state", false, map[string]string{"XDG_STATE_HOME": "/state", "HOME": "/home/u"}, "unix:/run/meridian/admin.sock", "/state/meridian"},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := docApp()
			a.root, a.getenv = test.root, func(name string) string { return test.env[name] }
			s := a.defaultSettings()
			if s.admin.String() != test.admin || s.data != test.data {
				t.Errorf("admin %s, data %s; want %s, %s", s.admin, s.data, test.admin, test.data)
			}
		})
	}
}
