package control_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"meridian/control"
	"meridian/dnsserver/answer"
	"meridian/healthcheck"
	"meridian/store"
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
		Store: st, Geo: opened(t, networks), Checker: healthcheck.New(healthcheck.Options{}), Shared: w.shared,
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
