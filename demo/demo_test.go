package demo

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"meridian/config"
	"meridian/manifest"
)

// The manifest's endpoints are the regions that the demo runs.
func TestRegionsAreTheManifests(t *testing.T) {
	m, problems := manifest.Parse("manifest.yaml", manifestYAML)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	www := m.Zones["demo.test"].Steered["www"]
	if len(www.Endpoints) != len(Regions()) {
		t.Errorf("%d endpoints, %d regions", len(www.Endpoints), len(Regions()))
	}
	for _, r := range Regions() {
		e, ok := www.Endpoints[r.Name]
		if !ok || len(e.Addresses) != 1 || e.Addresses[0] != r.Addr {
			t.Errorf("%s: endpoint %+v, want the address %s", r.Name, e, r.Addr)
		}
	}
	if m.Checks["web"].Port != Port || m.Checks["web"].Kind != config.KindHTTP {
		t.Errorf("the check is %+v", m.Checks["web"])
	}
}

// A region says which it is, and ends with its parent's end of the pipe.
func TestRegionEndsWithItsParent(t *testing.T) {
	r := Region{"test", netip.MustParseAddr("127.0.1.99")}
	parent, hold := io.Pipe()
	ready, say := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- ServeRegion(t.Context(), r, parent, say) }()
	line := make([]byte, 64)
	if _, err := ready.Read(line); err != nil {
		t.Fatal(err)
	}
	resp, err := http.Get("http://127.0.1.99:8053/")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if string(body) != "hello from test\n" {
		t.Errorf("the region says %q", body)
	}
	hold.Close()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("the region goes on without its parent")
	}
}

func TestTellWithoutADemo(t *testing.T) {
	err := Tell(t.Context(), t.TempDir(), Kill, "eu-west")
	if err == nil || !strings.Contains(err.Error(), "no demo is running") {
		t.Errorf("got %v", err)
	}
}

func TestTell(t *testing.T) {
	dir := t.TempDir()
	var told []string
	err := listenForTells(t.Context(), dir, func(verb string, r Region) error {
		told = append(told, verb+" "+r.Name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := Tell(t.Context(), dir, Kill, "eu-west"); err != nil {
		t.Error(err)
	}
	if err := Tell(t.Context(), dir, Kill, "mars"); err == nil || !strings.Contains(err.Error(), `no region "mars": its regions are eu-west`) {
		t.Errorf("an unknown region: %v", err)
	}
	if got := strings.Join(told, ", "); got != "kill eu-west" {
		t.Errorf("told %s", got)
	}
}

// The screen shows regions and clients, and a number kills a region.
func TestScreen(t *testing.T) {
	d := &demo{processes: newProcesses(nil), ctx: t.Context()}
	m := model{demo: d, ctx: t.Context()}
	s := sight{running: map[string]bool{"eu-west": true}}
	for range clients() {
		s.answers = append(s.answers, answer{region: "eu-west", text: "127.0.1.1", scope: 17, ttl: 2})
	}
	next, _ := m.Update(s)
	view := next.View()
	for _, want := range []string{"[1] eu-west", "\x1b[32mrunning", "\x1b[31mdead", "London", "eu-west      127.0.1.1", "/17", "Press 1 to 4"} {
		if !strings.Contains(view, want) {
			t.Errorf("the screen doesn't show %q:\n%s", want, view)
		}
	}
}

// In plain lines a client is told of when its answer moves, and only then.
func TestPlainTellsWhatMoves(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*lookEvery)
	defer cancel()
	var out bytes.Buffer
	// Nothing listens there: every client gets no answer, once.
	d := &demo{Options: Options{Out: &out}, processes: newProcesses(nil), server: netip.MustParseAddrPort("127.0.1.98:9"), ctx: ctx}
	if err := d.plain(ctx); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(out.String(), "London"); got != 1 {
		t.Errorf("London is told of %d times:\n%s", got, out.String())
	}
}
