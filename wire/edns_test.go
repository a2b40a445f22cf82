package wire_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/miekg/dns"
	"pgregory.net/rapid"

	"meridian/wire"
)

// TestCookieLengths: a client cookie has 8 octets, a server cookie 8 to 32 (RFC 7873
// section 4); what has another length is malformed (section 5.2.2).
func TestCookieLengths(t *testing.T) {
	for n := range 60 {
		p := query(opt(option(3, ""), option(10, strings.Repeat("c", n))))
		want := wire.Malformed
		if n == 8 || n >= 16 && n <= 40 {
			want = wire.Accept
		}
		var q wire.Query
		if v := q.Parse(p); v != want || q.Cookie.Present != (v == wire.Accept) || q.WantsNSID != (v == wire.Accept) {
			t.Errorf("%d octets: verdict %d, %+v", n, v, q.EDNS)
		}
		if q.Cookie.Present && (len(q.Cookie.Client) != 8 || len(q.Cookie.Server) != n-8) {
			t.Errorf("%d octets: %d and %d", n, len(q.Cookie.Client), len(q.Cookie.Server))
		}
		if v := readSlowly(p).verdict; v != want {
			t.Errorf("%d octets: the twin's verdict is %d", n, v)
		}
	}
}

// TestSeveralCookies: the first counts, whatever the others are (RFC 7873 section 5.2).
func TestSeveralCookies(t *testing.T) {
	q := parse(t, query(opt(option(10, "11111111"), option(10, "22222222"), option(10, "bad"))))
	if string(q.Cookie.Client) != "11111111" || len(q.Cookie.Server) != 0 {
		t.Errorf("got %q %q", q.Cookie.Client, q.Cookie.Server)
	}
	if v := new(wire.Query).Parse(query(opt(option(10, "bad"), option(10, "11111111")))); v != wire.Malformed {
		t.Errorf("a malformed one first: verdict %d", v)
	}
}

// everything is what a response's OPT can hold at most.
func everything() wire.Options {
	o := wire.Options{
		UDPSize:     1400,
		Cookie:      []byte("client..server..cookie.."),
		NSID:        bytes.Repeat([]byte("n"), 64),
		Keepalive:   100,
		ReportAgent: wire.Name("\x03err" + strings.Repeat("\x3f"+strings.Repeat("a", 63), 3) + "\x07example\x00"),
		ZoneVersion: true, HasZone: true, ZoneLabels: 2, ZoneSerial: 0x01020304,
	}
	o.SetError(wire.NotReady)
	return o
}

// TestOptions has miekg/dns read a response with all of them, each where its RFC wants it.
func TestOptions(t *testing.T) {
	q := parse(t, query(opt(option(3, ""), option(10, "client.."), option(11, ""), option(19, ""), ecs("\x00\x01\x18\x00\xc0\x00\x02"))))
	o := everything()
	o.ReportAgent = wire.MustParseName("err.example.")
	var w wire.Writer
	buf := make([]byte, wire.MaxUDPSize)
	w.Start(q, &o, buf, len(buf))
	m := unpack(t, buf[:w.Finish(wire.ServFail, 20)])
	var got []string
	for _, e := range m.IsEdns0().Option {
		got = append(got, fmt.Sprintf("%d %s", e.Option(), e))
	}
	want := []string{
		"8 192.0.2.0/24/20",
		"10 636c69656e742e2e7365727665722e2e636f6f6b69652e2e",
		"3 " + strings.Repeat("6e", 64),
		"11 use tcp keep-alive, timeout 10000ms",
		"18 err.example.",
		"19 \x01\x02\x03\x04",
		"15 14 (Not Ready): ()",
	}
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Errorf("option %d: got %v, want %s", i, got, want[i])
		}
	}
	if v := m.IsEdns0().Option[5].(*dns.EDNS0_ZONEVERSION); v.LabelCount != 2 || v.Type != 0 {
		t.Errorf("the zone version is %+v", v)
	}
	if len(got) != len(want) || m.IsEdns0().UDPSize() != 1400 || m.Rcode != dns.RcodeServerFailure {
		t.Errorf("got\n%s", m)
	}
}

// TestEverythingFits: with the longest question, every option asked for and the least
// that EDNS can say, the response still keeps its limit, and OPT and what was asked for
// are there; the agent and the extended error, for which nobody asked, make room.
func TestEverythingFits(t *testing.T) {
	longest := strings.Repeat("a.", 127)
	options := []dns.EDNS0{
		&dns.EDNS0_LOCAL{Code: 8, Data: []byte("\x00\x02\x80\x00" + strings.Repeat("\x20", 16))},
		&dns.EDNS0_LOCAL{Code: 10, Data: []byte("client..")}, &dns.EDNS0_LOCAL{Code: 3}, &dns.EDNS0_LOCAL{Code: 11}, &dns.EDNS0_LOCAL{Code: 19},
	}
	q := parse(t, packet(t, longest, dns.TypeA, withEDNS(512), func(m *dns.Msg) { m.IsEdns0().Option = options }))
	buf := bytes.Repeat([]byte{0xee}, 4096)
	o := everything()
	var w wire.Writer
	w.Start(q, &o, buf, wire.MinUDPSize)
	n := w.Finish(wire.ServFail, 0)
	if n > wire.MinUDPSize || len(bytes.Trim(buf[n:], "\xee")) > 0 {
		t.Fatalf("%d octets", n)
	}
	var got []uint16
	for _, e := range unpack(t, buf[:n]).IsEdns0().Option {
		got = append(got, e.Option())
	}
	if fmt.Sprint(got) != "[8 10 3 11 19 15]" {
		t.Errorf("options %v", got)
	}
}

// TestOptionsKeepTheLimit: whatever there is of options, questions and records, nothing
// is written beyond the limit, what has its room is there, and an extended error that
// doesn't fit is left out.
func TestOptionsKeepTheLimit(t *testing.T) {
	set := encode(t, "example.", "www.example. 60 IN A 192.0.2.1")
	seen := map[bool]bool{}
	rapid.Check(t, func(t *rapid.T) {
		name := strings.Repeat("a.", rapid.IntRange(1, 127).Draw(t, "labels"))
		q := parse(t, packet(t, name, dns.TypeA, withEDNS(512)))
		o := everything()
		o.NSID = o.NSID[:rapid.IntRange(0, 64).Draw(t, "NSID")]
		o.ZoneVersion = rapid.Bool().Draw(t, "zone version")
		if rapid.Bool().Draw(t, "short agent") {
			o.ReportAgent = "\x01a\x00"
		}
		limit := rapid.IntRange(512, 1232).Draw(t, "limit")
		buf := bytes.Repeat([]byte{0xee}, 4096)
		var w wire.Writer
		w.Start(q, &o, buf, limit)
		records := 0
		for range rapid.IntRange(0, 70).Draw(t, "records") {
			if w.Append(wire.Answer, set, wire.QuestionAt, wire.QuestionAt) {
				records++
			}
		}
		n := w.Finish(wire.NoError, 0)
		if n > limit || len(bytes.Trim(buf[n:], "\xee")) > 0 {
			t.Fatalf("%d octets under the limit %d", n, limit)
		}
		m := new(dns.Msg)
		if err := m.Unpack(buf[:n]); err != nil {
			t.Fatal(err)
		}
		there := map[uint16]bool{}
		for _, e := range m.IsEdns0().Option {
			there[e.Option()] = true
		}
		if !there[10] || !there[11] || there[3] != (len(o.NSID) > 0) || there[19] != o.ZoneVersion || len(m.Answer) != records {
			t.Fatalf("options %v, %d records of %d", there, len(m.Answer), records)
		}
		if there[15] != (there[15] || n+6 <= limit) {
			t.Fatalf("%d octets under %d, and no extended error", n, limit)
		}
		seen[there[15]] = true
	})
	if len(seen) != 2 {
		t.Errorf("an extended error was there: %v", seen)
	}
}

// TestStrip takes back sections and code, and Finish writes OPT anew.
func TestStrip(t *testing.T) {
	q := parse(t, query(opt(ecs("\x00\x01\x18\x00\xc0\x00\x02"))))
	set := encode(t, "example.", "www.example. 60 IN A 192.0.2.1")
	var w wire.Writer
	buf := make([]byte, wire.MaxUDPSize)
	o := everything()
	w.Start(q, &o, buf, len(buf))
	for _, section := range []wire.Section{wire.Answer, wire.Authority, wire.Additional} {
		w.Append(section, set, wire.QuestionAt, wire.QuestionAt+4)
	}
	w.Finish(wire.NXDomain, 24)
	w.Strip()
	o = wire.Options{}
	m := unpack(t, buf[:w.Finish(wire.Refused, 0)])
	if !m.Truncated || !w.Truncated() || m.Rcode != dns.RcodeRefused || len(m.Question) != 1 || len(m.Answer)+len(m.Ns) != 0 || len(m.Extra) != 1 || len(m.IsEdns0().Option) != 1 {
		t.Errorf("got\n%s", m)
	}
}
