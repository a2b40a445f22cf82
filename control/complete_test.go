package control_test

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
	"meridian/wire"
	"meridian/zones"
)

// TestAnswersComeBeforeTables: a start that has to make class tables answers at once what
// needs none, and all else once they are there. Nothing is committed by that.
func TestAnswersComeBeforeTables(t *testing.T) {
	w, _ := keeping(t)
	if err := os.RemoveAll(filepath.Join(w.dir, "tables")); err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(filepath.Join(w.dir, "meridian.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	w.shared = &answer.Shared{}
	head := st.Head()
	w.control, err = control.New(t.Context(), control.Options{
		Store: st, Geo: opened(t, networks), Tables: filepath.Join(w.dir, "tables"), Checker: healthcheck.New(healthcheck.Options{}), Shared: w.shared,
		Logger: slog.New(slog.DiscardHandler), Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	if static, steered := w.ask("ns1.example.com.", "A", london), w.ask("www.example.com.", "A", london); static != "A 192.0.2.53" || steered != "SERVFAIL" {
		t.Errorf("before its tables are made: static %s, steered %s", static, steered)
	}
	select {
	case <-w.control.Ready():
		t.Error("ready before the tables are made")
	default:
	}
	w.control.Complete(t.Context())
	w.wantSteering()
	if st.Head() != head {
		t.Error("making tables was a revision")
	}
}

// TestStartEndsWhateverChanges: a record that can't have a table with the geo data at hand
// doesn't keep a start from its end, nor does a change that comes between; both hold.
func TestStartEndsWhateverChanges(t *testing.T) {
	london := func(country string) *geoip.Databases {
		return opened(t, map[string]mmdbtest.Map{
			"81.0.0.0/8":  {"country": mmdbtest.Map{"iso_code": country}, "location": networks["81.0.0.0/8"]["location"]},
			"128.0.0.0/8": networks["128.0.0.0/8"],
		})
	}
	w := startOn(t, t.TempDir(), london("FR"), false)
	c := imported(t)
	c.Topologies = map[string]*config.Topology{"fenced": {Clients: []config.ClientRow{{Country: "GB", Only: []string{"eu-west"}}}}}
	c.Zone(zoneName).Steer(wire.MustParseName("fenced.example.com."), &config.Steered{Topology: "fenced", Endpoints: map[string]config.Endpoint{"us-east": {Addresses: addrs("192.0.2.20")}}})
	w.commit(c)
	w.stop()
	st, err := store.Open(filepath.Join(w.dir, "meridian.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	w.shared = &answer.Shared{}
	w.control, err = control.New(t.Context(), control.Options{
		Store: st, Geo: london("GB"), Checker: healthcheck.New(healthcheck.Options{}), Shared: w.shared,
		Logger: slog.New(slog.DiscardHandler), Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	set, err := zones.ParseRecord("new A 192.0.2.77", zoneName, 60)
	if err != nil {
		t.Fatal(err)
	}
	between := control.Change{}
	between.Zone(zoneName).RRsets = []zones.RRset{set}
	if turns := w.control.Complete(t.Context(), between); turns != 1 {
		t.Errorf("it took %d turns", turns)
	}
	w.wantSteering()
	for name, want := range map[string]string{"fenced.example.com.": "SERVFAIL", "new.example.com.": "A 192.0.2.77"} {
		if got := w.ask(name, "A", virginia); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// TestRRsetTooLong: what no message could carry is refused before it is encoded.
func TestRRsetTooLong(t *testing.T) {
	w := start(t, t.TempDir())
	w.commit(imported(t))
	s := zones.RRset{Owner: wire.MustParseName("long.example.com."), Type: wire.TypePTR, TTL: 60}
	for i := range 6000 {
		s.RDATA = append(s.RDATA, []byte(wire.MustParseName(fmt.Sprintf("host-%d.example.com.", i))))
	}
	change := control.Change{}
	change.Zone(zoneName).RRsets = []zones.RRset{s}
	if _, err := w.control.Commit(t.Context(), change); err == nil || !strings.Contains(err.Error(), "long.example.com. has 6000 PTR records") {
		t.Errorf("got %v", err)
	}
}
