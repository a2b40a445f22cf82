package api_test

// Zones and their static records, over the socket.

import (
	"strings"
	"testing"

	"meridian/api"
	"meridian/zones"
)

func TestZoneComesAndGoes(t *testing.T) {
	w := start(t)
	must := must[api.Outcome](t)
	created := must(w.CreateZone(w.ctx, api.Terms{Message: "ours now"}, api.NewZone{Name: "Example.ORG", Serials: zones.Increment}))
	if created.Revision == nil || created.Revision.Number != 1 || created.Revision.Author != "ann" || created.Revision.Message != "ours now" {
		t.Errorf("the revision is %+v", created.Revision)
	}
	if lines(created.Diff) != "+ zone example.org.: serials increment" {
		t.Errorf("the diff is\n%s", lines(created.Diff))
	}
	z, err := w.Zone(w.ctx, "example.org")
	if err != nil || z.Loaded || z.Serial != 0 || z.Serials != zones.Increment {
		t.Errorf("the zone is %+v, %v", z, err)
	}
	w.importZone("example.org.", appZone)
	changed := must(w.SetSerials(w.ctx, api.Terms{}, "example.org.", zones.DateCounter))
	if lines(changed.Diff) != "~ zone example.org.: serials increment → date-counter" {
		t.Errorf("the diff is\n%s", lines(changed.Diff))
	}
	w.importZone("example.com.", appZone)
	list, err := w.Zones(w.ctx)
	if err != nil || len(list) != 2 || list[0].Name.String() != "example.com." || list[1].Name.String() != "example.org." {
		t.Fatalf("the list is %+v, %v", list, err)
	}
	want := api.Zone{Name: list[1].Name, Loaded: true, Serial: 7, Serials: zones.DateCounter, Names: 3, RRsets: 5, Records: 5}
	if list[1] != want {
		t.Errorf("the zone is %+v, want %+v", list[1], want)
	}
	if must(w.DeleteZone(w.ctx, api.Terms{}, "EXAMPLE.org")).Changes != 7 {
		t.Error("deleting a zone deletes it and its five RRsets, and keeps its last serial")
	}
	_, err = w.Zone(w.ctx, "example.org")
	refused(t, err, api.ErrNotFound, "there is no zone example.org.")
}

func TestRootZoneHasAPath(t *testing.T) {
	w := start(t)
	w.importZone(".", ". 300 SOA a. b. 1 2 3 4 5\n. 300 NS a.\n")
	z, err := w.Zone(w.ctx, ".")
	if err != nil || z.Records != 2 {
		t.Errorf("the root zone is %+v, %v", z, err)
	}
}

func TestRecordsAreSetListedAndDeleted(t *testing.T) {
	w := start(t)
	w.importZone("app.example.com.", appZone)
	must := must[api.Outcome](t)
	set := must(w.SetRecords(w.ctx, api.Terms{}, "app.example.com", "web", "a", api.RRsetData{TTL: 60, Data: []string{"192.0.2.2", "192.0.2.1", "192.0.2.2"}}))
	if want := "~ app.example.com. SOA serial 7 → 2026112400\n+ web.app.example.com. 60 A 192.0.2.1\n+ web.app.example.com. 60 A 192.0.2.2"; sortedLines(set.Diff) != sortedLines(strings.Split(want, "\n")) {
		t.Errorf("the diff is\n%s", lines(set.Diff))
	}
	again := must(w.SetRecords(w.ctx, api.Terms{}, "app.example.com", "web", "A", api.RRsetData{TTL: 60, Data: []string{"192.0.2.1", "192.0.2.2"}}))
	if again.Changed() || again.Revision != nil {
		t.Errorf("setting the same again makes %+v", again)
	}
	must(w.SetRecords(w.ctx, api.Terms{}, "app.example.com", "a/b.app.example.com.", "TXT", api.RRsetData{TTL: 60, Data: []string{`"a; b"`}}))
	list, err := w.Records(w.ctx, "app.example.com", api.Which{Owner: "a/b"})
	if err != nil || len(list) != 1 || list[0].Owner != "a/b.app.example.com." || lines(list[0].Data) != `"a; b"` {
		t.Errorf("the records are %+v, %v", list, err)
	}
	if list, err = w.Records(w.ctx, "app.example.com", api.Which{Type: "MX"}); err != nil || len(list) != 1 || lines(list[0].Data) != "10 mail.app.example.com." {
		t.Errorf("the records are %+v, %v", list, err)
	}
	must(w.DeleteRecords(w.ctx, api.Terms{}, "app.example.com", "web", "A"))
	_, err = w.DeleteRecords(w.ctx, api.Terms{}, "app.example.com", "web", "A")
	refused(t, err, api.ErrNotFound, "there is no static RRset web.app.example.com. A")
}

func TestExportedZoneReadsBack(t *testing.T) {
	w := start(t)
	w.importZone("app.example.com.", appZone)
	contents, err := w.Contents(w.ctx, "app.example.com")
	if err != nil {
		t.Fatal(err)
	}
	var sb strings.Builder
	if _, err := contents.WriteTo(&sb); err != nil {
		t.Fatal(err)
	}
	if out := w.importZone("app.example.com.", sb.String()); out.Changed() {
		t.Errorf("importing what was exported changes\n%s", lines(out.Diff))
	}
}

func TestImportOfManyIsOneRevision(t *testing.T) {
	w := start(t)
	im := api.Import{Zones: []api.ImportZone{zoneFile(t, "a.example.", appZone), zoneFile(t, "b.example.", appZone)}}
	out := must[api.Outcome](t)(w.Import(w.ctx, api.Terms{Lines: 2}, im))
	if out.Revision.Number != 1 || out.Changes != 12 || len(out.Diff) != 2 || out.MoreLines != 10 {
		t.Errorf("the outcome is %+v", out)
	}
	again := must[api.Outcome](t)(w.Import(w.ctx, api.Terms{}, im))
	if again.Changed() {
		t.Errorf("importing the same again changes\n%s", lines(again.Diff))
	}
	older := w.importZone("a.example.", strings.Replace(appZone, "192.0.2.25", "192.0.2.26", 1))
	if lines(older.Notes) != "a.example.: the serial 7 is not greater than ours, 7: it is now 2026112400" {
		t.Errorf("the notes are\n%s", lines(older.Notes))
	}
}

// An import in which one record of one zone is wrong changes nothing, and every fault
// is told at once, where it was read.
func TestImportIsRefusedAsAWhole(t *testing.T) {
	w := start(t)
	bad := zoneFile(t, "b.example.", appZone)
	bad.Records.RRsets[2] = api.RRset{Owner: "x", Type: "A", TTL: 60, Data: []string{"192.0.2.300"}, Line: 4, Column: 6}
	bad.Records.RRsets[3] = api.RRset{Owner: "y.elsewhere.", Type: "A", TTL: 60, RDATA: [][]byte{{192, 0, 2, 1}}, File: "inc.zone", Line: 1, Column: 1}
	bad.Records.RRsets[4] = api.RRset{Owner: "z", Type: "A", TTL: 60, RDATA: [][]byte{{192, 0, 2}}, Line: 9, Column: 1}
	_, err := w.Import(w.ctx, api.Terms{}, api.Import{Zones: []api.ImportZone{zoneFile(t, "a.example.", appZone), bad}})
	refused(t, err, api.ErrRefused, `b.example.zone:4:6: x.b.example. A "192.0.2.300": the data of the A record are wrong or incomplete at 192.0.2.300 (A takes one IPv4 address, for example 192.0.2.1)
inc.zone:1:1: y.elsewhere. lies outside of the zone b.example. (correct the name (a dot at its end?), or skip what is out of the zone)
b.example.zone:9:1: z.b.example. A: the RDATA in wire form are not those of its type (send them whole and uncompressed)`)
	_, err = w.Import(w.ctx, api.Terms{}, api.Import{Zones: []api.ImportZone{zoneFile(t, "a.example.", appZone), zoneFile(t, "A.example", appZone)}})
	refused(t, err, api.ErrRefused, `A.example.zone: the zone a.example. comes more than once (import one of them)`)
	_, err = w.Import(w.ctx, api.Terms{}, api.Import{Zones: []api.ImportZone{zoneFile(t, "a.example.", "@ 60 SOA ns1 h 1 2 3 4 5\n@ 60 NS ns1\nw 60 CNAME a\nw 60 A 192.0.2.1\n")}})
	refused(t, err, api.ErrRefused, `a.example.zone:2:1: warning: a.example. is delegated to ns1.a.example., which has no address in the zone (missing glue) (add A or AAAA records of ns1.a.example.)
a.example.zone:3:1: w.a.example. has a CNAME record beside A (remove the CNAME, or what stands beside it)`)
	_, err = w.Import(w.ctx, api.Terms{}, api.Import{})
	refused(t, err, api.ErrBadRequest, "there are no zones to import")
	if list, err := w.Zones(w.ctx); err != nil || len(list) != 0 {
		t.Errorf("after refused imports there are %v, %v", list, err)
	}
}

func TestImportSkipsWhatIsOutOfTheZone(t *testing.T) {
	w := start(t)
	z := zoneFile(t, "a.example.", appZone)
	z.Records.SkipOutOfZone = true
	z.Records.RRsets = append(z.Records.RRsets, api.RRset{Owner: "y.elsewhere.", Type: "A", TTL: 60, Data: []string{"192.0.2.1"}, Line: 7, Column: 1})
	out := must[api.Outcome](t)(w.Import(w.ctx, api.Terms{}, api.Import{Zones: []api.ImportZone{z}}))
	if out.Warnings.Error() != "a.example.zone:7:1: warning: y.elsewhere. lies outside of the zone a.example. (it is skipped)" {
		t.Errorf("the warnings are\n%v", out.Warnings)
	}
}
