package api_test

// Apply and export: a manifest's way in, whole or not at all.

import (
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"meridian/api"
	"meridian/config"
)

// manifest names two regions, a check, and a zone with its records and one steered record.
func manifest(t *testing.T) api.Apply {
	records := zoneFile(t, "app.example.com.", appZone).Records
	return api.Apply{
		Regions: map[string]config.Region{"eu-west": region("aws:eu-west-1"), "us-east": region("38.9,-77.4")},
		Checks:  map[string]config.Check{"web": {Kind: config.KindHTTP}},
		Zones: map[string]api.ApplyZone{
			"app.example.com": {Records: &records, Steered: map[string]config.Steered{"www": steered("web")}},
		},
		Digest: "sha256:1",
	}
}

func TestApplyIsOneRevisionAndIdempotent(t *testing.T) {
	w := start(t)
	must := must[api.Outcome](t)
	dry := must(w.Apply(w.ctx, api.Terms{DryRun: true}, manifest(t)))
	if dry.Revision != nil || w.control.State().Revision() != 0 {
		t.Errorf("a dry run makes revision %v", dry.Revision)
	}
	first := must(w.Apply(w.ctx, api.Terms{}, manifest(t)))
	if first.Revision.Number != 1 || lines(dry.Diff) != lines(first.Diff) {
		t.Errorf("it did %+v and said that it would do %+v", first, dry)
	}
	if want := "~ manifest applied: sha256:1"; first.Diff[len(first.Diff)-1] != want {
		t.Errorf("the diff's last line is %q, want %q", first.Diff[len(first.Diff)-1], want)
	}
	again := must(w.Apply(w.ctx, api.Terms{}, manifest(t)))
	if again.Changed() || again.Revision != nil || again.AlreadyApplied {
		t.Errorf("applying the same again changes\n%s", lines(again.Diff))
	}
}

func TestApplyUnlessApplied(t *testing.T) {
	w := start(t)
	must := must[api.Outcome](t)
	must(w.Apply(w.ctx, api.Terms{}, manifest(t)))
	must(w.DeleteSteered(w.ctx, api.Terms{}, "app.example.com", "www"))
	m := manifest(t)
	m.UnlessApplied = true
	if out := must(w.Apply(w.ctx, api.Terms{}, m)); !out.AlreadyApplied || out.Changed() {
		t.Errorf("a manifest that was applied last is looked at again: %+v", out)
	}
	if m.Digest = "sha256:2"; !must(w.Apply(w.ctx, api.Terms{}, m)).Changed() {
		t.Error("another manifest is not applied")
	}
	if status, err := w.Status(w.ctx); err != nil || status.Applied != "sha256:2" {
		t.Errorf("the digest in force is %q, %v", status.Applied, err)
	}
	m.Digest = ""
	_, err := w.Apply(w.ctx, api.Terms{}, m)
	refused(t, err, api.ErrBadRequest, "unless_applied needs the manifest's digest")
}

// A part that isn't there stays as it is; one that is there and empty is emptied.
func TestApplyChangesWhatItNames(t *testing.T) {
	w := start(t)
	must := must[api.Outcome](t)
	must(w.Apply(w.ctx, api.Terms{}, manifest(t)))
	must(w.PutSteered(w.ctx, api.Terms{}, "app.example.com", "api", steered("")))

	nothing := must(w.Apply(w.ctx, api.Terms{}, api.Apply{Zones: map[string]api.ApplyZone{"app.example.com": {}}}))
	if nothing.Changed() {
		t.Errorf("a zone that is only named changes\n%s", lines(nothing.Diff))
	}
	// The steered set is whole: api goes, www stays as it is.
	one := must(w.Apply(w.ctx, api.Terms{}, api.Apply{Zones: map[string]api.ApplyZone{"app.example.com.": {Steered: map[string]config.Steered{"www": steered("web")}}}}))
	if want := "~ app.example.com. SOA serial 2026112400 → 2026112401\n- steered api.app.example.com."; lines(one.Diff) != want {
		t.Errorf("the diff is\n%s\nwant\n%s", lines(one.Diff), want)
	}
	empty := must(w.Apply(w.ctx, api.Terms{}, api.Apply{Zones: map[string]api.ApplyZone{"app.example.com.": {Steered: map[string]config.Steered{}}}}))
	if want := "~ app.example.com. SOA serial 2026112401 → 2026112402\n- steered www.app.example.com."; lines(empty.Diff) != want {
		t.Errorf("the diff is\n%s\nwant\n%s", lines(empty.Diff), want)
	}
}

func TestApplyPrunesOnlyWhenAsked(t *testing.T) {
	w := start(t)
	must := must[api.Outcome](t)
	must(w.Apply(w.ctx, api.Terms{}, manifest(t)))
	must(w.PutRegion(w.ctx, api.Terms{}, "old", region("IS")))
	must(w.PutTopology(w.ctx, api.Terms{}, "old", config.Topology{Default: []string{"old"}}))
	must(w.PutCheck(w.ctx, api.Terms{}, "old", config.Check{Kind: config.KindTCP, Port: 1}))
	must(w.CreateZone(w.ctx, api.Terms{}, api.NewZone{Name: "old.example"}))
	must(w.Override(w.ctx, api.Terms{}, api.OverrideRequest{Verb: api.VerbDrain, Use: api.Use{Region: "old"}}))
	if out := must(w.Apply(w.ctx, api.Terms{}, manifest(t))); out.Changed() {
		t.Errorf("without prune it changes\n%s", lines(out.Diff))
	}
	m := manifest(t)
	m.Prune = true
	out := must(w.Apply(w.ctx, api.Terms{}, m))
	want := "- region old\n- topology old\n- check old\n- zone old.example.\n- override of region old"
	if lines(out.Diff) != want {
		t.Errorf("the diff is\n%s\nwant\n%s", lines(out.Diff), want)
	}
	if out := must(w.Apply(w.ctx, api.Terms{}, m)); out.Changed() {
		t.Errorf("pruning again changes\n%s", lines(out.Diff))
	}
}

// What is wrong is told all at once, and nothing of the rest is done.
func TestBadApplyLeavesNothingHalfApplied(t *testing.T) {
	w := start(t)
	m := manifest(t)
	zone := m.Zones["app.example.com"]
	bad := steered("nope")
	bad.Endpoints["mars"] = config.Endpoint{Addresses: []netip.Addr{netip.MustParseAddr("192.0.2.1")}}
	zone.Steered["ns1"] = bad
	zone.Steered["NS1.app.example.com."] = steered("web")
	m.Zones["APP.example.com."] = api.ApplyZone{}
	m.Zones["a..b"] = api.ApplyZone{}
	_, err := w.Apply(w.ctx, api.Terms{}, m)
	refused(t, err, api.ErrRefused, `zones.a..b: the zone name "a..b": the name has an empty label (two dots in a row, or a dot first)
zones.app.example.com: the zone app.example.com. is there twice`)
	delete(m.Zones, "APP.example.com.")
	delete(m.Zones, "a..b")
	delete(zone.Steered, "NS1.app.example.com.")
	_, err = w.Apply(w.ctx, api.Terms{}, m)
	refused(t, err, api.ErrRefused, `app.example.com.zone:3:1: app.example.com. is delegated to ns1.app.example.com., which is a steered name (give the name server a name with addresses of its own)
app.example.com.zone:4:1: ns1.app.example.com. has static records of type A, which is steered there (remove the static records, or the steered one)
zones.app.example.com.steered.ns1.check: there is no check "nope" (define it under checks, or name one of those that there are)
zones.app.example.com.steered.ns1.endpoints.mars: endpoint "mars" says no region, and there is no region of its name (set region:, or name the endpoint as its region)`)
	status, err := w.Status(w.ctx)
	if err != nil || status.Revision != 0 || status.Zones+status.Regions+status.Checks+status.Steered != 0 {
		t.Errorf("after a refused apply the server has %+v, %v", status, err)
	}
}

func TestExportIsWhatWasApplied(t *testing.T) {
	w := start(t)
	must := must[api.Outcome](t)
	m := manifest(t)
	must(w.Apply(w.ctx, api.Terms{}, m))
	must(w.CreateZone(w.ctx, api.Terms{}, api.NewZone{Name: "empty.example"}))
	must(w.Override(w.ctx, api.Terms{}, api.OverrideRequest{Verb: api.VerbDrain, Use: api.Use{Region: "eu-west"}}))
	e, err := w.Export(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	set := e.Set()
	if diff := cmp.Diff(m.Regions, set.Regions, cmp.Comparer(sameAddr)); diff != "" {
		t.Errorf("the regions differ:\n%s", diff)
	}
	if diff := cmp.Diff(m.Checks, set.Checks); diff != "" {
		t.Errorf("the checks differ:\n%s", diff)
	}
	if len(set.Steered) != 1 || len(e.Zones) != 2 || len(e.Overrides) != 1 {
		t.Fatalf("the export is %+v", e)
	}
	for zone, records := range set.Steered {
		owners := slices.Collect(maps.Keys(records))
		if zone.String() != "app.example.com." || len(owners) != 1 || !strings.HasPrefix(owners[0].String(), "www.") {
			t.Errorf("the steered records are %v in %s", owners, zone)
		}
		if diff := cmp.Diff(steered("web"), records[owners[0]], cmp.Comparer(sameAddr)); diff != "" {
			t.Errorf("the steered record differs:\n%s", diff)
		}
	}
}
