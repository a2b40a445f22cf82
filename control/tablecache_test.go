package control_test

// Class tables that are kept on disk: a start that finds them makes none, and whatever
// is wrong with them costs time alone.

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"meridian/config"
	"meridian/control"
	"meridian/dnsserver/answer"
	"meridian/geoip"
	"meridian/geoip/mmdbtest"
	"meridian/healthcheck"
	"meridian/store"
)

// networks are what the geo databases of these tests know.
var networks = map[string]mmdbtest.Map{
	"81.0.0.0/8":  {"location": mmdbtest.Map{"latitude": 51.5, "longitude": 0.1}},
	"128.0.0.0/8": {"location": mmdbtest.Map{"latitude": 38.0, "longitude": -78.0}},
}

// opened are databases that nobody has had compiled yet.
func opened(t testing.TB, networks map[string]mmdbtest.Map) *geoip.Databases {
	t.Helper()
	g, err := geoip.Open(mmdbtest.Write(t, mmdbtest.DB{Networks: networks}))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// keeping is a server that has kept a table, stopped.
func keeping(t *testing.T) (w *world, file string) {
	t.Helper()
	w = startOn(t, t.TempDir(), opened(t, networks), false)
	w.commit(imported(t))
	w.stop()
	files := kept(t, w.dir)
	if len(files) != 2 { // of A in three regions, of AAAA in two
		t.Fatalf("kept are %v, want two tables", files)
	}
	return w, files[0]
}

func kept(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "tables", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func (w *world) wantTables(read, projected int) {
	w.t.Helper()
	if r, p := w.control.TablesRead(), w.control.TablesProjected(); r != read || p != projected {
		w.t.Errorf("%d tables were read and %d projected, want %d and %d", r, p, read, projected)
	}
}

func (w *world) wantSteering() {
	w.t.Helper()
	for client, want := range map[string]string{london: "A 192.0.2.10", virginia: "A 192.0.2.20"} {
		if got := w.ask("www.example.com.", "A", client); got != want {
			w.t.Errorf("%s: %s, want %s", client, got, want)
		}
	}
}

func TestSecondStartProjectsNothing(t *testing.T) {
	w, _ := keeping(t)
	w.wantTables(0, 2)
	g := opened(t, networks)
	again := startOn(t, w.dir, g, false)
	again.wantTables(2, 0)
	if g.Bytes() != 0 {
		t.Error("the databases were compiled")
	}
	again.wantSteering()
	// The change that needs another table has them compiled.
	again.commit(control.Change{Regions: map[string]*config.Region{"ap": {Location: config.Location{Lat: -33.9, Lon: 151.2, Set: true}}}})
	again.wantTables(2, 2)
	if g.Bytes() == 0 {
		t.Error("the databases were not compiled")
	}
}

func TestOtherDatabasesNeedOtherTables(t *testing.T) {
	w, _ := keeping(t)
	other := startOn(t, w.dir, opened(t, map[string]mmdbtest.Map{"81.0.0.0/8": networks["128.0.0.0/8"]}), false)
	other.wantTables(0, 2)
	if got := other.ask("www.example.com.", "A", london); got != "A 192.0.2.20" {
		t.Errorf("London, which now lies in Virginia, is answered with %s", got)
	}
}

func TestDamagedTableIsReplaced(t *testing.T) {
	w, file := keeping(t)
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{
		"empty": "", "half": string(good[:len(good)/2]), "text": "text\n", "a bit": string(good[:len(good)-9]) + "?" + string(good[len(good)-8:]),
	} {
		if err := os.WriteFile(file, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		again := startOn(t, w.dir, opened(t, networks), false)
		again.wantTables(1, 1)
		again.wantSteering()
		again.stop()
		if n := strings.Count(again.log.String(), "a kept class table can't be used"); n != 1 {
			t.Errorf("%s: told %d times, want once:\n%s", name, n, again.log.String())
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != string(good) {
			t.Errorf("%s: the file was not replaced (%v)", name, err)
		}
	}
}

// A table under the name of another is none.
func TestTableUnderAnotherNameIsRefused(t *testing.T) {
	w, file := keeping(t)
	if err := os.Rename(kept(t, w.dir)[1], file); err != nil {
		t.Fatal(err)
	}
	again := startOn(t, w.dir, opened(t, networks), false)
	again.wantTables(0, 2)
	again.wantSteering()
	if log := again.log.String(); !strings.Contains(log, "the table is another one than its name says") {
		t.Errorf("the log says\n%s", log)
	}
}

// Where nothing can be read or written, that is said once, and all goes on.
func TestUnwritableFolderIsHarmless(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "tables"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	w := startOn(t, dir, opened(t, networks), false)
	w.commit(imported(t))
	w.wantTables(0, 2)
	w.wantSteering()
	w.stop()
	if n := strings.Count(w.log.String(), "level=WARN"); n != 1 || !strings.Contains(w.log.String(), "class tables can't be kept on disk") {
		t.Errorf("told %d times, want once:\n%s", n, w.log.String())
	}
	startOn(t, dir, opened(t, networks), false).wantSteering()
}

func TestUnusedTablesAreRemoved(t *testing.T) {
	w, used := keeping(t)
	clock := time.Unix(w.clock.Load(), 0)
	put := func(name string, days int) string {
		file := filepath.Join(w.dir, "tables", name)
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		at := clock.Add(-time.Duration(days) * 24 * time.Hour)
		if err := os.Chtimes(file, at, at); err != nil {
			t.Fatal(err)
		}
		return file
	}
	old, recent := put("old.table", 31), put("recent.table", 29)
	half, foreign := put("new-123.table", 0), put("notes.txt", 99)
	if err := os.Chtimes(used, clock, clock.Add(-100*24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	startOn(t, w.dir, opened(t, networks), false).stop()
	for file, want := range map[string]bool{old: false, recent: true, half: false, foreign: true, used: true} {
		if _, err := os.Stat(file); (err == nil) != want {
			t.Errorf("%s is there: %v, want %v", filepath.Base(file), err == nil, want)
		}
	}
	// Of too many the oldest go, also while the server runs.
	again := startOn(t, w.dir, opened(t, networks), false)
	for i := range control.MaxKeptTables {
		put(fmt.Sprintf("%03d.table", i), 1)
	}
	again.commit(control.Change{Regions: map[string]*config.Region{"ap": {Location: config.Location{Lat: -33.9, Lon: 151.2, Set: true}}}})
	if n := len(kept(t, w.dir)); n != control.MaxKeptTables+1 { // and the notes
		t.Errorf("%d files are there, want %d", n, control.MaxKeptTables+1)
	}
	if _, err := os.Stat(recent); err == nil {
		t.Error("the oldest table is still there")
	}
}

// Databases that can't be compiled end the first start, as nothing was made of them yet.
func TestDatabasesThatCantBeCompiled(t *testing.T) {
	nowhere := opened(t, map[string]mmdbtest.Map{"8.0.0.0/8": {"is_tor": true}})
	st, err := store.Open(filepath.Join(t.TempDir(), "meridian.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	_, err = control.New(t.Context(), control.Options{
		Store: st, Geo: nowhere, Tables: t.TempDir(), Checker: healthcheck.New(healthcheck.Options{}), Shared: &answer.Shared{},
		Logger: slog.New(slog.DiscardHandler), Now: time.Now,
	})
	if err == nil || !strings.Contains(err.Error(), "says of no network where it is") {
		t.Errorf("the control starts with %v", err)
	}
}
