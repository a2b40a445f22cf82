package answer

// The world that tests ask: zones in testdata, steered records of two regions, and the
// words and switches on which their answers depend.

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"testing"

	"meridian/config"
	"meridian/dnsserver/cookie"
	"meridian/geoip"
	"meridian/geoip/mmdbtest"
	"meridian/steering"
	"meridian/view"
	"meridian/wire"
	"meridian/zones"
)

type world struct {
	shared   Shared
	settings Settings
	now      int64
	secrets  *cookie.Secrets            // of FuzzAnswer
	tables   map[string]*steering.Table // by the topology's name
	words    map[string]*steering.Word  // by endpoint
	switches *steering.Switches         // of all records
	region   map[string]*steering.Switch
}

var regions = []string{"eu", "us"}

// newWorld has the zones example.com, with a child zone that it delegates (del) and one
// that it doesn't (kid), and loading.example, which was never loaded, with a child that was.
func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{secrets: cookie.Random(), tables: map[string]*steering.Table{}, words: map[string]*steering.Word{}, switches: &steering.Switches{}, region: map[string]*steering.Switch{}}
	base := smallBase(t)
	dublin, ashburn := []geoip.Point{{Lat: 53.3, Lon: -6.3, Weight: 1}}, []geoip.Point{{Lat: 38.9, Lon: -77.4, Weight: 1}}
	w.table(t, base, "world", config.Topology{
		Default: []string{"us", "eu"},
		Clients: []config.ClientRow{{CIDR: netip.MustParsePrefix("11.9.0.0/16"), Only: []string{"eu"}}},
	}, map[string][]geoip.Point{"eu": dublin, "us": ashburn})
	// Regions at one place have one order for all clients.
	w.table(t, base, "one place", config.Topology{Default: regions}, map[string][]geoip.Point{"eu": dublin, "us": dublin})
	for _, name := range regions {
		w.region[name] = &steering.Switch{}
	}
	e := w.load(t, "example.com.zone")
	w.steer(e, "geo.example.com.", "world", map[string][]string{
		"eu": {"198.51.100.1", "198.51.100.2", "2001:db8:e::1"},
		"us": {"198.51.100.65", "2001:db8:a::1"},
	}, "203.0.113.99")
	w.steer(e, "geo.new.example.com.", "world", map[string][]string{"eu": {"198.51.100.3"}, "us": {"198.51.100.67"}})
	w.steer(e, "*.anywhere.example.com.", "world", map[string][]string{"eu": {"198.51.100.4"}, "us": {"198.51.100.68"}})
	w.steer(e, "share.example.com.", "world", map[string][]string{"eu-a eu": {"198.51.100.5"}, "eu-b eu": {"198.51.100.6"}, "us": {"198.51.100.69"}})
	w.steer(e, "same.example.com.", "one place", map[string][]string{"eu": {"198.51.100.7"}, "us": {"198.51.100.71"}})
	w.steer(e, "cdn.example.com.", "world", map[string][]string{"eu": {"www.example.com."}, "us": {"us.cdn.example.net."}})
	w.steer(e, "around.example.com.", "world", map[string][]string{"eu": {"togeo.example.com."}, "us": {"around.example.com."}})
	var many []string
	for i := range config.MaxAddresses {
		many = append(many, fmt.Sprintf("2001:db8:e::%d", i))
	}
	w.steer(e, "*.many.example.com.", "world", map[string][]string{"eu": many})
	w.steerService(e, "web.example.com.", "world", map[string][]string{
		"eu": {"198.51.100.8", "198.51.100.9", "2001:db8:e::8"},
		"us": {"198.51.100.72", "2001:db8:a::8"},
	}, "203.0.113.98", "2001:db8:f::98")
	all := []*view.Zone{e.Done(), view.NewZone(wire.MustParseName("loading.example."))}
	for _, child := range []string{"kid.example.com.zone", "del.example.com.zone", "kid.loading.example.zone"} {
		all = append(all, w.load(t, child).Done())
	}
	w.shared.SetView(new(view.View).With(1, all, nil))
	return w
}

// smallBase knows where two networks of each family are.
func smallBase(t testing.TB) *geoip.Base {
	t.Helper()
	at := func(lat, lon float64) mmdbtest.Map {
		return mmdbtest.Map{"location": mmdbtest.Map{"latitude": lat, "longitude": lon}}
	}
	dublin, ashburn := at(53.3, -6.3), at(38.9, -77.4)
	base, err := geoip.OpenBase(mmdbtest.Write(t, mmdbtest.DB{Networks: map[string]mmdbtest.Map{
		"11.0.0.0/8": dublin, "12.0.0.0/8": ashburn, "2a00::/16": dublin, "2600::/16": ashburn,
	}}))
	if err != nil {
		t.Fatal(err)
	}
	return base
}

func (w *world) table(t testing.TB, base *geoip.Base, name string, settings config.Topology, places map[string][]geoip.Point) {
	t.Helper()
	table, err := steering.NewTable(base, steering.NewTopology(name, settings, places), regions, regions)
	if err != nil {
		t.Fatal(err)
	}
	w.tables[name] = table
}

// load begins a zone from its file in testdata.
func (w *world) load(t testing.TB, file string) *view.Edit {
	t.Helper()
	return loadFile(t, filepath.Join("testdata", file))
}

func loadFile(t testing.TB, file string) *view.Edit {
	t.Helper()
	contents, problems := zones.ReadFile(file, "", zones.ReadOptions{})
	if problems.Err() != nil {
		t.Fatal(problems)
	}
	e := view.NewZone(contents.Name).Edit()
	for s := range contents.All() {
		e.Put(s)
	}
	return e
}

func (w *world) word(endpoint string) *steering.Word {
	if w.words[endpoint] == nil {
		w.words[endpoint] = &steering.Word{}
		w.health(endpoint, steering.Up, 0)
	}
	return w.words[endpoint]
}

func (w *world) health(endpoint string, s steering.State, downAddresses uint16) {
	w.words[endpoint].Store(steering.NewHealth(s, steering.ReasonProbed, 0, downAddresses, 0))
}
