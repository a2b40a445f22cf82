package metrics

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"meridian/config"
	"meridian/dnsserver/answer"
	"meridian/geoip"
	"meridian/healthcheck"
	"meridian/steering"
	"meridian/view"
	"meridian/wire"
)

// world is a server of so many steered names, two endpoints each, and targets.
func world(t *testing.T, base *geoip.Base, names, targets int) Sources {
	t.Helper()
	regions := []string{"east", "west"}
	table, err := steering.NewTable(base, steering.NewTopology("", config.Topology{}, nil), regions, regions)
	if err != nil {
		t.Fatal(err)
	}
	down := &steering.Word{}
	down.Store(steering.NewHealth(steering.Down, steering.ReasonProbed, 0, 0, 1))
	edit := view.NewZone(wire.MustParseName("example.com")).Edit()
	east, west := steering.NewEndpoint("east", 0, 1, 1), steering.NewEndpoint("west", 1, 1, 1)
	east.Regional, west.Regional = &steering.Switch{}, &steering.Switch{}
	set := steering.NewSet(table, []steering.Endpoint{east, west})
	shape := view.NewShape(config.Steered{}, []view.TypeShape{{Type: wire.TypeA, Choice: set}}, nil)
	for i := range names {
		edit.Steer(wire.MustParseName(fmt.Sprintf("n%06d.example.com", i)), &view.Steered{Shape: shape, Words: []*steering.Word{down, nil}})
	}
	shared := &answer.Shared{}
	shared.SetView((&view.View{}).With(7, []*view.Zone{edit.Done()}, nil))
	return Sources{
		Responders:  []*answer.Responder{answer.NewResponder(shared, answer.Settings{}), answer.NewResponder(shared, answer.Settings{})},
		RegionSlots: func() []string { return regions },
		Records:     shared,
		Targets:     func() []healthcheck.TargetStatus { return statuses(targets) },
		Unsaved:     func() int { return 0 },
		Tables:      func() []*steering.Table { return []*steering.Table{table} },
		GeoBytes:    func() int { return base.Info().Bytes },
		UDP:         func() UDPCounts { return UDPCounts{ReceiveDrops: 5, SendErrors: 6} },
		TCP:         func() TCPCounts { return TCPCounts{Open: 3, Accepted: 9, GaveWayOfClient: 2, GaveWayOfAll: 1} },
		StaleSecret: func() bool { return true },
	}
}

func embedded(t *testing.T) *geoip.Base {
	t.Helper()
	base, err := geoip.EmbeddedBase()
	if err != nil {
		t.Fatal(err)
	}
	return base
}

// statuses are targets, every second of which differs from the one before in its
// settings alone.
func statuses(n int) []healthcheck.TargetStatus {
	list := make([]healthcheck.TargetStatus, n)
	for i := range list {
		check := config.Check{Kind: config.KindTCP, Port: 80, Fall: 1 + i%2}
		addr := netip.AddrFrom4([4]byte{10, byte(i >> 17), byte(i >> 9), byte(i >> 1)})
		list[i] = healthcheck.TargetStatus{Target: healthcheck.NewTarget(check, addr, ""), State: steering.Up, Flips: 3}
	}
	return list
}

// scrapeAll returns the lines of one scrape, without comments.
func scrapeAll(t *testing.T, m *Metrics) []string {
	t.Helper()
	code, body := fetch(m.Handler(func() error { return nil }), "/metrics")
	if code != http.StatusOK {
		t.Fatalf("GET /metrics: %d\n%s", code, body)
	}
	return slices.DeleteFunc(strings.Split(strings.TrimSpace(body), "\n"), func(s string) bool { return strings.HasPrefix(s, "#") })
}

func fetch(h http.Handler, path string) (int, string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	body, _ := io.ReadAll(w.Result().Body)
	return w.Code, string(body)
}

// busy gives every histogram and label of what is told as it happens a series.
func busy(m *Metrics) {
	for _, kind := range []string{config.KindHTTP, config.KindHTTPS, config.KindTCP} {
		for _, ok := range []bool{true, false} {
			m.ObserveProbe(
				healthcheck.NewTarget(config.Check{Kind: kind, Port: 1}, netip.MustParseAddr("192.0.2.1"), "x"),
				healthcheck.Result{OK: ok, Phases: healthcheck.Phases{Connect: 1, TLS: 1, FirstByte: 1}})
		}
	}
	for _, to := range []steering.State{steering.New, steering.Down, steering.Up} {
		m.ObserveFlip(healthcheck.Flip{To: to})
	}
	m.ObserveView(time.Millisecond)
}

func TestSeries(t *testing.T) {
	m := New("v1")
	m.Show(world(t, embedded(t), 1, 3))
	m.ObserveFlip(healthcheck.Flip{To: steering.Down})
	lines := scrapeAll(t, m)
	for _, want := range []string{
		`meridian_build_info{version="v1"} 1`,
		`meridian_revision 7`,
		`meridian_zones 1`,
		`meridian_class_tables 1`,
		`meridian_endpoint_up{endpoint="east",name="n000000.example.com.",region="east",type="A",zone="example.com."} 0`,
		`meridian_endpoint_up{endpoint="west",name="n000000.example.com.",region="west",type="A",zone="example.com."} 1`,
		`meridian_targets{state="up"} 3`,
		`meridian_targets{state="down"} 0`,
		`meridian_flips_total{to="down"} 1`,
		`meridian_responses_total{rcode="NOERROR",transport="udp"} 0`,
		`meridian_responses_truncated_total 0`,
		`meridian_tcp_connections 3`,
		`meridian_udp_receive_drops_total 5`,
		`meridian_udp_send_errors_total 6`,
		`meridian_tcp_connections_accepted_total 9`,
		`meridian_tcp_connections_closed_for_newcomers_total{limit="client"} 2`,
		`meridian_tcp_connections_closed_for_newcomers_total{limit="all"} 1`,
		`meridian_cookie_secrets_stale 1`,
		`meridian_metrics_series_dropped_total 0`,
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("there is no line %s in\n%s", want, strings.Join(lines, "\n"))
		}
	}
	targets := slices.DeleteFunc(lines, func(s string) bool { return !strings.HasPrefix(s, "meridian_target_up{") })
	if len(targets) != 3 {
		t.Errorf("3 targets have %d series: %q", len(targets), targets)
	}
}

// The bound holds whatever there is much of, cuts the same series at every scrape, and
// says how many it cut.
func TestBound(t *testing.T) {
	base := embedded(t)
	for _, test := range []struct{ names, targets int }{{0, 6000}, {6000, 0}, {4000, 4000}, {100, 100_000}} {
		t.Run(fmt.Sprintf("%d names, %d targets", test.names, test.targets), func(t *testing.T) {
			m := New("v1")
			busy(m)
			m.Show(world(t, base, test.names, test.targets))
			first, second := scrapeAll(t, m), scrapeAll(t, m)
			if len(first) > MaxSeries || len(first) < MaxSeries-reserved {
				t.Errorf("%d series, want at most %d and nearly that", len(first), MaxSeries)
			}
			all := 2*test.names + 2*test.targets
			dropped := all - count(first, "meridian_endpoint_up{") - count(first, "meridian_target_up{") - count(first, "meridian_target_flips_total{")
			for i, lines := range [][]string{first, second} {
				want := fmt.Sprintf("meridian_metrics_series_dropped_total %d", dropped*(i+1))
				if test.targets == 100_000 {
					want = "meridian_metrics_series_dropped_total " // written with an exponent
				}
				if count(lines, want) != 1 {
					t.Errorf("scrape %d has no line %s", i+1, want)
				}
			}
			if diff := cmp.Diff(ours(first), ours(second)); diff != "" {
				t.Errorf("two scrapes have different series: %s", diff)
			}
		})
	}
}

func count(lines []string, prefix string) int {
	n := 0
	for _, line := range lines {
		if strings.HasPrefix(line, prefix) {
			n++
		}
	}
	return n
}

// ours are the series with labels that grow with the configuration.
func ours(lines []string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(s string) bool {
		return !strings.HasPrefix(s, "meridian_endpoint") && !strings.HasPrefix(s, "meridian_target")
	})
}

// What is collected apart from the budget has its room.
func TestReservedIsEnough(t *testing.T) {
	m := New("v1")
	busy(m)
	if n := len(scrapeAll(t, m)); n > reserved {
		t.Errorf("%d series are collected apart, and %d are reserved", n, reserved)
	}
}

func TestHealthAndReadiness(t *testing.T) {
	why := fmt.Errorf("not loaded yet")
	h := New("v1").Handler(func() error { return why })
	if code, _ := fetch(h, "/healthz"); code != http.StatusOK {
		t.Errorf("/healthz: %d", code)
	}
	if code, body := fetch(h, "/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(body, "not loaded yet") {
		t.Errorf("/readyz: %d %s", code, body)
	}
	why = nil
	if code, _ := fetch(h, "/readyz"); code != http.StatusOK {
		t.Errorf("/readyz: %d", code)
	}
	if code, _ := fetch(h, "/nothing"); code != http.StatusNotFound {
		t.Errorf("/nothing: %d", code)
	}
}
