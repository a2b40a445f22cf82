package explain_test

// The world that is explained: a real store, control and checker, zones with all that can
// lie on the way of an answer, and probes that find some addresses dead.

import (
	"context"
	"log/slog"
	"net/netip"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"meridian/config"
	"meridian/control"
	"meridian/dnsserver/answer"
	"meridian/explain"
	"meridian/geoip"
	"meridian/geoip/mmdbtest"
	"meridian/healthcheck"
	"meridian/steering"
	"meridian/store"
	"meridian/view"
	"meridian/wire"
	"meridian/zones"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

const apex = wire.Name("\x07example\x03com\x00")

const parentZone = `$ORIGIN example.com.
$TTL 300
@      SOA   ns1 hostmaster 1 3600 900 604800 60
       NS    ns1
ns1    A     192.0.2.53
www    A     192.0.2.80
to-www CNAME www
to-geo CNAME geo
twice  CNAME to-geo
away   CNAME www.example.net.
loop   CNAME pool
pool   CNAME loop
old    DNAME new
geo.new A    192.0.2.81
grow   DNAME a.grow
a-geo  ALIAS geo
a-cdn  ALIAS cdn
a-out  ALIAS lb.example.net.
a-late ALIAS late.example.net.
a-nil  ALIAS www AAAA
a-two  ALIAS to-www
child  NS    ns.child
sub    NS    ns.example.net.
ns.child A   192.0.2.54
`

const childZone = `$ORIGIN child.example.com.
$TTL 300
@      SOA   ns hostmaster 1 3600 900 604800 60
       NS    ns
ns     A     192.0.2.54
`

type world struct {
	control *control.Control
	checker *healthcheck.Checker
	flips   chan healthcheck.Flip
	ctx     context.Context
	cells   cells
}

// cells are what resolvers found.
type cells map[wire.Name]*view.Cell

func (c cells) Acquire(name wire.Name, typ uint16) *view.Cell {
	if typ != wire.TypeA {
		return &view.Cell{}
	}
	if c[name] == nil {
		c[name] = &view.Cell{}
	}
	return c[name]
}

func (c cells) Release(wire.Name, uint16) {}

// Probe finds everything up but 192.0.2.66 and the region's 192.0.2.200.
func (w *world) Probe(_ context.Context, t healthcheck.Target) healthcheck.Result {
	if a := t.Address.Addr(); a == netip.MustParseAddr("192.0.2.66") || a == netip.MustParseAddr("192.0.2.200") {
		return healthcheck.Result{Reason: "connection refused"}
	}
	return healthcheck.Result{OK: true, Reason: "connected"}
}

// newWorld is a server whose checker probes nothing until probe.
func newWorld(t testing.TB) *world {
	t.Helper()
	now := func() time.Time { return noon }
	ctx, cancel := context.WithCancel(t.Context())
	st, err := store.Open(filepath.Join(t.TempDir(), "meridian.db"), store.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{ctx: ctx, cells: cells{}, flips: make(chan healthcheck.Flip, 100)}
	w.checker = healthcheck.New(healthcheck.Options{Prober: w, OnFlip: func(f healthcheck.Flip) { w.flips <- f }})
	w.control, err = control.New(ctx, control.Options{
		Store: st, Geo: smallGeo(t), Checker: w.checker, Shared: &answer.Shared{}, Logger: slog.New(slog.DiscardHandler), Aliases: w.cells, Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() { _ = w.control.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	w.commit(t, furniture(t))
	return w
}

// smallGeo knows where three networks of IPv4 and one of IPv6 are.
func smallGeo(t testing.TB) *geoip.Databases {
	t.Helper()
	at := func(country string, lat, lon float64) mmdbtest.Map {
		return mmdbtest.Map{"country": mmdbtest.Map{"iso_code": country}, "location": mmdbtest.Map{"latitude": lat, "longitude": lon}}
	}
	geo, err := geoip.Open(mmdbtest.Write(t, mmdbtest.DB{Networks: map[string]mmdbtest.Map{
		"20.0.0.0/9": at("IE", 53.3, -6.3), "20.128.0.0/9": at("US", 38.9, -77.4), "30.0.0.0/8": at("US", 38.9, -77.4), "2a00::/16": at("IE", 53.3, -6.3),
	}}))
	if err != nil {
		t.Fatal(err)
	}
	return geo
}

func (w *world) commit(t testing.TB, c control.Change) {
	t.Helper()
	if _, err := w.control.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

func furniture(t testing.TB) control.Change {
	t.Helper()
	c := control.Change{
		Regions: map[string]*config.Region{
			"eu": {Location: config.Location{Lat: 53.3, Lon: -6.3, Set: true}},
			"us": {Location: config.Location{Lat: 38.9, Lon: -77.4, Set: true}},
			"ap": {Location: config.Location{Lat: 1.3, Lon: 103.8, Set: true}, Check: "tcp", Address: netip.MustParseAddr("192.0.2.200")},
		},
		Topologies: map[string]*config.Topology{"world": {
			Default: []string{"us", "eu", "ap"},
			Clients: []config.ClientRow{{CIDR: netip.MustParsePrefix("30.9.0.0/16"), Order: []string{"ap"}, Never: []string{"us"}}},
		}},
		Checks: map[string]*config.Check{"tcp": {Kind: "tcp", Port: 80, Rise: 1, Fall: 1}},
	}
	c.Zone(apex).Contents = parse(t, parentZone)
	c.Zone("\x05child" + apex).Contents = parse(t, childZone)
	c.Zone(name("empty.example.")).Create = true
	geo := map[string]config.Endpoint{
		"eu":     {Addresses: addresses("192.0.2.66", "2001:db8::66")},
		"us":     {Addresses: addresses("192.0.2.20", "192.0.2.21", "2001:db8::20")},
		"ap":     {Addresses: addresses("192.0.2.30", "2001:db8::30")},
		"canary": {Region: "us", Addresses: addresses("192.0.2.22")},
	}
	c.Zone(apex).Steer(name("geo.example.com."), &config.Steered{Topology: "world", Check: "tcp", Endpoints: geo, HTTPS: &config.HTTPS{ALPN: []string{"h2"}}})
	c.Zone(apex).Steer(name("*.wild.example.com."), &config.Steered{Policy: config.PolicyFailover, Check: "tcp",
		WhenAllDown: config.WhenAllDown{Fallback: []config.Fallback{{Address: netip.MustParseAddr("192.0.2.99")}}},
		Endpoints:   map[string]config.Endpoint{"eu": {Addresses: addresses("192.0.2.11")}, "ap": {Addresses: addresses("192.0.2.31"), Tier: 2}}})
	c.Zone(apex).Steer(name("cdn.example.com."), &config.Steered{Topology: "world", Endpoints: map[string]config.Endpoint{
		"eu": {Name: "geo.example.com."}, "us": {Name: "lb.example.net."}, "ap": {Name: "to-www.example.com."},
	}})
	return c
}

func parse(t testing.TB, text string) *zones.Contents {
	t.Helper()
	c, problems := zones.Parse("zone", []byte(text), "", nil, zones.ReadOptions{})
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return c
}

func name(text string) wire.Name { return wire.MustParseName(text) }

func addresses(texts ...string) (all []netip.Addr) {
	for _, text := range texts {
		all = append(all, netip.MustParseAddr(text))
	}
	return all
}

// probe has the checker probe until every target has flipped.
func (w *world) probe(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithCancel(w.ctx)
	done := make(chan error)
	go func() { done <- w.checker.Run(ctx) }()
	for range w.checker.Targets() {
		<-w.flips
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// words are the health words on which some answer depends.
func (w *world) words() (all []*steering.Word) {
	for _, node := range w.control.State().Steered() {
		for typ := range node.Steered().Types() {
			all = append(all, typ.Words().Words...)
			for _, e := range typ.Choice.Endpoints {
				all = append(all, e.RegionHealth)
			}
		}
	}
	return slices.DeleteFunc(all, func(w *steering.Word) bool { return w == nil })
}

func (w *world) explain(t testing.TB, qname string, qtype uint16, client string) *explain.Explanation {
	t.Helper()
	e, err := explain.Explain(w.control, w.checker, name(qname), qtype, netip.MustParsePrefix(client), noon)
	if err != nil {
		t.Fatal(err)
	}
	return e
}
