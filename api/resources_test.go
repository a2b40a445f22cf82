package api_test

// Regions, topologies, checks and steered records, over the socket.

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"meridian/api"
	"meridian/config"
	"meridian/wire"
)

func TestRegionIsPutChangedAndDeleted(t *testing.T) {
	w := start(t)
	must := must[api.Outcome](t)
	put := must(w.PutRegion(w.ctx, api.Terms{}, "eu-west", region("aws:eu-west-1")))
	moved := must(w.PutRegion(w.ctx, api.Terms{}, "eu-west", config.Region{Location: region("50.1,8.6").Location, Capacity: 10}))
	back := must(w.PutRegion(w.ctx, api.Terms{DryRun: true}, "eu-west", region("50.1,8.6")))
	if want := "+ region eu-west: location aws:eu-west-1"; lines(put.Diff) != want {
		t.Errorf("the diff is\n%s\nwant\n%s", lines(put.Diff), want)
	}
	if want := "~ region eu-west: capacity set to 10\n~ region eu-west: location aws:eu-west-1 → [50.1, 8.6]"; lines(moved.Diff) != want {
		t.Errorf("the diff is\n%s\nwant\n%s", lines(moved.Diff), want)
	}
	if want := "~ region eu-west: capacity removed, was 10"; lines(back.Diff) != want || back.Revision != nil || !back.DryRun || !back.Changed() {
		t.Errorf("the dry run is %+v, want\n%s", back, want)
	}
	got, err := w.Region(w.ctx, "eu-west")
	want := api.Region{Name: "eu-west", Settings: config.Region{Location: region("50.1,8.6").Location, Capacity: 10}, State: "up", Why: "no check"}
	if diff := cmp.Diff(want, got, cmp.Comparer(sameAddr)); diff != "" || err != nil {
		t.Errorf("the region is not as wanted, %v:\n%s", err, diff)
	}
	must(w.DeleteRegion(w.ctx, api.Terms{}, "eu-west"))
	if list, err := w.Regions(w.ctx); err != nil || len(list) != 0 {
		t.Errorf("after its deletion there are %+v, %v", list, err)
	}
}

func sameAddr(a, b netip.Addr) bool { return a == b }

func TestTopologyIsPutAndListed(t *testing.T) {
	w := start(t)
	w.furnish()
	settings := config.Topology{
		Default: []string{"us-east", "eu-west"},
		Clients: []config.ClientRow{{Country: "IS", Order: []string{"us-east"}}, {CIDR: netip.MustParsePrefix("2001:db8::/32"), Never: []string{"us-east"}}},
	}
	put := must[api.Outcome](t)(w.PutTopology(w.ctx, api.Terms{}, "world", settings))
	if want := "+ topology world: clients.0 {country: IS, order: [us-east]}, clients.1 {cidr: 2001:db8::/32, never: [us-east]}, default [us-east, eu-west]"; lines(put.Diff) != want {
		t.Errorf("the diff is\n%s\nwant\n%s", lines(put.Diff), want)
	}
	record := steered("web")
	record.Topology = "world"
	must[api.Outcome](t)(w.PutSteered(w.ctx, api.Terms{}, "app.example.com", "api", record))
	got, err := w.Topologies(w.ctx)
	same := cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })
	if diff := cmp.Diff([]api.Topology{{Name: "world", Settings: settings, UsedBy: 1}}, got, same); diff != "" || err != nil {
		t.Errorf("the topologies are not as wanted, %v:\n%s", err, diff)
	}
	_, err = w.DeleteTopology(w.ctx, api.Terms{}, "world")
	refused(t, err, api.ErrRefused, `zones.app.example.com.steered.api.topology: there is no topology "world" (define it under topologies, or name one of those that there are)`)
	if one, err := w.Topology(w.ctx, "world"); err != nil || one.UsedBy != 1 {
		t.Errorf("the topology is %+v, %v", one, err)
	}
}

func TestCheckShowsItsTargets(t *testing.T) {
	w := start(t)
	w.furnish()
	bad := steered("web")
	bad.Endpoints["eu-west"] = config.Endpoint{Addresses: []netip.Addr{netip.MustParseAddr("192.0.2.66")}}
	must[api.Outcome](t)(w.PutSteered(w.ctx, api.Terms{}, "app.example.com", "www", bad))
	probed := must[api.Outcome](t)(w.PutCheck(w.ctx, api.Terms{}, "web", config.Check{Kind: config.KindHTTP, Path: "/healthz", Fall: 1, Interval: config.Duration(100 * time.Millisecond)}))
	if want := "~ check web: fall set to 1\n~ check web: interval set to 100ms"; lines(probed.Diff) != want {
		t.Errorf("the diff is\n%s\nwant\n%s", lines(probed.Diff), want)
	}
	w.probe(2)
	list, err := w.Checks(w.ctx)
	if err != nil || len(list) != 1 || list[0].Up != 1 || list[0].Down != 1 || list[0].New != 0 || list[0].Targets != nil {
		t.Fatalf("the checks are %+v, %v", list, err)
	}
	check, err := w.Check(w.ctx, "web")
	if err != nil || len(check.Targets) != 2 {
		t.Fatalf("the check is %+v, %v", check, err)
	}
	down := check.Targets[0]
	if down.Target != "http://www.app.example.com/healthz at 192.0.2.66:80" || down.State != "down" || down.LastOK || down.LastFound != "as the test says" || down.Since.IsZero() {
		t.Errorf("the target is %+v", down)
	}
	if diff := cmp.Diff([]api.Use{{Zone: "app.example.com.", Owner: "www", Endpoint: "eu-west"}}, down.UsedBy); diff != "" {
		t.Errorf("its users are not as wanted:\n%s", diff)
	}
	record, err := w.SteeredRecord(w.ctx, "app.example.com", "www")
	if err != nil || record.Up != 1 || record.Total != 2 {
		t.Fatalf("the steered record is %+v, %v", record, err)
	}
	if e := record.Endpoints[0]; e.Up || e.State != "down" || len(e.Down) != 1 || e.Down[0].String() != "192.0.2.66" {
		t.Errorf("the endpoint is %+v", e)
	}
	status, err := w.Status(w.ctx)
	if err != nil || status.Endpoints != (api.States{Up: 1, Down: 1}) || status.Targets != (api.States{Up: 1, Down: 1}) {
		t.Errorf("the status counts %+v and %+v, %v", status.Endpoints, status.Targets, err)
	}
}

func TestRegionWithACheckOfItsOwn(t *testing.T) {
	w := start(t)
	must := must[api.Outcome](t)
	must(w.PutCheck(w.ctx, api.Terms{}, "tcp", config.Check{Kind: config.KindTCP, Port: 443}))
	settings := region("aws:eu-west-1")
	settings.Check, settings.Address = "tcp", netip.MustParseAddr("192.0.2.1")
	must(w.PutRegion(w.ctx, api.Terms{}, "eu-west", settings))
	got, err := w.Region(w.ctx, "eu-west")
	if err != nil || got.State != "new" || got.Why != "not probed yet" {
		t.Errorf("the region is %+v, %v", got, err)
	}
	_, err = w.DeleteCheck(w.ctx, api.Terms{}, "tcp")
	refused(t, err, api.ErrRefused, `regions.eu-west.check: there is no check "tcp" (define it under checks, or name one of those that there are)`)
	must(w.DeleteRegion(w.ctx, api.Terms{}, "eu-west"))
	must(w.DeleteCheck(w.ctx, api.Terms{}, "tcp"))
}

func TestSteeredRecordIsPutChangedAndDeleted(t *testing.T) {
	w := start(t)
	w.furnish()
	must := must[api.Outcome](t)
	settings := steered("")
	settings.TTL, settings.WhenAllDown = config.Duration(time.Minute), config.WhenAllDown{Mode: config.LastGood}
	put := must(w.PutSteered(w.ctx, api.Terms{}, "app.example.com.", "www.app.example.com.", settings))
	want := `~ app.example.com. SOA serial 2026112400 → 2026112401
~ steered www.app.example.com.: check removed, was web
~ steered www.app.example.com.: ttl set to 1m0s
~ steered www.app.example.com.: when_all_down set to last-good`
	if lines(put.Diff) != want {
		t.Errorf("the diff is\n%s\nwant\n%s", lines(put.Diff), want)
	}
	must(w.PutSteered(w.ctx, api.Terms{}, "app.example.com", "@", steered("")))
	list, err := w.Steered(w.ctx, "app.example.com")
	if err != nil || len(list) != 2 || list[0].Owner != "@" || list[1].Owner != "www" || list[1].Up != 3 || list[1].Endpoints != nil {
		t.Fatalf("the list is %+v, %v", list, err)
	}
	same := []cmp.Option{cmp.Comparer(sameAddr), cmp.Comparer(func(a, b wire.Name) bool { return a == b })}
	if diff := cmp.Diff(settings, list[1].Settings, same...); diff != "" {
		t.Errorf("the settings are not as they were put:\n%s", diff)
	}
	must(w.DeleteSteered(w.ctx, api.Terms{}, "app.example.com", "@"))
	_, err = w.DeleteSteered(w.ctx, api.Terms{}, "app.example.com", "@")
	refused(t, err, api.ErrNotFound, "there is no steered record app.example.com.")
	_, err = w.SteeredRecord(w.ctx, "app.example.com", "nope")
	refused(t, err, api.ErrNotFound, "there is no steered record nope.app.example.com.")
	_, err = w.Steered(w.ctx, "elsewhere.example")
	refused(t, err, api.ErrNotFound, "there is no zone elsewhere.example.")
}
