package api_test

// History, rollback, status and explanations, over the socket.

import (
	"strings"
	"testing"

	"meridian/api"
)

func TestHistoryAndRollback(t *testing.T) {
	w := start(t)
	must := must[api.Outcome](t)
	must(w.PutRegion(w.ctx, api.Terms{Message: "first"}, "eu-west", region("aws:eu-west-1")))
	must(w.PutRegion(w.ctx, api.Terms{Author: "bob"}, "eu-west", region("IS")))
	must(w.PutRegion(w.ctx, api.Terms{}, "us-east", region("US")))
	list, err := w.History(w.ctx, 2)
	if err != nil || len(list) != 2 || list[0].Number != 3 || list[1].Author != "bob" {
		t.Errorf("the history is %+v, %v", list, err)
	}
	if list, err = w.History(w.ctx, 0); err != nil || len(list) != 3 || list[2].Message != "first" {
		t.Errorf("the whole history is %+v, %v", list, err)
	}
	second, err := w.Revision(w.ctx, 2, 0)
	if err != nil || second.Author != "bob" || lines(second.Diff) != "~ region eu-west: location aws:eu-west-1 → IS" {
		t.Errorf("the revision is %+v, %v", second, err)
	}
	dry := must(w.Rollback(w.ctx, api.Terms{DryRun: true}, 1))
	want := "~ region eu-west: location IS → aws:eu-west-1\n- region us-east"
	if lines(dry.Diff) != want || dry.Revision != nil {
		t.Errorf("the rollback would be %+v", dry)
	}
	done := must(w.Rollback(w.ctx, api.Terms{Base: 3}, 1))
	if lines(done.Diff) != want || done.Revision.Number != 4 || done.Revision.Message != "roll back to revision 1" || done.Revision.Author != "ann" {
		t.Errorf("the rollback is %+v", done)
	}
	_, err = w.Rollback(w.ctx, api.Terms{Base: 3}, 1)
	refused(t, err, api.ErrConflict, "the newest revision is 4 and not 3 any more: look at the diff again")
	for _, none := range []uint64{0, 9} {
		message := "there is no revision " + string('0'+byte(none)) + ": the newest is 4"
		_, err = w.Rollback(w.ctx, api.Terms{}, none)
		refused(t, err, api.ErrNotFound, message)
		_, err = w.Revision(w.ctx, none, 0)
		refused(t, err, api.ErrNotFound, message)
	}
}

func TestStatus(t *testing.T) {
	w := start(t)
	w.furnish()
	must := must[api.Outcome](t)
	must(w.CreateZone(w.ctx, api.Terms{}, api.NewZone{Name: "empty.example"}))
	must(w.PutCheck(w.ctx, api.Terms{}, "spare", w.control.State().Checks["web"]))
	s, err := w.Status(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	if s.Version != "test" || s.Uptime != "1h30m0s" || s.Revision != 7 || s.Zones != 2 || s.Unloaded != 1 || s.Steered != 1 || s.Tables.Count != 2 {
		t.Errorf("the status is %+v", s)
	}
	if len(s.Geo.Databases) != 1 || s.Geo.Databases[0].Name != "embedded" || s.Geo.Bytes == 0 {
		t.Errorf("the geo data are %+v", s.Geo)
	}
	want := `check spare is used by nothing
no endpoint of www.app.example.com. A in zone app.example.com. is up: when_all_down answers
no endpoint of www.app.example.com. AAAA in zone app.example.com. is up: when_all_down answers
zone empty.example. has no records and is answered with SERVFAIL: import it, or delete it`
	if lines(s.Warnings) != want {
		t.Errorf("the warnings are\n%s\nwant\n%s", lines(s.Warnings), want)
	}
}

func TestWarningsAreBounded(t *testing.T) {
	w := start(t)
	m := api.Apply{Zones: map[string]api.ApplyZone{}}
	for i := range 30 {
		m.Zones[string('a'+rune(i%26))+strings.Repeat("x", i/26)+".example"] = api.ApplyZone{}
	}
	must[api.Outcome](t)(w.Apply(w.ctx, api.Terms{}, m))
	s, err := w.Status(w.ctx)
	if err != nil || len(s.Warnings) != 21 || s.Warnings[20] != "and 10 more warnings" {
		t.Errorf("there are %d warnings, the last %q, %v", len(s.Warnings), s.Warnings[len(s.Warnings)-1], err)
	}
}

func TestExplain(t *testing.T) {
	w := start(t)
	w.furnish()
	for _, client := range []string{"85.220.0.0/24", "85.220.0.7", "::ffff:85.220.0.7"} {
		e, err := w.Explain(w.ctx, "www.app.example.com", "", client)
		if err != nil || e.Type != "A" || len(e.Steps) != 1 || e.Steps[0].Steering.Location.Country != "IS" || e.Steps[0].Steering.Regions[0].Name != "eu-west" {
			t.Errorf("for %s the explanation is %+v, %v", client, e, err)
		}
	}
	e, err := w.Explain(w.ctx, "www.app.example.com", "aaaa", "2001:db8::/48")
	if err != nil || e.Answer.Records[0] != "www.app.example.com. 20 IN AAAA 2001:db8::10" {
		t.Errorf("the explanation is %+v, %v", e, err)
	}
	for _, c := range []struct{ name, typ, client, message string }{
		{"a..b", "A", "192.0.2.1", `the name "a..b": the name has an empty label (two dots in a row, or a dot first)`},
		{"a.b", "ANY", "192.0.2.1", "type ANY has a meaning in messages only and cannot stand in a zone"},
		{"a.b", "A", "x", `"x" is no client: write an address or a prefix, as in 192.0.2.7 or 2001:db8::/48`},
	} {
		_, err := w.Explain(w.ctx, c.name, c.typ, c.client)
		refused(t, err, api.ErrBadRequest, c.message)
	}
}
