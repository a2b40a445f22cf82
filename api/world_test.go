package api_test

// A server without DNS sockets: a real store, control and checker behind a real admin
// socket, and a client of it.

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"meridian/api"
	"meridian/config"
	"meridian/control"
	"meridian/dnsserver/answer"
	"meridian/geoip"
	"meridian/healthcheck"
	"meridian/store"
	"meridian/wire"
	"meridian/zones"
)

// geo is compiled once: it is immutable.
var geo = sync.OnceValue(geoip.Embedded)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// world is one server and a client of it.
type world struct {
	*api.Client
	t       testing.TB
	control *control.Control
	checker *healthcheck.Checker
	store   *store.Bolt
	deps    api.Deps
	ctx     context.Context
	flips   chan healthcheck.Flip
}

// probe has the checker probe until as many targets have flipped.
func (w *world) probe(flips int) {
	ctx, cancel := context.WithCancel(w.ctx)
	done := make(chan error)
	go func() { done <- w.checker.Run(ctx) }()
	for range flips {
		<-w.flips
	}
	cancel()
	if err := <-done; err != nil {
		w.t.Error(err)
	}
}

// prober finds everything up but 192.0.2.66.
type prober struct{}

func (prober) Probe(_ context.Context, t healthcheck.Target) healthcheck.Result {
	ok := t.Address.Addr() != netip.MustParseAddr("192.0.2.66")
	return healthcheck.Result{OK: ok, Reason: "as the test says"}
}

// start makes a server whose checker probes nothing until probe.
func start(t testing.TB) *world {
	t.Helper()
	flips := make(chan healthcheck.Flip, 100)
	now := func() time.Time { return noon }
	ctx, cancel := context.WithCancel(t.Context())
	st, err := store.Open(filepath.Join(t.TempDir(), "meridian.db"), store.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	checker := healthcheck.New(healthcheck.Options{Prober: prober{}, OnFlip: func(f healthcheck.Flip) { flips <- f }})
	logger := slog.New(slog.DiscardHandler)
	c, err := control.New(ctx, control.Options{Store: st, Geo: geo(), Checker: checker, Shared: &answer.Shared{}, Logger: logger, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, control: c, checker: checker, store: st, ctx: ctx, flips: flips, deps: api.Deps{
		Control: c, Checker: checker, Logger: logger, Now: now,
		Info: api.Info{Version: "test", Started: noon.Add(-90 * time.Minute), Listen: []string{"127.0.0.1:5300"}, Admin: "unix", Config: []api.Setting{}},
	}}
	var running sync.WaitGroup
	running.Go(func() { _ = c.Run(ctx) })
	ln := listen(t, "unix:"+filepath.Join(socketFolder(t), "admin.sock"), "")
	running.Go(func() {
		if err := ln.Serve(ctx, api.NewHandler(w.deps), logger); err != nil {
			t.Error(err)
		}
	})
	w.Client = dial(t, ln.Server(), "")
	t.Cleanup(func() {
		w.Close()
		cancel()
		running.Wait()
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// socketFolder is a folder whose path is short enough for a socket's.
func socketFolder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "meridian")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func listen(t testing.TB, addr, token string) *api.Listener {
	t.Helper()
	ln, err := api.Listen(t.Context(), addr, token)
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

func dial(t testing.TB, server, token string) *api.Client {
	t.Helper()
	c, err := api.NewClient(server, token)
	if err != nil {
		t.Fatal(err)
	}
	c.Author = "ann"
	return c
}

// must is for what has to succeed.
func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// refused holds an error against the kind and message that it must have.
func refused(t testing.TB, err error, kind error, message string) {
	t.Helper()
	if err == nil {
		t.Fatalf("there is no error, want: %s", message)
	}
	if !errors.Is(err, kind) || err.Error() != message {
		t.Errorf("the error is %T (%v: %t)\n  %s\nwant\n  %s", err, kind, errors.Is(err, kind), err, message)
	}
}

const appZone = `$TTL 300
@    SOA ns1 hostmaster 7 3600 900 604800 300
@    NS  ns1
ns1  A   192.0.2.53
mail A   192.0.2.25
@    MX  10 mail
`

// zoneFile reads master file text as an import would send it.
func zoneFile(t testing.TB, zone, text string) api.ImportZone {
	t.Helper()
	name := wire.MustParseName(zone)
	contents, problems := zones.Parse(strings.TrimSuffix(zone, ".")+".zone", []byte(text), name, nil, zones.ReadOptions{})
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return api.ImportZone{Zone: zone, Records: api.RecordsOf(contents, zones.ReadOptions{})}
}

func (w *world) importZone(zone, text string) api.Outcome {
	w.t.Helper()
	return must[api.Outcome](w.t)(w.Import(w.ctx, api.Terms{}, api.Import{Zones: []api.ImportZone{zoneFile(w.t, zone, text)}}))
}

// regions puts two of them.
func (w *world) regions() {
	w.t.Helper()
	must := must[api.Outcome](w.t)
	must(w.PutRegion(w.ctx, api.Terms{}, "eu-west", region("aws:eu-west-1")))
	must(w.PutRegion(w.ctx, api.Terms{}, "us-east", region("38.9,-77.4")))
}

// furnish puts two regions, a check, a zone and a steered record.
func (w *world) furnish() {
	w.t.Helper()
	w.regions()
	must := must[api.Outcome](w.t)
	must(w.PutCheck(w.ctx, api.Terms{}, "web", config.Check{Kind: config.KindHTTP, Path: "/healthz"}))
	w.importZone("app.example.com.", appZone)
	must(w.PutSteered(w.ctx, api.Terms{}, "app.example.com", "www", steered("web")))
}

func region(location string) config.Region {
	l, err := config.ParseLocation(location)
	if err != nil {
		panic(err)
	}
	return config.Region{Location: l}
}

// steered is a record with endpoints in both regions.
func steered(check string) config.Steered {
	return config.Steered{Check: check, Endpoints: map[string]config.Endpoint{
		"eu-west": {Addresses: []netip.Addr{netip.MustParseAddr("192.0.2.10"), netip.MustParseAddr("2001:db8::10")}},
		"us-east": {Addresses: []netip.Addr{netip.MustParseAddr("198.51.100.10")}},
	}}
}

func lines(list []string) string { return strings.Join(list, "\n") }

func sortedLines(list []string) string {
	return lines(slices.Sorted(slices.Values(list)))
}
