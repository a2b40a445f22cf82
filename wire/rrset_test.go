package wire_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
	"pgregory.net/rapid"

	"meridian/wire"
)

// rdataForms has RDATA of every type with names in it that the encoder compresses, and
// of some that it must not.
var rdataForms = []string{
	"NS HOST", "CNAME HOST", "DNAME HOST", "PTR HOST", "MX 10 HOST", "SOA HOST OTHER 1 2 3 4 5",
	"SRV 0 5 443 HOST", "A 192.0.2.1", "AAAA 2001:db8::1", `TXT "a" "bc"`, "HTTPS 1 HOST port=443", "RP HOST OTHER", "KX 1 HOST", "AFSDB 1 HOST", "NAPTR 1 2 \"\" \"\" \"\" HOST",
}

// drawBelow draws a name in a zone, sometimes its apex; the letters of the apex are as
// the zone has them.
func drawBelow(t *rapid.T, zone, what string) string {
	return rapid.SampledFrom([]string{"", "", "a.", "Www.", "b.eu.", "*.", `x\.y.`, "long-label-long-label-long-label."}).Draw(t, what) + zone
}

// TestEncodedRRsets takes RRsets of all forms through the encoder, puts them into a
// response at their own name, behind a wildcard and at the end of a chain, and has
// miekg/dns read the same records; and RDATA gives back what went in.
func TestEncodedRRsets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom([]string{"", "com.", "example.com."}).Draw(t, "zone")
		owner := drawBelow(t, zone, "owner")
		form := rapid.SampledFrom(rdataForms).Draw(t, "form")
		target := func(what string) string {
			if rapid.Bool().Draw(t, what+" is outside") {
				return "Host.Example.org."
			}
			return drawBelow(t, zone, what)
		}
		var lines []string
		for i := range rapid.IntRange(1, 3).Draw(t, "count") {
			names := strings.NewReplacer("HOST", dotted(target(fmt.Sprint("host", i))), "OTHER", dotted(target("other")))
			lines = append(lines, dotted(owner)+" 300 IN "+names.Replace(form))
		}
		checkEncoded(t, dotted(zone), lines, dotted(owner), dotted(drawBelow(t, zone, "asked")))
	})
}

// dotted is a name's text; the root's is a dot.
func dotted(name string) string {
	if name == "" {
		return "."
	}
	return name
}

func checkEncoded(t *rapid.T, zone string, lines []string, owner, asked string) {
	want, rdata := records(t, lines...)
	set := encode(t, zone, lines...)
	apex := wire.MustParseName(zone)
	if diff := cmp.Diff(rdata, set.RDATA(apex)); diff != "" {
		t.Fatalf("RDATA (-in +out):\n%s", diff)
	}
	if set.Bytes() != set.WithTTL(7).Bytes() || set.Count() != len(lines) {
		t.Fatalf("%d octets, %d records", set.Bytes(), set.Count())
	}
	if set.WithTTL(7) == set || set.IsZero() || set.WithTTL(7).TTL() != 7 || set.WithTTL(7).WithTTL(set.TTL()) != set {
		t.Fatal("the TTL makes no difference, or more than that")
	}
	q := new(wire.Query)
	m := new(dns.Msg).SetQuestion(asked, dns.TypeA)
	p, err := m.Pack()
	if err != nil || q.Parse(p) != wire.Accept {
		t.Fatal(err, asked)
	}
	apexAt := wire.QuestionAt + q.Name.Len() - len(apex)
	link := encode(t, zone, fmt.Sprintf("%s 60 IN CNAME %s", asked, owner))
	var w wire.Writer
	buf := make([]byte, wire.MaxUDPSize)
	w.Start(q, &wire.Options{}, buf, len(buf))
	ok := w.Append(wire.Answer, set, wire.QuestionAt, apexAt) // as behind a wildcard
	appended := w.Len()
	ok = ok && w.Append(wire.Authority, link, wire.QuestionAt, apexAt) && w.Append(wire.Additional, set.WithTTL(7), link.Target().At(appended), apexAt)
	if !ok {
		t.Fatal("it doesn't fit")
	}
	got := new(dns.Msg)
	if err := got.Unpack(buf[:w.Finish(wire.NoError, 0)]); err != nil {
		t.Fatalf("unpacking %q: %v", lines, err)
	}
	checkRecords(t, got.Answer, want, asked, 300)
	checkRecords(t, got.Extra, want, owner, 7)
}

// checkRecords wants records with another owner and TTL.
func checkRecords(t *rapid.T, got, want []dns.RR, owner string, ttl uint32) {
	var shown, wanted []string
	for _, r := range got {
		shown = append(shown, r.String())
	}
	for _, r := range want {
		r = dns.Copy(r)
		r.Header().Name, r.Header().Ttl = owner, ttl
		wanted = append(wanted, r.String())
	}
	if diff := cmp.Diff(wanted, shown); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
}

// TestTargets are the names that an answer goes on from or adds addresses of.
func TestTargets(t *testing.T) {
	for _, c := range []struct {
		record string
		want   string
	}{
		{"example.com. 60 IN NS Ns.Example.com.", "ns.example.com."},
		{"www.example.com. 60 IN CNAME Other.Example.", "other.example."},
		{"old.example.com. 60 IN DNAME New.Example.com.", "new.example.com."},
		{"www.example.com. 60 IN MX 10 Mail.example.com.", "mail.example.com."},
		{"_x._tcp.example.com. 60 IN SRV 1 2 3 mail.example.com.", "mail.example.com."},
		{"www.example.com. 60 IN HTTPS 1 mail.example.com. alpn=h2", "mail.example.com."},
		{"www.example.com. 60 IN RP mail.example.com. txt.example.com.", ""},
	} {
		set := encode(t, "example.com.", c.record)
		var targets []wire.Target
		for _, target := range set.Targets() {
			targets = append(targets, target)
		}
		switch {
		case len(targets) == 0 && c.want == "":
		case len(targets) != 1 || targets[0].Name.String() != c.want || targets[0].Hash != targets[0].Name.Hash() || targets[0] != set.Target():
			t.Errorf("%s: targets %v", c.record, targets)
		}
	}
}

// TestDNAMEIsNotCompressed: RFC 6672 section 2.5.
func TestDNAMEIsNotCompressed(t *testing.T) {
	set := encode(t, "example.com.", "old.example.com. 60 IN DNAME new.example.com.")
	// Once in the record, and once as its target.
	if n := strings.Count(set.Encoding(), "\x03new\x07example\x03com\x00"); n != 2 {
		t.Errorf("the whole name is there %d times", n)
	}
}
