package api_test

// Imports as a stream: what comes of them is what comes of the same as JSON, and octets
// that are none of ours change nothing.

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"meridian/api"
	"meridian/zones"
)

// read reads a zone file's text as `meridian zone import` does.
func read(t *testing.T, text string) *zones.Contents {
	t.Helper()
	contents, problems := zones.Parse("example.com.zone", []byte(text), "", nil, zones.ReadOptions{})
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return contents
}

func TestImportStream(t *testing.T) {
	const head = "$ORIGIN example.com.\n$TTL 300\n@ SOA ns1 host 1 3600 600 86400 300\n@ NS ns1\nns1 A 192.0.2.1\n"
	for _, tt := range []struct{ what, text string }{
		{"a zone", head + "www A 192.0.2.2\nwww A 192.0.2.1\nWWW TXT \"a b\" c\n*.x MX 10 ns1\n"},
		{"the same, which changes nothing", head + "www A 192.0.2.1\nwww A 192.0.2.2\nWWW TXT \"a b\" c\n*.x MX 10 ns1\n"},
		{"another in its place", head + "ftp AAAA 2001:db8::1\nd DNAME example.net.\nhttps HTTPS 1 . alpn=h2\n"},
		{"one that is wrong as a whole", head + "www CNAME ns1\nwww A 192.0.2.1\nsub SOA ns1 host 1 3600 600 86400 300\n"},
		{"one with a warning", head + "sub NS ns.sub\n"},
	} {
		asJSON, asStream := start(t), start(t)
		contents := read(t, tt.text)
		want, wantErr := asJSON.Import(asJSON.ctx, api.Terms{}, api.Import{Zones: []api.ImportZone{{Zone: "example.com", Records: api.RecordsOf(contents, zones.ReadOptions{})}}})
		got, err := asStream.ImportContents(asStream.ctx, api.Terms{}, []api.ContentsToImport{{Contents: contents}})
		if text(err) != text(wantErr) {
			t.Errorf("%s: %s\nas JSON: %s", tt.what, text(err), text(wantErr))
		}
		if a, b := strings.Join(got.Diff, "\n"), strings.Join(want.Diff, "\n"); a != b || got.Warnings.Err() != nil || len(got.Warnings) != len(want.Warnings) {
			t.Errorf("%s: %s %v\nas JSON: %s %v", tt.what, a, got.Warnings, b, want.Warnings)
		}
	}
}

func text(err error) string {
	if err == nil {
		return "taken"
	}
	return err.Error()
}

func TestHostileStream(t *testing.T) {
	w := start(t)
	handler := api.NewHandler(w.deps)
	header := func(text string) string { return string(rune(len(text))) + text }
	zone := header(`{"zone":"example.com"}`)
	for _, tt := range []struct{ body, want string }{
		{"", "there are no zones to import"},
		{"\xff\xff\xff\xff\xff\x01", "a zone's header makes no sense"},
		{"\x05{", "a zone's header makes no sense"},
		{header(`{"zone":"example.com","more":1}`), "a zone's header makes no sense"},
		{header(`{"zone":"a..b"}`), "the zone name"},
		{zone, "reading a zone's records: unexpected EOF"},
		{zone + "\x01\xff\xff\xff\xff\xff\xff\x01", "the records' octets make no sense"},
		{zone + "\x01\x10short", "reading a zone's records: unexpected EOF"},
		{zone + "\x01\x05\x01a\x00\x00\x01\x00", "the records' octets make no sense"},
		{zone + "\x00\x00" + zone + "\x00\x00", "the zone example.com. comes more than once"},
	} {
		request := httptest.NewRequest(http.MethodPost, "/v1/import/stream", bytes.NewReader([]byte(tt.body)))
		reply := httptest.NewRecorder()
		handler.ServeHTTP(reply, request)
		if reply.Code < 400 || reply.Code >= 500 || !strings.Contains(reply.Body.String(), tt.want) {
			t.Errorf("%q: %d %s, want %q", tt.body, reply.Code, reply.Body, tt.want)
		}
	}
	if head := w.store.Head(); head != 0 {
		t.Errorf("the store has %d revisions", head)
	}
}
