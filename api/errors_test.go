package api_test

// What goes wrong has one shape, whoever finds it.

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"meridian/api"
	"meridian/config"
	"meridian/zones"
)

func TestErrorsOfChanges(t *testing.T) {
	w := start(t)
	w.furnish()
	zone := "app.example.com"
	a := func(data ...string) api.RRsetData { return api.RRsetData{TTL: 60, Data: append([]string{}, data...)} }
	for _, c := range []struct {
		err     func() (api.Outcome, error)
		kind    error
		message string
	}{
		{func() (api.Outcome, error) { return w.CreateZone(w.ctx, api.Terms{}, api.NewZone{Name: zone}) },
			api.ErrConflict, "there is a zone app.example.com. already"},
		{func() (api.Outcome, error) { return w.CreateZone(w.ctx, api.Terms{}, api.NewZone{Name: "a..b"}) },
			api.ErrBadRequest, `the zone name "a..b": the name has an empty label (two dots in a row, or a dot first)`},
		{func() (api.Outcome, error) { return w.DeleteZone(w.ctx, api.Terms{}, "nope.example") },
			api.ErrNotFound, "there is no zone nope.example."},
		{func() (api.Outcome, error) { return w.SetSerials(w.ctx, api.Terms{}, zone, zones.SerialMode("daily")) },
			api.ErrRefused, `serials: expected value to be one of "date-counter, increment"`},
		{func() (api.Outcome, error) {
			return w.SetRecords(w.ctx, api.Terms{}, zone, "web", "A", a("192.0.2.300"))
		},
			api.ErrRefused, `web.app.example.com. A "192.0.2.300": the data of the A record are wrong or incomplete at 192.0.2.300 (A takes one IPv4 address, for example 192.0.2.1)`},
		{func() (api.Outcome, error) {
			return w.SetRecords(w.ctx, api.Terms{}, zone, "web", "A", a("192.0.2.1\nx A 192.0.2.2"))
		},
			api.ErrRefused, `web.app.example.com. A "192.0.2.1\nx A 192.0.2.2": there is more than one record (give one at a time)`},
		{func() (api.Outcome, error) { return w.SetRecords(w.ctx, api.Terms{}, zone, "web", "A", a()) },
			api.ErrRefused, "data: expected array length >= 1"},
		{func() (api.Outcome, error) { return w.SetRecords(w.ctx, api.Terms{}, zone, "web", "ANY", a("x")) },
			api.ErrRefused, "type ANY has a meaning in messages only and cannot stand in a zone (write a type such as A, MX or TYPE65280)"},
		{func() (api.Outcome, error) {
			return w.SetRecords(w.ctx, api.Terms{}, zone, "web.elsewhere.", "A", a("192.0.2.1"))
		},
			api.ErrRefused, "web.elsewhere. is not in zone app.example.com. (put it into the zone that it belongs to)"},
		{func() (api.Outcome, error) { return w.SetRecords(w.ctx, api.Terms{}, zone, "www", "A", a("192.0.2.1")) },
			api.ErrRefused, "www.app.example.com. has static records of type A, which is steered there (remove the static records, or the steered one)"},
		{func() (api.Outcome, error) {
			return w.SetRecords(w.ctx, api.Terms{}, zone, "web", "A", api.RRsetData{TTL: 1 << 31, Data: []string{"192.0.2.1"}})
		},
			api.ErrRefused, "the TTL 2147483648 is over 2147483647 seconds (RFC 2181 section 8) (give a smaller one)"},
		{func() (api.Outcome, error) { return w.DeleteRegion(w.ctx, api.Terms{}, "mars") },
			api.ErrNotFound, "there is no region mars"},
		{func() (api.Outcome, error) { return w.DeleteRegion(w.ctx, api.Terms{}, "eu-west") },
			api.ErrRefused, `zones.app.example.com.steered.www.endpoints.eu-west: endpoint "eu-west" says no region, and there is no region of its name (set region:, or name the endpoint as its region)`},
		{func() (api.Outcome, error) { return w.PutRegion(w.ctx, api.Terms{}, "mars", region("aws:mars-1")) },
			api.ErrRefused, `regions.mars.location: location "aws:mars-1" is no known place: write a cloud region such as aws:eu-west-1, a country code such as IS, or [LATITUDE, LONGITUDE]`},
		{func() (api.Outcome, error) { return w.PutCheck(w.ctx, api.Terms{}, "web", config.Check{Kind: "icmp"}) },
			api.ErrRefused, `checks.web.kind: "icmp" is not known here (write one of http, https, tcp)`},
		{func() (api.Outcome, error) {
			return w.PutSteered(w.ctx, api.Terms{}, zone, "www", config.Steered{Policy: "random", Endpoints: steered("").Endpoints})
		},
			api.ErrRefused, `zones.app.example.com.steered.www.policy: "random" is not known here (write nearest or failover)`},
		{func() (api.Outcome, error) { return w.PutRegion(w.ctx, api.Terms{Base: 1}, "us-east", region("IS")) },
			api.ErrConflict, `the configuration has changed since the revision that the change rests on: revision 2 changed "region/us-east" since revision 1`},
		{func() (api.Outcome, error) { return w.PutRegion(w.ctx, api.Terms{Base: 99}, "us-east", region("IS")) },
			api.ErrConflict, `the change rests on revision 99 and the newest is 5: there is no such revision`},
	} {
		before := w.control.State()
		_, err := c.err()
		refused(t, err, c.kind, c.message)
		if w.control.State() != before {
			t.Errorf("what was refused made a new state: %v", err)
		}
	}
}

// A change on a base that is old is taken where nobody else touched the same.
func TestBaseOfOtherThings(t *testing.T) {
	w := start(t)
	w.regions()
	if out := must[api.Outcome](t)(w.PutRegion(w.ctx, api.Terms{Base: 1}, "new", region("IS"))); !out.Changed() {
		t.Errorf("the outcome is %+v", out)
	}
}

func TestProblemsTravel(t *testing.T) {
	w := start(t)
	_, err := w.PutRegion(w.ctx, api.Terms{}, "eu-west", config.Region{Location: region("IS").Location, Check: "nope"})
	var problems config.Problems
	if !errors.As(err, &problems) || len(problems) == 0 || strings.Join(problems[0].Path, "/") != "regions/eu-west/check" {
		t.Errorf("the problems are %+v of %v", problems, err)
	}
}

// Requests that no client of ours sends.
func TestRawRequests(t *testing.T) {
	w := start(t)
	handler := api.NewHandler(w.deps)
	for _, c := range []struct {
		method, target, body string
		status               int
		message              string
	}{
		{"GET", "/v1/nope", "", 404, "GET /v1/nope is no operation: GET /openapi.json describes all"},
		{"PATCH", "/v1/zones", "", 404, "PATCH /v1/zones is no operation: GET /openapi.json describes all"},
		{"GET", "/v1/zones/a..b", "", 400, `the zone name "a..b": the name has an empty label (two dots in a row, or a dot first)`},
		{"GET", "/v1/zones?dryrun=1", "", 422, "query.dryrun: unknown query parameter"},
		{"GET", "/v1/history/x", "", 422, "path.revision: invalid integer"},
		{"PUT", "/v1/regions/x", "", 400, "request body is required"},
		{"PUT", "/v1/regions/x", "{", 400, "it is JSON that ends early"},
		{"PUT", "/v1/regions/x", "{]", 400, "it is not JSON at octet 2: invalid character ']' looking for beginning of object key string"},
		{"PUT", "/v1/regions/x", `{"location":"IS"}{}`, 400, "something follows the JSON value: send one"},
		{"PUT", "/v1/regions/x", `{"location":"IS","size":1}`, 422, "size: unexpected property"},
		{"PUT", "/v1/regions/x", `{"location":{}}`, 422, "location: it has none of the forms that it may have: GET /openapi.json describes them"},
		{"PUT", "/v1/regions/x", `{"location":"IS","address":"x"}`, 422, "address: expected string to be either RFC 2673 ipv4 or RFC 2373 ipv6"},
		{"PUT", "/v1/checks/x", `{"kind":"http","interval":"5"}`, 422, `"5" is no duration: write a number with its unit, as in 20s, 500ms or 1m30s`},
		{"PUT", "/v1/checks/x", `{"kind":"http","rise":"5"}`, 422, "rise: expected integer"},
		{"POST", "/v1/import", `{"zonez":[]}`, 422, `unknown field "zonez"`},
		{"POST", "/v1/import", `{"zones":{}}`, 422, "zones: a JSON object can't stand here"},
		{"POST", "/v1/apply", `{"regions":{"x":{"capacity":"big"}}}`, 422, "regions.capacity: a JSON string can't stand here"},
		{"PUT", "/v1/regions/x", `"` + strings.Repeat("x", 1<<20) + `"`, 413, "request body is too large limit=1048576 bytes"},
		{"GET", "/v1/explain", "", 422, "query.name: required query parameter is missing\nquery.client: required query parameter is missing"},
	} {
		rec := httptest.NewRecorder()
		handler.ServeHTTP(rec, httptest.NewRequest(c.method, c.target, strings.NewReader(c.body)))
		name := c.method + " " + c.target
		if rec.Code != c.status {
			t.Errorf("%s: the status is %d, want %d: %.200s", name, rec.Code, c.status, rec.Body)
			continue
		}
		var e api.Error
		if err := json.Unmarshal(rec.Body.Bytes(), &e); err != nil {
			t.Errorf("%s: %v: %s", name, err, rec.Body)
		}
		if e.Error() != c.message || e.Status != c.status || e.Title != http.StatusText(c.status) || rec.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: the error is %+v (%s)\n  %s\nwant\n  %s", name, e, rec.Header().Get("Content-Type"), e.Error(), c.message)
		}
	}
}

// An answer that isn't a meridian server's is told as such.
func TestForeignServer(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "<html>")
	}))
	defer srv.Close()
	addr := strings.TrimPrefix(srv.URL, "http://")
	_, err := dial(t, addr, "x").Status(t.Context())
	refused(t, err, api.ErrBadRequest, addr+" answered 418 I'm a teapot: is it a meridian server of this version?")
}

// deadlines is a connection that only knows its read deadline.
type deadlines struct {
	*httptest.ResponseRecorder
	last []time.Time
}

func (d *deadlines) SetReadDeadline(t time.Time) error {
	d.last = append(d.last, t)
	return nil
}

// A body must come in time; what is then done with it may take longer.
func TestBodyHasADeadlineThatEnds(t *testing.T) {
	w := start(t)
	conn := &deadlines{ResponseRecorder: httptest.NewRecorder()}
	api.NewHandler(w.deps).ServeHTTP(conn, httptest.NewRequest("PUT", "/v1/regions/x", strings.NewReader(`{"location":"IS"}`)))
	if conn.Code != http.StatusOK || len(conn.last) < 2 || conn.last[0].IsZero() || !conn.last[len(conn.last)-1].IsZero() {
		t.Errorf("the answer is %d, and the read deadlines were %v", conn.Code, conn.last)
	}
}

// A store that fails is told, and logged.
func TestFailureOfTheStore(t *testing.T) {
	w := start(t)
	var log strings.Builder
	deps := w.deps
	deps.Logger = slog.New(slog.NewTextHandler(&log, nil))
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
	rec := httptest.NewRecorder()
	api.NewHandler(deps).ServeHTTP(rec, httptest.NewRequest("PUT", "/v1/regions/x", strings.NewReader(`{"location":"IS"}`)))
	var e api.Error
	if err := json.Unmarshal(rec.Body.Bytes(), &e); err != nil || rec.Code != http.StatusInternalServerError || !strings.HasSuffix(e.Message, "the store is closed") {
		t.Errorf("the answer is %d %s, %v", rec.Code, rec.Body, err)
	}
	if !strings.Contains(log.String(), "operation=put-region") {
		t.Errorf("the log is\n%s", &log)
	}
}
