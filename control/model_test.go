package control_test

// Random changes, several at once, some on old bases, with restarts between: whatever
// becomes of each, the state is the store's, and everything that hangs on the state is
// as the state says.

import (
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"meridian/config"
	"meridian/control"
	"meridian/dnsserver/answer"
	"meridian/geoip"
	"meridian/geoip/mmdbtest"
	"meridian/healthcheck"
	"meridian/steering"
	"meridian/view"
	"meridian/wire"
	"meridian/zones"
)

var modelNames = []string{"a", "b", "c"}

func drawRegions(t *rapid.T, c *control.Change) {
	name := rapid.SampledFrom(modelNames).Draw(t, "region")
	c.Regions = map[string]*config.Region{name: nil}
	if rapid.IntRange(0, 3).Draw(t, "put") > 0 {
		r := &config.Region{Location: config.Location{Lat: float64(rapid.IntRange(0, 2).Draw(t, "lat")), Set: true}}
		if rapid.Bool().Draw(t, "checked") {
			r.Check, r.Address = "k", netip.MustParseAddr("192.0.2.200")
		}
		c.Regions[name] = r
	}
}

func drawCheck(t *rapid.T, c *control.Change) {
	c.Checks = map[string]*config.Check{"k": nil}
	if rapid.IntRange(0, 3).Draw(t, "put") > 0 {
		c.Checks["k"] = &config.Check{Kind: "tcp", Port: uint16(rapid.IntRange(1, 2).Draw(t, "port"))}
	}
}

func drawSteered(t *rapid.T, c *control.Change) {
	owner := wire.MustParseName(rapid.SampledFrom(modelNames).Draw(t, "owner") + ".example.com.")
	if rapid.IntRange(0, 3).Draw(t, "put") == 0 {
		c.Zone(zoneName).Steer(owner, nil)
		return
	}
	s := &config.Steered{Endpoints: map[string]config.Endpoint{}}
	for _, region := range modelNames[:rapid.IntRange(1, 3).Draw(t, "endpoints")] {
		e := config.Endpoint{Addresses: addrs(fmt.Sprintf("192.0.2.%d", rapid.IntRange(1, 3).Draw(t, "address"+region)+10*int(region[0]-'a')))}
		if rapid.Bool().Draw(t, "checked "+region) {
			e.Check = "k"
		}
		s.Endpoints[region] = e
	}
	c.Zone(zoneName).Steer(owner, s)
}

func drawOverride(t *rapid.T, c *control.Change) {
	key := control.OverrideKey{Region: rapid.SampledFrom(modelNames).Draw(t, "of region")}
	if rapid.Bool().Draw(t, "of an endpoint") {
		owner := wire.MustParseName(rapid.SampledFrom(modelNames).Draw(t, "of owner") + ".example.com.")
		key = control.OverrideKey{Zone: zoneName, Owner: owner, Endpoint: key.Region}
	}
	c.Overrides = map[control.OverrideKey]*config.Override{key: nil}
	if rapid.IntRange(0, 3).Draw(t, "put") > 0 {
		c.Overrides[key] = &config.Override{Drain: rapid.SampledFrom([]float64{0.5, 1}).Draw(t, "drain")}
	}
}

func drawZone(t *rapid.T, c *control.Change) {
	z := c.Zone(zoneName)
	switch rapid.IntRange(0, 3).Draw(t, "zone") {
	case 0:
		z.Delete = true
	case 1:
		z.Contents = contents(nil, zoneText)
	default:
		set, err := zones.ParseRecord(fmt.Sprintf("t TXT %d", rapid.IntRange(0, 3).Draw(t, "text")), zoneName, 60)
		if err != nil {
			t.Fatal(err)
		}
		if rapid.IntRange(0, 3).Draw(t, "delete record") == 0 {
			set.RDATA = nil
		}
		z.RRsets = []zones.RRset{set}
	}
}

func drawChange(t *rapid.T, head uint64) control.Change {
	var c control.Change
	draw := []func(*rapid.T, *control.Change){drawRegions, drawCheck, drawSteered, drawSteered, drawOverride, drawZone}
	rapid.SampledFrom(draw).Draw(t, "kind")(t, &c)
	if rapid.Bool().Draw(t, "with a base") {
		c.Base = head - min(head, uint64(rapid.IntRange(0, 3).Draw(t, "base")))
	}
	return c
}

// picture is what is compared of a state.
type picture struct {
	Revision  uint64
	Set       config.Set
	Overrides map[control.OverrideKey]config.Override
	Records   []string
	Targets   []string
}

func pictureOf(c *control.Control, checker *healthcheck.Checker) picture {
	s := c.State()
	p := picture{Revision: s.Revision(), Set: s.Set(), Overrides: s.Overrides}
	for z := range s.View.Zones() {
		for n := range z.Nodes() {
			for set := range n.Sets() {
				p.Records = append(p.Records, fmt.Sprintf("%s %d %d %x", n.Name(), set.Type(), set.TTL(), set.RDATA(z.Name)))
			}
			if n.Steered() != nil {
				p.Records = append(p.Records, steeredPicture(n))
			}
		}
	}
	slices.Sort(p.Records)
	for _, t := range checker.Targets() {
		p.Targets = append(p.Targets, fmt.Sprintf("%s held by %d", t.Target, t.Groups))
	}
	return p
}

func steeredPicture(n view.Node) string {
	text := n.Name().String()
	for typ := range n.Steered().Types() {
		text += fmt.Sprintf(" %d:", typ.Type)
		for i, e := range typ.Choice.Endpoints {
			health, _ := typ.Health(i)
			text += fmt.Sprintf(" %s in %s checked %v/%v %v", e.Name, typ.Choice.Table.Regions[e.Region], health != nil, e.RegionHealth != nil, typ.Hosts(i, typ.Type))
		}
	}
	return text
}

func TestStateIsTheStores(t *testing.T) {
	file := mmdbtest.Write(t, mmdbtest.DB{Networks: map[string]mmdbtest.Map{"20.0.0.0/8": {"location": mmdbtest.Map{"latitude": 1.0, "longitude": 1.0}}}})
	small, err := geoip.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		w := startOn(t, t.TempDir(), small, false)
		defer func() { w.stop() }()
		begin := control.Change{Regions: map[string]*config.Region{"a": {Location: config.Location{Lat: 1, Set: true}}}}
		begin.Checks = map[string]*config.Check{"k": {Kind: "tcp", Port: 1}}
		begin.Zone(zoneName).Contents = contents(t, zoneText)
		w.commit(begin)
		last := uint32(0)
		for range rapid.IntRange(1, 12).Draw(rt, "rounds") {
			var changes []control.Change
			for range rapid.IntRange(1, 4).Draw(rt, "at once") {
				changes = append(changes, drawChange(rt, w.control.State().Revision()))
			}
			var wg sync.WaitGroup
			for _, c := range changes {
				wg.Go(func() { w.control.Commit(t.Context(), c) })
			}
			wg.Wait()
			if rapid.IntRange(0, 9).Draw(rt, "restart") == 0 {
				w.stop()
				w = startOn(t, w.dir, small, false)
			}
			checkAgainstStore(rt, w, small)
			if z := w.control.State().View.Zone(zoneName); z != nil && z.Loaded() {
				if last != 0 && z.Serial != last && !zones.Greater(z.Serial, last) {
					rt.Fatalf("the serial went from %d to %d", last, z.Serial)
				}
				last = z.Serial
			}
		}
	})
}

// checkAgainstStore compares what runs with what a server would be that starts now.
func checkAgainstStore(t *rapid.T, w *world, geo *geoip.Databases) {
	if head := w.store.Head(); head != w.control.State().Revision() {
		t.Fatalf("the store is at revision %d, the state at %d", head, w.control.State().Revision())
	}
	for key, setting := range w.control.Switches() {
		if want := steering.SettingOf(w.control.State().Overrides[key]); setting != want {
			t.Fatalf("the switch of %s says %v, its override %v", key, setting, want)
		}
	}
	checker := healthcheck.New(healthcheck.Options{})
	fresh, err := control.New(w.t.Context(), control.Options{
		Store: w.store, Geo: geo, Checker: checker, Shared: &answer.Shared{},
		Logger: slog.New(slog.DiscardHandler), Now: time.Now,
	})
	if err != nil {
		t.Fatalf("starting on the store: %v", err)
	}
	fresh.Complete(w.t.Context())
	if diff := cmp.Diff(pictureOf(fresh, checker), pictureOf(w.control, w.checker), cmp.Comparer(func(a, b netip.Addr) bool { return a == b }), cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("a fresh start (-) and what runs (+):\n%s", diff)
	}
}
