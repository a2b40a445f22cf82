package delegation_test

// What the parent is given, and root hints.

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"meridian/delegation"
)

func handover(t *testing.T, text string) delegation.Handover {
	return delegation.NewHandover(app, zoneOf(t, "app.example.com.", text).records)
}

func TestHandover(t *testing.T) {
	h := handover(t, `@ 600 NS NS1
@ 600 NS dns.other.com.
www A 192.0.2.10
dns.other.com. A 198.51.100.53
NS1 300 AAAA 2001:db8::53
NS1 300 A 192.0.2.53
below NS ns1`)
	var sb strings.Builder
	if _, err := h.WriteTo(&sb); err != nil {
		t.Fatal(err)
	}
	const want = `; app.example.com. is delegated by putting these records into its parent zone (example.com., or
; the nearest zone above). Where a form asks for name servers, give it these names.
app.example.com. 600 IN NS NS1.app.example.com.
app.example.com. 600 IN NS dns.other.com.
; Glue: name servers that lie in the zone itself are found by these addresses alone, so
; that the parent must have them too. Forms call them host records or glue addresses.
NS1.app.example.com. 300 IN A 192.0.2.53
NS1.app.example.com. 300 IN AAAA 2001:db8::53
; There are no DS records: the zone isn't signed, and the parent must have none for it.
`
	if diff := cmp.Diff(want, sb.String()); diff != "" || h.Failed() {
		t.Errorf("wanted - and written +:\n%s", diff)
	}
	parser, records := dns.NewZoneParser(strings.NewReader(sb.String()), "", ""), 0
	for _, ok := parser.Next(); ok; _, ok = parser.Next() {
		records++
	}
	if records != 4 || parser.Err() != nil {
		t.Errorf("read as a zone file it has %d records (%v)", records, parser.Err())
	}
}

func TestHandoverThatCantWork(t *testing.T) {
	for text, want := range map[string]string{
		"www A 192.0.2.1":                   "error no-ns",
		"@ NS ns1\n@ NS ns2\nns1 A 1.2.3.4": "error ns-without-address",
		"@ NS dns.other.com.":               "warning one-server",
	} {
		h := handover(t, text)
		if len(h.Findings) != 1 {
			t.Fatalf("%q: %v", text, h.Findings)
		}
		f := h.Findings[0]
		if got := string(f.Severity) + " " + f.Code; got != want || h.Failed() != strings.HasPrefix(want, "error") {
			t.Errorf("%q: %s, not %s", text, got, want)
		}
	}
}

func TestRootHints(t *testing.T) {
	hosts := delegation.RootHints()
	if len(hosts) != 13 {
		t.Errorf("the root has %d servers", len(hosts))
	}
	for _, h := range hosts {
		if len(h.Addrs) != 2 || !h.Addrs[0].Is4() || !h.Addrs[1].Is6() {
			t.Errorf("%s has the addresses %v", h.Name, h.Addrs)
		}
	}
	for text, want := range map[string]string{
		"":                     "reading root hints: f has no server of the root with an address",
		". NS a.":              "reading root hints: f has no server of the root with an address",
		"a. A 192.0.2.1":       "reading root hints: f has no server of the root with an address",
		". 60 NS a.\na. A one": "reading root hints: ",
	} {
		if _, err := delegation.ReadHints(strings.NewReader(text), "f"); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
