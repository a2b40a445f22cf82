package control_test

// Steered records as they come and go: what they share, and what stays theirs.

import (
	"net/netip"
	"testing"

	"meridian/config"
	"meridian/control"
	"meridian/dnsserver/answer"
	"meridian/view"
	"meridian/wire"
)

// two is a record of two regions with so much weight in one.
func two(weight float64, west, east string) *config.Steered {
	return &config.Steered{Endpoints: map[string]config.Endpoint{
		"eu-west": {Addresses: addrs(west), Weight: &weight}, "us-east": {Addresses: addrs(east)},
	}}
}

func (w *world) steer(owner string, s *config.Steered) {
	w.t.Helper()
	var c control.Change
	c.Zone(zoneName).Steer(wire.MustParseName(owner), s)
	w.commit(c)
}

func (w *world) shape(owner string) *view.Shape {
	return w.control.State().View.Zone(zoneName).Node(wire.MustParseName(owner)).Steered().Shape
}

// Records that differ in their addresses alone have one shape, whenever they come, and
// each answers with its own.
func TestEqualRecordsShareTheirShape(t *testing.T) {
	w := start(t, t.TempDir())
	w.commit(imported(t))
	w.steer("a.example.com.", two(1, "192.0.2.11", "192.0.2.21"))
	w.steer("b.example.com.", two(1, "192.0.2.12", "192.0.2.22"))
	w.steer("c.example.com.", two(2, "192.0.2.13", "192.0.2.23"))
	check := func() {
		t.Helper()
		if w.shape("a.example.com.") != w.shape("b.example.com.") {
			t.Error("a and b differ in their addresses alone, and in their shapes")
		}
		if w.shape("a.example.com.") == w.shape("c.example.com.") {
			t.Error("a and c differ in a weight, and share a shape")
		}
		for owner, want := range map[string]string{"a": "A 192.0.2.11", "b": "A 192.0.2.12", "c": "A 192.0.2.13"} {
			if got := w.ask(owner+".example.com.", "A", london); got != want {
				t.Errorf("%s: %q, want %q", owner, got, want)
			}
		}
	}
	check()
	before := w.shape("a.example.com.")
	w.commit(control.Change{Regions: map[string]*config.Region{"eu-west": {Location: config.Location{Lat: 53, Lon: -6, Set: true}}}})
	check()
	if w.shape("a.example.com.") == before {
		t.Error("a region has moved, and the shape still has the old table")
	}
	w = w.restart()
	check()
}

// An override is seen by queries that are answered from the view before it, and from one
// before the record changed. What goes together with its override stays as it was there.
func TestOverridesReachOldViews(t *testing.T) {
	w := start(t, t.TempDir())
	w.commit(imported(t))
	w.steer("a.example.com.", two(1, "192.0.2.11", "192.0.2.21"))
	oldest := w.control.State().View
	w.steer("a.example.com.", two(1, "192.0.2.12", "192.0.2.22"))
	old := w.control.State().View
	key := control.OverrideKey{Zone: zoneName, Owner: wire.MustParseName("a.example.com."), Endpoint: "eu-west"}
	w.commit(control.Change{Overrides: map[control.OverrideKey]*config.Override{key: {Force: config.ForceDown}}})
	want := func(when, inOldest, inOld, now string) {
		t.Helper()
		for v, want := range map[*view.View]string{oldest: inOldest, old: inOld, w.control.State().View: now} {
			present := w.shared
			w.shared = &answer.Shared{}
			w.shared.SetView(v)
			if got := w.ask("a.example.com.", "A", london); got != "A "+netip.MustParseAddr(want).String() {
				t.Errorf("%s, in the view of revision %d: %s, want %s", when, v.Revision, got, want)
			}
			w.shared = present
		}
	}
	want("forced down", "192.0.2.21", "192.0.2.22", "192.0.2.22")
	w.steer("a.example.com.", &config.Steered{Endpoints: map[string]config.Endpoint{"us-east": {Addresses: addrs("192.0.2.23")}}})
	want("without the endpoint", "192.0.2.21", "192.0.2.22", "192.0.2.23")
	w.steer("a.example.com.", two(1, "192.0.2.14", "192.0.2.24"))
	want("with it again", "192.0.2.11", "192.0.2.12", "192.0.2.14")
}
