package control_test

// The way of one change, from a Change to what a query sees.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"

	"meridian/config"
	"meridian/control"
	"meridian/dnsserver/answer"
	"meridian/geoip"
	"meridian/healthcheck"
	"meridian/steering"
	"meridian/store"
	"meridian/wire"
	"meridian/zones"
)

// geo is compiled once: it is immutable.
var geo = sync.OnceValue(geoip.Embedded)

// world is one server without sockets: a store on disk, a control, and a prober whose
// probes succeed but at the addresses that are dead.
type world struct {
	cells   *cells
	t       testing.TB
	dir     string
	store   *store.Bolt
	control *control.Control
	checker *healthcheck.Checker
	shared  *answer.Shared
	dead    *deadAddresses
	clock   *atomic.Int64 // seconds
	silent  bool          // the checker of the next start doesn't probe
	log     bytes.Buffer  // of the control
	stop    func()
}

type deadAddresses struct {
	sync.Map
	watched netip.Addr   // of which target
	ended   atomic.Int64 // the last probe ended, in nanoseconds
}

func (d *deadAddresses) Probe(_ context.Context, t healthcheck.Target) healthcheck.Result {
	_, dead := d.Load(t.Address.Addr())
	if t.Address.Addr() == d.watched {
		defer func() { d.ended.Store(time.Now().UnixNano()) }()
	}
	return healthcheck.Result{OK: !dead, Reason: "as the test says"}
}

func start(t testing.TB, dir string) *world { return startWith(t, dir, true) }

func startWith(t testing.TB, dir string, probing bool) *world {
	t.Helper()
	return startOn(t, dir, geo(), probing)
}

func startOn(t testing.TB, dir string, g *geoip.Databases, probing bool) *world {
	t.Helper()
	var err error
	w := &world{t: t, dir: dir, shared: &answer.Shared{}, cells: newCells(), dead: &deadAddresses{watched: netip.MustParseAddr("192.0.2.10")}, clock: &atomic.Int64{}}
	w.clock.Store(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC).Unix())
	now := func() time.Time { return time.Unix(w.clock.Load(), 0).UTC() }
	if w.store, err = store.Open(filepath.Join(dir, "meridian.db"), store.Options{Now: now}); err != nil {
		t.Fatal(err)
	}
	w.checker = healthcheck.New(healthcheck.Options{Prober: w.dead, Verdicts: w.store})
	ctx, cancel := context.WithCancel(t.Context())
	if err := w.checker.Load(ctx); err != nil {
		t.Fatal(err)
	}
	w.control, err = control.New(ctx, control.Options{
		Store: w.store, Geo: g, Tables: filepath.Join(dir, "tables"), Checker: w.checker, Shared: w.shared,
		Logger: slog.New(slog.NewTextHandler(&w.log, nil)), Now: now, Aliases: w.cells,
	})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() { w.control.Run(ctx) })
	<-w.control.Ready()
	if probing {
		wg.Go(func() { w.checker.Run(ctx) })
	}
	w.stop = sync.OnceFunc(func() {
		cancel()
		wg.Wait()
		w.store.Close()
	})
	t.Cleanup(w.stop)
	return w
}

// restart is the same folder in a new process.
func (w *world) restart() *world {
	w.t.Helper()
	w.stop()
	return startWith(w.t, w.dir, !w.silent)
}

func (w *world) commit(c control.Change) control.Result {
	w.t.Helper()
	r, err := w.control.Commit(w.t.Context(), c)
	if err != nil {
		w.t.Fatalf("committing: %v", err)
	}
	return r
}

// refused commits and returns what the change was refused for.
func (w *world) refused(c control.Change) string {
	w.t.Helper()
	before := w.control.State()
	_, err := w.control.Commit(w.t.Context(), c)
	if err == nil {
		w.t.Fatal("the change was not refused")
	}
	if w.control.State() != before {
		w.t.Error("a refused change made a new state")
	}
	return err.Error()
}

// question packs a question with a client subnet, or without where client is "".
func question(t testing.TB, name, typ, client string) []byte {
	t.Helper()
	m := new(dns.Msg).SetQuestion(name, dns.StringToType[typ])
	m.SetEdns0(1232, false)
	if client != "" {
		p := netip.MustParsePrefix(client)
		family := uint16(1)
		if p.Addr().Is6() {
			family = 2
		}
		m.IsEdns0().Option = append(m.IsEdns0().Option, &dns.EDNS0_SUBNET{Code: dns.EDNS0SUBNET, Family: family, SourceNetmask: uint8(p.Bits()), Address: p.Addr().AsSlice()})
	}
	packet, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return packet
}

// ask is the answer section for a client subnet, a record a line: "A 192.0.2.1".
func (w *world) ask(name, typ, client string) string {
	w.t.Helper()
	packet := question(w.t, name, typ, client)
	buf := make([]byte, 65535)
	n := answer.NewResponder(w.shared, answer.Settings{}).Answer(buf, packet, answer.Arrival{Client: netip.MustParseAddr("127.0.0.1"), Over: answer.TCP})
	var reply dns.Msg
	if err := reply.Unpack(buf[:n]); err != nil {
		w.t.Fatal(err)
	}
	if reply.Rcode != dns.RcodeSuccess || len(reply.Answer) == 0 {
		if reply.Rcode == dns.RcodeSuccess {
			return "NODATA"
		}
		return dns.RcodeToString[reply.Rcode]
	}
	var lines []string
	for _, rr := range reply.Answer {
		fields := strings.Fields(rr.String())
		lines = append(lines, strings.Join(fields[3:], " "))
	}
	return strings.Join(lines, "; ")
}

// eventually waits for what a probe brings about.
func (w *world) eventually(want string, got func() string) {
	w.t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for got() != want {
		if time.Now().After(deadline) {
			w.t.Fatalf("got %q, want %q", got(), want)
		}
		time.Sleep(time.Millisecond)
	}
}

// allUp waits until every target was found up.
func (w *world) allUp() {
	w.t.Helper()
	w.eventually("all up", func() string {
		for _, target := range w.checker.Targets() {
			if target.State != steering.Up {
				return target.Target.String() + " is " + target.State.String()
			}
		}
		return "all up"
	})
}

const zoneText = `$ORIGIN example.com.
$TTL 300
@ SOA ns1 hostmaster 7 3600 900 604800 60
@ NS ns1
ns1 A 192.0.2.53
www2 A 192.0.2.99
`

func contents(t testing.TB, text string) *zones.Contents {
	c, problems := zones.Parse("example.com.zone", []byte(text), "", nil, zones.ReadOptions{})
	if err := problems.Err(); err != nil {
		panic(err)
	}
	return c
}

var (
	zoneName = wire.MustParseName("example.com.")
	www      = wire.MustParseName("www.example.com.")
)

// imported is the change that brings the zone, three regions, a check, and www steered.
func imported(t testing.TB) control.Change {
	c := control.Change{
		Author: "test", Message: "import",
		Regions: map[string]*config.Region{
			"eu-west": {Location: config.Location{Text: "aws:eu-west-1", Set: true}},
			"us-east": {Location: config.Location{Lat: 38.9, Lon: -77.4, Set: true}},
			"ap":      {Location: config.Location{Text: "aws:ap-southeast-1", Set: true}},
		},
		Checks: map[string]*config.Check{"web": {Kind: "tcp", Port: 80, Interval: config.Duration(100 * time.Millisecond), Fall: 1, Rise: 1}},
	}
	c.Zone(zoneName).Contents = contents(t, zoneText)
	c.Zone(zoneName).Steer(www, &config.Steered{Check: "web", Endpoints: map[string]config.Endpoint{
		"eu-west": {Addresses: addrs("192.0.2.10", "2001:db8::10")},
		"us-east": {Addresses: addrs("192.0.2.20")},
		"ap":      {Addresses: addrs("192.0.2.30", "2001:db8::30")},
	}})
	return c
}

func addrs(texts ...string) []netip.Addr {
	var all []netip.Addr
	for _, text := range texts {
		all = append(all, netip.MustParseAddr(text))
	}
	return all
}

// Clients of three continents, by address space that has been theirs for decades.
const (
	london    = "81.2.69.0/24"
	virginia  = "128.143.0.0/16"
	singapore = "137.132.0.0/16"
)

func TestNearestHealthyRegion(t *testing.T) {
	w := start(t, t.TempDir())
	if got := w.ask("www.example.com.", "A", london); got != "REFUSED" {
		t.Errorf("before the zone: %s", got)
	}
	w.commit(imported(t))
	for client, want := range map[string]string{london: "A 192.0.2.10", virginia: "A 192.0.2.20", singapore: "A 192.0.2.30"} {
		w.eventually(want, func() string { return w.ask("www.example.com.", "A", client) })
	}
	// us-east has no IPv6: its clients get the nearest region that has.
	w.eventually("AAAA 2001:db8::10", func() string { return w.ask("www.example.com.", "AAAA", virginia) })

	w.dead.Store(netip.MustParseAddr("192.0.2.10"), true)
	w.eventually("A 192.0.2.20", func() string { return w.ask("www.example.com.", "A", london) })
	w.dead.Delete(netip.MustParseAddr("192.0.2.10"))
	w.eventually("A 192.0.2.10", func() string { return w.ask("www.example.com.", "A", london) })
}

func TestOverridesMoveClientsAndOutliveRestarts(t *testing.T) {
	w := start(t, t.TempDir())
	w.commit(imported(t))
	w.allUp()
	region := control.OverrideKey{Region: "eu-west"}
	endpoint := control.OverrideKey{Zone: zoneName, Owner: www, Endpoint: "us-east"}
	drain := func(key control.OverrideKey, o *config.Override) {
		w.commit(control.Change{Author: "ann", Overrides: map[control.OverrideKey]*config.Override{key: o}})
	}
	drain(region, &config.Override{Drain: 1, Reason: "maintenance"})
	if got := w.ask("www.example.com.", "A", london); got != "A 192.0.2.20" {
		t.Errorf("eu-west drained: %s", got)
	}
	drain(endpoint, &config.Override{Force: config.ForceDown})
	if got := w.ask("www.example.com.", "A", london); got != "A 192.0.2.30" {
		t.Errorf("eu-west drained and us-east force-down: %s", got)
	}
	w = w.restart()
	w.eventually("A 192.0.2.30", func() string { return w.ask("www.example.com.", "A", london) })
	w.commit(control.Change{Overrides: map[control.OverrideKey]*config.Override{region: nil, endpoint: nil}})
	w.eventually("A 192.0.2.10", func() string { return w.ask("www.example.com.", "A", london) })
}

func TestOverrideExpires(t *testing.T) {
	w := start(t, t.TempDir())
	w.commit(imported(t))
	w.allUp()
	until := time.Unix(w.clock.Load()+3600, 0)
	key := control.OverrideKey{Region: "eu-west"}
	w.commit(control.Change{Overrides: map[control.OverrideKey]*config.Override{key: {Drain: 1, Expires: until}}})
	if got := w.ask("www.example.com.", "A", london); got != "A 192.0.2.20" {
		t.Errorf("drained: %s", got)
	}
	w.clock.Add(3601)
	// The writer looks at the clock again with the next change.
	w.commit(control.Change{Regions: map[string]*config.Region{"af": {Location: config.Location{Text: "ZA", Set: true}}}})
	w.eventually("A 192.0.2.10", func() string { return w.ask("www.example.com.", "A", london) })
	if _, still := w.control.State().Overrides[key]; still {
		t.Error("the expired override is still in the state")
	}
}

func TestSerialsOnlyGoForward(t *testing.T) {
	w := start(t, t.TempDir())
	serial := func() string { return strings.Fields(w.ask("example.com.", "SOA", ""))[3] }
	set := func(addr string) {
		c := control.Change{}
		s, err := zones.ParseRecord("txt A "+addr, zoneName, 60)
		if err != nil {
			t.Fatal(err)
		}
		c.Zone(zoneName).RRsets = []zones.RRset{s}
		w.commit(c)
	}
	w.commit(imported(t))
	if serial() != "7" {
		t.Errorf("a new zone has the file's serial, not %s", serial())
	}
	if r := w.commit(imported(t)); r.Revision.Number != 0 {
		t.Errorf("the same again made revision %d", r.Revision.Number)
	}
	set("192.0.2.1")
	if serial() != "2026112400" {
		t.Errorf("after a change: %s", serial())
	}
	set("192.0.2.2")
	if serial() != "2026112401" {
		t.Errorf("after two changes: %s", serial())
	}
	r := w.commit(imported(t))
	if serial() != "2026112402" || len(r.Notes) != 1 {
		t.Errorf("a file with an old serial: %s, notes %q", serial(), r.Notes)
	}
	revision := w.control.State().Revision()
	set("192.0.2.3")
	w.commit(control.Change{Overrides: map[control.OverrideKey]*config.Override{{Region: "ap"}: {Drain: 1}}})
	if serial() != "2026112403" {
		t.Errorf("an override moved the serial: %s", serial())
	}
	if _, err := w.control.Rollback(t.Context(), "ann", "", revision, false); err != nil {
		t.Fatal(err)
	}
	if serial() != "2026112404" {
		t.Errorf("a rollback: %s", serial())
	}
	if got := w.ask("txt.example.com.", "A", ""); got != "NXDOMAIN" {
		t.Errorf("rolled back, and still %s", got)
	}
	if len(w.control.State().Overrides) != 1 {
		t.Error("the rollback touched an override")
	}
	w = w.restart()
	if serial() != "2026112404" {
		t.Errorf("after a restart: %s", serial())
	}
}

func TestRefusedWhole(t *testing.T) {
	w := start(t, t.TempDir())
	w.commit(imported(t))
	steer := func(s *config.Steered) control.Change {
		c := control.Change{}
		c.Zone(zoneName).Steer(wire.MustParseName("x.example.com."), s)
		return c
	}
	one := map[string]config.Endpoint{"eu-west": {Addresses: addrs("192.0.2.1")}}
	static := control.Change{}
	set, _ := zones.ParseRecord("www A 192.0.2.1", zoneName, 60)
	good, _ := zones.ParseRecord("good A 192.0.2.1", zoneName, 60)
	static.Zone(zoneName).RRsets = []zones.RRset{good, set}
	fence := control.Change{Topologies: map[string]*config.Topology{"t": {Clients: []config.ClientRow{{Country: "GB", Only: []string{"ap"}}}}}}
	fence.Zone(zoneName).Steer(wire.MustParseName("x.example.com."), &config.Steered{Topology: "t", Endpoints: one})
	cut := control.Change{}
	ns, _ := zones.ParseRecord("sub NS ns.x", zoneName, 60)
	cut.Zone(zoneName).RRsets = []zones.RRset{ns}
	w.commit(cut)
	cut = control.Change{}
	cut.Zone(zoneName).Steer(wire.MustParseName("ns.x.example.com."), &config.Steered{Endpoints: one})
	for _, test := range []struct {
		name   string
		change control.Change
		want   string
	}{
		{"unknown region", steer(&config.Steered{Endpoints: map[string]config.Endpoint{"eu-wets": {Addresses: addrs("192.0.2.1")}}}), "did you mean eu-west?"},
		{"unknown check", steer(&config.Steered{Check: "wed", Endpoints: one}), `there is no check "wed" (did you mean web?)`},
		{"a region in use", control.Change{Regions: map[string]*config.Region{"ap": nil}}, `zones.example.com.steered.www.endpoints.ap`},
		{"a check in use", control.Change{Checks: map[string]*config.Check{"web": nil}}, `zones.example.com.steered.www.check: there is no check "web"`},
		{"a static RRset of a steered type", static, "www.example.com. has static records of type A, which is steered there"},
		{"a zone that isn't there", control.Change{Zones: map[wire.Name]*control.ZoneChange{wire.MustParseName("example.org."): {RRsets: []zones.RRset{set}}}}, "there is no zone example.org."},
		{"a fence that leaves nothing", fence, "the row {country: GB} leaves these clients no region"},
		{"a name server of a zone cut that becomes a steered name", cut, "sub.example.com."},
		{"an override of nothing", control.Change{Overrides: map[control.OverrideKey]*config.Override{{Region: "xx"}: {Drain: 1}}}, "there is no region xx"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := w.refused(test.change); !strings.Contains(got, test.want) {
				t.Errorf("refused with\n%s\nwhich doesn't say\n%s", got, test.want)
			}
		})
	}
	if got := w.ask("good.example.com.", "A", ""); got != "NXDOMAIN" {
		t.Errorf("half of a refused change was applied: %s", got)
	}
}

func TestConflict(t *testing.T) {
	w := start(t, t.TempDir())
	w.commit(imported(t))
	base := w.control.State().Revision()
	region := func(lat float64) map[string]*config.Region {
		return map[string]*config.Region{"ap": {Location: config.Location{Lat: lat, Lon: 100, Set: true}}}
	}
	w.commit(control.Change{Regions: region(1)})
	if _, err := w.control.Commit(t.Context(), control.Change{Base: base, Regions: region(2)}); !errors.Is(err, store.ErrConflict) {
		t.Errorf("a change on an old base: %v", err)
	}
	w.commit(control.Change{Base: base, Checks: map[string]*config.Check{"new": {Kind: "tcp", Port: 1}}})
}

// Many changes at once are each planned on the one before and share durable writes.
func TestChangesAtOnce(t *testing.T) {
	w := start(t, t.TempDir())
	w.commit(imported(t))
	const changes = 100
	var wg sync.WaitGroup
	for i := range changes {
		wg.Go(func() {
			c := control.Change{}
			c.Zone(zoneName).Steer(wire.MustParseName(fmt.Sprintf("s%d.example.com.", i)), &config.Steered{
				Endpoints: map[string]config.Endpoint{"eu-west": {Addresses: addrs(fmt.Sprintf("198.51.100.%d", i))}},
			})
			if _, err := w.control.Commit(t.Context(), c); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	check := func() {
		for i := range changes {
			if got, want := w.ask(fmt.Sprintf("s%d.example.com.", i), "A", london), fmt.Sprintf("A 198.51.100.%d", i); got != want {
				t.Errorf("s%d: %s, want %s", i, got, want)
			}
		}
	}
	check()
	if got := w.control.State().Revision(); got != changes+1 {
		t.Errorf("%d revisions, want %d", got, changes+1)
	}
	w = w.restart()
	check()
}

func TestDeletedZoneIsGone(t *testing.T) {
	w := start(t, t.TempDir())
	w.commit(imported(t))
	w.commit(control.Change{Overrides: map[control.OverrideKey]*config.Override{{Zone: zoneName, Owner: www, Endpoint: "ap"}: {Drain: 1}}})
	w.commit(control.Change{Zones: map[wire.Name]*control.ZoneChange{zoneName: {Delete: true}}})
	if got := w.ask("www.example.com.", "A", london); got != "REFUSED" {
		t.Errorf("deleted: %s", got)
	}
	if len(w.checker.Targets()) != 0 {
		t.Errorf("still probed: %v", w.checker.Targets())
	}
	if len(w.control.State().Overrides) != 0 {
		t.Error("the override of a deleted endpoint is still there")
	}
	w = w.restart()
	if got := w.ask("www.example.com.", "A", london); got != "REFUSED" {
		t.Errorf("deleted and restarted: %s", got)
	}
	w.commit(imported(t))
	w.eventually("A 192.0.2.10", func() string { return w.ask("www.example.com.", "A", london) })
}

// A zone that is configured and has no records is an error of ours, not the name's.
func TestZoneNeverLoaded(t *testing.T) {
	w := start(t, t.TempDir())
	w.commit(control.Change{Zones: map[wire.Name]*control.ZoneChange{zoneName: {Create: true}}})
	if got := w.ask("www.example.com.", "A", ""); got != "SERVFAIL" {
		t.Errorf("never loaded: %s", got)
	}
}

// After a restart nobody is sent to a region that was dead before it.
func TestVerdictsOutliveRestarts(t *testing.T) {
	w := start(t, t.TempDir())
	w.commit(imported(t))
	w.allUp()
	w.dead.Store(netip.MustParseAddr("192.0.2.10"), true)
	w.eventually("A 192.0.2.20", func() string { return w.ask("www.example.com.", "A", london) })
	w.stop()
	w.silent = true
	w = w.restart()
	if got := w.ask("www.example.com.", "A", london); got != "A 192.0.2.20" {
		t.Errorf("after the restart, before any probe: %s", got)
	}
}

// An endpoint that is added isn't taken before its first probe succeeds.
func TestNewEndpointWaitsForItsProbe(t *testing.T) {
	w := start(t, t.TempDir())
	c := imported(t)
	w.commit(c)
	w.allUp()
	w.dead.Store(netip.MustParseAddr("192.0.2.11"), true)
	s := *c.Zone(zoneName).Steered[www]
	s.Endpoints = map[string]config.Endpoint{
		"eu-west": {Addresses: addrs("192.0.2.11")},
		"us-east": s.Endpoints["us-east"],
	}
	next := control.Change{}
	next.Zone(zoneName).Steer(www, &s)
	w.commit(next)
	if got := w.ask("www.example.com.", "A", london); got != "A 192.0.2.20" {
		t.Errorf("a new endpoint was taken unprobed: %s", got)
	}
	w.dead.Delete(netip.MustParseAddr("192.0.2.11"))
	w.eventually("A 192.0.2.11", func() string { return w.ask("www.example.com.", "A", london) })
}

// HTTPS is steered as addresses are, once over endpoints with any address: hints of both
// families are one endpoint's, and only those that are up.
func TestHTTPS(t *testing.T) {
	w := start(t, t.TempDir())
	c := imported(t)
	s := c.Zone(zoneName).Steered[www]
	s.HTTPS = &config.HTTPS{ALPN: []string{"h3", "h2"}, Port: 8443}
	w.commit(c)
	w.allUp()
	https := func(client string) string { return w.ask("www.example.com.", "HTTPS", client) }
	for client, want := range map[string]string{
		london:   `HTTPS 1 . alpn="h3,h2" port="8443" ipv4hint="192.0.2.10" ipv6hint="2001:db8::10"`,
		virginia: `HTTPS 1 . alpn="h3,h2" port="8443" ipv4hint="192.0.2.20"`,
	} {
		if got := https(client); got != want {
			t.Errorf("%s: %s\nwant %s", client, got, want)
		}
	}
	w.dead.Store(netip.MustParseAddr("192.0.2.10"), true)
	w.eventually(`HTTPS 1 . alpn="h3,h2" port="8443" ipv6hint="2001:db8::10"`, func() string { return https(london) })
	w.dead.Store(netip.MustParseAddr("2001:db8::10"), true)
	w.eventually(`HTTPS 1 . alpn="h3,h2" port="8443" ipv4hint="192.0.2.20"`, func() string { return https(london) })
	for _, dead := range []string{"192.0.2.20", "192.0.2.30", "2001:db8::30"} {
		w.dead.Store(netip.MustParseAddr(dead), true)
	}
	// Nothing is up: as if all were.
	w.eventually(`HTTPS 1 . alpn="h3,h2" port="8443" ipv4hint="192.0.2.10" ipv6hint="2001:db8::10"`, func() string { return https(london) })

	fallback := *s
	fallback.WhenAllDown = config.WhenAllDown{Fallback: []config.Fallback{{Address: netip.MustParseAddr("2001:db8::99")}, {Address: netip.MustParseAddr("192.0.2.99")}}}
	next := control.Change{}
	next.Zone(zoneName).Steer(www, &fallback)
	w.commit(next)
	if got, want := https(london), `HTTPS 1 . alpn="h3,h2" port="8443" ipv4hint="192.0.2.99" ipv6hint="2001:db8::99"`; got != want {
		t.Errorf("fallback: %s, want %s", got, want)
	}
	static := control.Change{}
	set, _ := zones.ParseRecord("www HTTPS 1 . alpn=h2", zoneName, 60)
	static.Zone(zoneName).RRsets = []zones.RRset{set}
	if got := w.refused(static); !strings.Contains(got, "has static records of type HTTPS, which is steered there") {
		t.Error(got)
	}
}

func TestSOACantBeDeleted(t *testing.T) {
	w := start(t, t.TempDir())
	w.commit(imported(t))
	c := control.Change{}
	c.Zone(zoneName).RRsets = []zones.RRset{{Owner: zoneName, Type: wire.TypeSOA}}
	if got, want := w.refused(c), "example.com. can't be without its SOA record (put another in its place, or delete the zone)"; got != want {
		t.Errorf("refused with %q, want %q", got, want)
	}
}
