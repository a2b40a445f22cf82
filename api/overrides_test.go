package api_test

// Overrides: drain and force leave each other be.

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"meridian/api"
	"meridian/config"
)

// say says a word of region eu-west.
func (w *world) say(word api.OverrideRequest) api.Outcome {
	w.t.Helper()
	word.Region = "eu-west"
	return must[api.Outcome](w.t)(w.Override(w.ctx, api.Terms{}, word))
}

func TestDrainAndForceAreIndependent(t *testing.T) {
	w := start(t)
	w.regions()
	half := 0.5
	drained := w.say(api.OverrideRequest{Verb: api.VerbDrain, Share: &half, Reason: "disks"})
	if want := "+ override of region eu-west: author ann, drain 0.5, reason disks, since 2026-11-24T12:00:00Z"; lines(drained.Diff) != want || drained.Revision.Message != "disks" {
		t.Errorf("the diff is %q (%q)\n%s\nwant\n%s", drained.Revision.Message, drained.Revision.Author, lines(drained.Diff), want)
	}
	w.say(api.OverrideRequest{Verb: api.VerbForceDown, Reason: "fire"})
	region, err := w.Region(w.ctx, "eu-west")
	want := &config.Override{Drain: 0.5, Force: "down", Reason: "disks; fire", Author: "ann", Since: noon}
	if diff := cmp.Diff(want, region.Override); diff != "" || err != nil {
		t.Errorf("the override is not as wanted, %v:\n%s", err, diff)
	}
	w.say(api.OverrideRequest{Verb: api.VerbForceUp})
	w.say(api.OverrideRequest{Verb: api.VerbUndrain})
	list, err := w.Overrides(w.ctx)
	if err != nil || len(list) != 1 || list[0].Region != "eu-west" || list[0].Force != "up" || list[0].Drain != 0 {
		t.Errorf("the overrides are %+v, %v", list, err)
	}
	if out := w.say(api.OverrideRequest{Verb: api.VerbUndrain}); out.Changed() || lines(out.Notes) != "region eu-west was not drained" {
		t.Errorf("undraining what isn't drained is %+v", out)
	}
	if out := w.say(api.OverrideRequest{Verb: api.VerbUnforce}); lines(out.Diff) != "- override of region eu-west" {
		t.Errorf("the diff is\n%s", lines(out.Diff))
	}
	if out := w.say(api.OverrideRequest{Verb: api.VerbUnforce}); out.Changed() || lines(out.Notes) != "region eu-west was not forced" {
		t.Errorf("unforcing what isn't forced is %+v", out)
	}
}

func TestEndpointIsForced(t *testing.T) {
	w := start(t)
	w.furnish()
	use := api.Use{Zone: "app.example.com", Owner: "www", Endpoint: "eu-west"}
	out := must[api.Outcome](t)(w.Override(w.ctx, api.Terms{Message: "try it"}, api.OverrideRequest{Verb: api.VerbForceUp, Use: use}))
	if want := "+ override of endpoint eu-west of www.app.example.com.: author ann, force up, since 2026-11-24T12:00:00Z"; lines(out.Diff) != want || out.Revision.Message != "try it" {
		t.Errorf("the diff is\n%s\nwant\n%s", lines(out.Diff), want)
	}
	record, err := w.SteeredRecord(w.ctx, "app.example.com", "www")
	if err != nil || record.Up != 2 || !record.Endpoints[0].Up || record.Endpoints[0].State != "new" || record.Endpoints[0].Override.Force != "up" {
		t.Errorf("the record is %+v, %v", record, err)
	}
	list, err := w.Overrides(w.ctx)
	if err != nil || len(list) != 1 || list[0].Use != (api.Use{Zone: "app.example.com.", Owner: "www", Endpoint: "eu-west"}) {
		t.Errorf("the overrides are %+v, %v", list, err)
	}
}

// A word with an expiry doesn't make the other half end early.
func TestTheLaterExpiryCounts(t *testing.T) {
	w := start(t)
	w.regions()
	w.say(api.OverrideRequest{Verb: api.VerbForceDown, Expires: noon.Add(2 * time.Hour)})
	out := w.say(api.OverrideRequest{Verb: api.VerbDrain, Expires: noon.Add(time.Hour)})
	if want := "drain and force of region eu-west have one expiry, the later one: both last until 2026-11-24T14:00:00Z"; lines(out.Notes) != want {
		t.Errorf("the notes are\n%s\nwant\n%s", lines(out.Notes), want)
	}
	out = w.say(api.OverrideRequest{Verb: api.VerbForceDown})
	if want := "drain and force of region eu-west have one expiry, the later one: both last until they are taken back"; lines(out.Notes) != want {
		t.Errorf("the notes are\n%s\nwant\n%s", lines(out.Notes), want)
	}
}

// Two operators at once lose neither's word.
func TestWordsSaidAtOnce(t *testing.T) {
	w := start(t)
	w.regions()
	var saying sync.WaitGroup
	for _, verb := range []string{api.VerbDrain, api.VerbForceDown} {
		saying.Go(func() { w.say(api.OverrideRequest{Verb: verb}) })
	}
	saying.Wait()
	list, err := w.Overrides(w.ctx)
	if err != nil || len(list) != 1 || list[0].Drain != 1 || list[0].Force != "down" {
		t.Errorf("the overrides are %+v, %v", list, err)
	}
}

func TestBadWords(t *testing.T) {
	w := start(t)
	w.furnish()
	two := 2.0
	eu := api.Use{Region: "eu-west"}
	for _, c := range []struct {
		word    api.OverrideRequest
		kind    error
		message string
	}{
		{api.OverrideRequest{Verb: "drane", Use: eu}, api.ErrRefused, `verb: expected value to be one of "drain, undrain, force-up, force-down, unforce"`},
		{api.OverrideRequest{Verb: api.VerbDrain}, api.ErrBadRequest, "an override speaks of a region, or of an endpoint by its zone, owner and endpoint: name one of them"},
		{api.OverrideRequest{Verb: api.VerbDrain, Use: api.Use{Region: "eu-west", Zone: "a"}}, api.ErrBadRequest, "an override speaks of a region, or of an endpoint by its zone, owner and endpoint: name one of them"},
		{api.OverrideRequest{Verb: api.VerbDrain, Use: eu, Share: &two}, api.ErrBadRequest, "2 is no share of clients: write a number above 0, up to 1 (everyone)"},
		{api.OverrideRequest{Verb: api.VerbForceUp, Use: eu, Share: &two}, api.ErrBadRequest, "force-up takes no share: only drain does"},
		{api.OverrideRequest{Verb: api.VerbUndrain, Use: eu, Expires: noon.Add(1)}, api.ErrBadRequest, "undrain takes back a word and can't expire"},
		{api.OverrideRequest{Verb: api.VerbDrain, Use: eu, Expires: noon}, api.ErrBadRequest, "the override would have expired already, at 2026-11-24T12:00:00Z: give a time ahead"},
		{api.OverrideRequest{Verb: api.VerbDrain, Use: api.Use{Region: "mars"}}, api.ErrNotFound, "there is no region mars"},
		{api.OverrideRequest{Verb: api.VerbDrain, Use: api.Use{Zone: "a.example", Owner: "www", Endpoint: "x"}}, api.ErrNotFound, "there is no steered record www.a.example. in zone a.example."},
		{api.OverrideRequest{Verb: api.VerbDrain, Use: api.Use{Zone: "app.example.com", Owner: "www", Endpoint: "x"}}, api.ErrNotFound, "the steered record www.app.example.com. has no endpoint x: it has eu-west, us-east"},
	} {
		_, err := w.Override(w.ctx, api.Terms{}, c.word)
		refused(t, err, c.kind, c.message)
	}
}
