package delegation_test

// Each fault in an otherwise good world, and the findings that it brings: all of them.

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"meridian/delegation"
	"meridian/wire"
)

var app = wire.MustParseName("app.example.com.")

// findings are a report's, as "SEVERITY CODE WHERE".
func findings(r delegation.Report) []string {
	list := []string{}
	for _, f := range r.Findings {
		list = append(list, fmt.Sprintf("%s %s %s", f.Severity, f.Code, f.Where))
	}
	return list
}

// says makes a server give one answer to everything.
func says(change func(*dns.Msg)) fault {
	return func(_ delegation.Query, right *dns.Msg) (*dns.Msg, error) {
		change(right)
		return right, nil
	}
}

// fails makes questions fail that are as when says.
func fails(err error, when func(delegation.Query) bool) fault {
	return func(q delegation.Query, right *dns.Msg) (*dns.Msg, error) {
		if when(q) {
			return nil, err
		}
		return right, nil
	}
}

func always(delegation.Query) bool { return true }

const (
	ns1v4 = "ns1.app.example.com. (192.0.2.53)"
	ns1v6 = "ns1.app.example.com. (2001:db8::53)"
	ns2v4 = "dns.other.com. (198.51.100.53)"
	ns2v6 = "dns.other.com. (2001:db8:2::53)"
)

func TestRecordsThatAreWrong(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(map[string]string)
		want []string
	}{
		{"nothing", nil, []string{}},
		{"no delegation", replace("app.example.com. NS", "was.example.com. NS", "parent", "parent2"),
			[]string{"error not-delegated app.example.com."}},
		{"a delegation on one server of the parent", replace("app.example.com. NS", "was.example.com. NS", "parent2"),
			[]string{"error parents-differ ns2.example.com. (192.0.2.4)"}},
		{"different delegations", replace("app.example.com. NS dns.other.com.\n", "", "parent2"),
			[]string{"warning parents-differ ns2.example.com. (192.0.2.4)"}},
		{"only the zone names a server", replace("app.example.com. NS dns.other.com.\n", "", "parent", "parent2"),
			[]string{"warning ns-differs app.example.com."}},
		{"only the parent names a server", replace("app.example.com. NS dns.other.com.\n", "", "app", "app2"),
			[]string{"warning ns-differs app.example.com."}},
		{"quite other servers", replace("app.example.com. NS ns1.app.example.com.\napp.example.com. NS dns.other.com.", "app.example.com. NS host.net.", "app", "app2"),
			[]string{"error ns-differs app.example.com."}},
		{"servers of the zone differ", replace("app.example.com. NS ns1.app.example.com.\n", "", "app2"),
			[]string{"warning ns-differs-in-zone " + ns2v4}},
		{"no NS records in the zone", replace("app.example.com. NS", "below.app.example.com. NS", "app", "app2"),
			[]string{"error no-ns " + ns1v4, "error no-ns " + ns1v6, "error no-ns " + ns2v4, "error no-ns " + ns2v6}},
		{"glue missing", replace("ns1.app.example.com. A", "nothing.app.example.com. A", "parent", "parent2"),
			[]string{"error glue-missing ns1.app.example.com."}},
		{"glue for one family", replace("ns1.app.example.com. AAAA 2001:db8::53", "", "parent", "parent2"),
			[]string{"warning glue-incomplete ns1.app.example.com."}},
		{"glue wrong", replace("A 192.0.2.53", "A 192.0.2.99", "parent", "parent2"),
			[]string{"error glue-wrong ns1.app.example.com.", "error lame ns1.app.example.com. (192.0.2.99)"}},
		{"serials differ", replace("h 7", "h 8", "app2"),
			[]string{"warning serials-differ app.example.com."}},
		{"a server's name is an alias", replace("dns.other.com. A 198.51.100.53", "dns.other.com. CNAME host.net.", "other"),
			[]string{"error ns-is-alias dns.other.com."}},
		{"a server's name is nowhere", replace("dns.other.com. A", "gone.other.com. A", "other"),
			[]string{"error ns-without-address dns.other.com.", "warning one-server app.example.com."}},
		{"one server", replace("app.example.com. NS dns.other.com.\n", "", "parent", "parent2", "app", "app2"),
			[]string{"warning one-server app.example.com."}},
		{"a DS record", add("app.example.com. DS 1 13 2 D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A", "parent", "parent2"),
			[]string{"error ds-without-key " + ns1v4, "error ds-without-key " + ns1v6, "error ds-without-key " + ns2v4, "error ds-without-key " + ns2v6}},
		{"a circle of delegations", func(texts map[string]string) {
			replace("other.com. NS ns1.example.com.\nother.com. NS ns2.example.com.", "other.com. NS ns.third.com.\nthird.com. NS ns.other.com.", "com")(texts)
			replace("app.example.com. NS ns1.app.example.com.\n", "", "parent", "parent2")(texts)
		}, []string{"error ns-without-address dns.other.com."}},
		{"the parent's way is gone", replace("example.com. NS", "was.com. NS", "com"),
			[]string{"error not-delegated app.example.com."}},
		{"no IPv6", func(texts map[string]string) {
			replace("AAAA", "TYPE65280 \\# 0 ; ", "parent", "parent2", "app", "app2", "other", "net")(texts)
		}, []string{"note no-ipv6 app.example.com."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := delegation.Check(t.Context(), goodWorld(t, c.edit), delegation.Options{Zone: app, Hints: hints()})
			if diff := cmp.Diff(c.want, findings(r)); diff != "" {
				t.Errorf("findings wanted - and got +:\n%s\n%s", diff, texts(r))
			}
		})
	}
}

func texts(r delegation.Report) string {
	var sb strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintln(&sb, f)
	}
	return sb.String()
}

func TestServersThatAreWrong(t *testing.T) {
	refused := func(m *dns.Msg) { m.Rcode, m.Authoritative, m.Answer, m.Ns = dns.RcodeRefused, false, nil, nil }
	for _, c := range []struct {
		name string
		at   string
		f    fault
		want []string
	}{
		{"refuses", "192.0.2.53", says(refused), []string{"error lame " + ns1v4}},
		{"fails", "192.0.2.53", says(func(m *dns.Msg) { refused(m); m.Rcode = dns.RcodeServerFailure }), []string{"error lame " + ns1v4}},
		{"has no such name", "192.0.2.53", says(func(m *dns.Msg) { m.Rcode, m.Answer = dns.RcodeNameError, nil }), []string{"error lame " + ns1v4}},
		{"isn't authoritative", "192.0.2.53", says(func(m *dns.Msg) { m.Authoritative = false }), []string{"error lame " + ns1v4}},
		{"refers upwards", "192.0.2.53", says(func(m *dns.Msg) {
			m.Authoritative, m.Answer = false, nil
			m.Ns = []dns.RR{&dns.NS{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeNS, Class: dns.ClassINET}, Ns: "a.root."}}
		}), []string{"error lame " + ns1v4}},
		{"is closed", "192.0.2.53", fails(errClosed, always), []string{"error lame " + ns1v4}},
		{"is silent over IPv6", "2001:db8::53", fails(errSilent, always), []string{"error lame " + ns1v6}},
		{"has no route", "2001:db8::53", fails(errNoIPv6, always), []string{"note not-looked-at " + ns1v6}},
		{"UDP is blocked", "198.51.100.53", fails(errSilent, func(q delegation.Query) bool { return !q.TCP }), []string{"error udp-blocked " + ns2v4}},
		{"TCP is blocked", "198.51.100.53", fails(errSilent, func(q delegation.Query) bool { return q.TCP }), []string{"error tcp-blocked " + ns2v4}},
		{"EDNS is blocked", "198.51.100.53", fails(errSilent, func(q delegation.Query) bool { return q.Size > 0 && !q.TCP }), []string{"error edns-blocked " + ns2v4}},
		{"knows no EDNS", "198.51.100.53", func(q delegation.Query, right *dns.Msg) (*dns.Msg, error) {
			if q.Size > 0 && !q.TCP {
				refused(right)
				right.Rcode = dns.RcodeFormatError
			}
			return right, nil
		}, []string{"warning no-edns " + ns2v4}},
		{"the parent's server is lame", "192.0.2.4", says(refused), []string{"warning parent-lame ns2.example.com. (192.0.2.4)"}},
		{"the parent's server is silent", "192.0.2.3", fails(errSilent, always), []string{"warning parent-lame ns1.example.com. (192.0.2.3)"}},
		{"the root is silent", "192.0.2.1", fails(errSilent, always), []string{"error no-way-down app.example.com."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := goodWorld(t, nil)
			w.faults[c.at] = c.f
			r := delegation.Check(t.Context(), w, delegation.Options{Zone: app, Hints: hints()})
			if diff := cmp.Diff(c.want, findings(r)); diff != "" {
				t.Errorf("findings wanted - and got +:\n%s\n%s", diff, texts(r))
			}
		})
	}
}

// A large answer that one server can't get through, and one that it cuts off.
func TestLargeAnswers(t *testing.T) {
	text := add("app.example.com. TXT "+strings.Repeat(`"`+strings.Repeat("x", 200)+`" `, 5), "app", "app2")
	large := func(q delegation.Query, right *dns.Msg) bool { return !q.TCP && right.Len() > 600 }
	for want, f := range map[string]fault{
		"error size-blocked " + ns2v4: func(q delegation.Query, right *dns.Msg) (*dns.Msg, error) {
			if large(q, right) {
				return nil, errSilent
			}
			return right, nil
		},
		"note truncates-early " + ns2v4: func(q delegation.Query, right *dns.Msg) (*dns.Msg, error) {
			if large(q, right) {
				right.Truncated, right.Answer = true, nil
			}
			return right, nil
		},
	} {
		w := goodWorld(t, text)
		w.faults["198.51.100.53"] = f
		r := delegation.Check(t.Context(), w, delegation.Options{Zone: app, Hints: hints()})
		if diff := cmp.Diff([]string{want}, findings(r)); diff != "" {
			t.Errorf("findings wanted - and got +:\n%s\n%s", diff, texts(r))
		}
	}
}

func TestBeginningAtTheParent(t *testing.T) {
	w := goodWorld(t, nil)
	r := delegation.Check(t.Context(), w, delegation.Options{Zone: app, Hints: hints(), Parent: netip.MustParseAddr("192.0.2.4")})
	if len(r.Findings) > 0 || r.Parent != wire.MustParseName("example.com.") {
		t.Errorf("below %s: %s", r.Parent, texts(r))
	}
	if len(r.Servers) != 4 || *r.Servers[0].Serial != 7 {
		t.Errorf("the servers are %v", r.Servers)
	}
}

// A server of both sides shows its zone, never the delegation.
func TestParentThatServesTheZone(t *testing.T) {
	w := goodWorld(t, nil)
	for _, a := range []string{"192.0.2.3", "192.0.2.4"} {
		w.servers[a] = append(w.servers[a], w.servers["192.0.2.53"]...)
	}
	r := delegation.Check(t.Context(), w, delegation.Options{Zone: app, Hints: hints()})
	want := []string{"note parent-serves-zone ns1.example.com. (192.0.2.3)", "note parent-serves-zone ns2.example.com. (192.0.2.4)"}
	if diff := cmp.Diff(want, findings(r)); diff != "" {
		t.Errorf("findings wanted - and got +:\n%s\n%s", diff, texts(r))
	}
}

// However a hostile zone answers, a check ends, and says that it isn't through.
func TestCheckIsBounded(t *testing.T) {
	deeper := 0
	w := goodWorld(t, nil)
	w.faults["192.0.2.2"] = func(q delegation.Query, right *dns.Msg) (*dns.Msg, error) {
		if !strings.HasSuffix(q.Name.String(), "net.") && !strings.Contains(q.Name.String(), "deep") {
			return right, nil
		}
		deeper++ // each name leads to another one, for ever
		right.Authoritative, right.Answer, right.Extra = false, nil, nil
		right.Ns = []dns.RR{&dns.NS{Hdr: dns.RR_Header{Name: q.Name.String(), Rrtype: dns.TypeNS, Class: dns.ClassINET}, Ns: fmt.Sprintf("n%d.deep.net.", deeper)}}
		right.Rcode = dns.RcodeSuccess
		return right, nil
	}
	edit := replace("app.example.com. NS dns.other.com.", "app.example.com. NS n.deep.net.", "parent", "parent2", "app", "app2")
	bad := goodWorld(t, edit)
	bad.faults = w.faults
	r := delegation.Check(t.Context(), bad, delegation.Options{Zone: app, Hints: hints(), Most: 200})
	if r.Questions > 200 || !slices.ContainsFunc(findings(r), func(s string) bool { return s == "error cut-short app.example.com." }) {
		t.Errorf("%d questions, and\n%s", r.Questions, texts(r))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r := delegation.Check(ctx, bad, delegation.Options{Zone: app, Hints: hints()}); !r.Failed() {
		t.Error("a check without time finds nothing wrong")
	}
}
