package wire_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
	"pgregory.net/rapid"

	"meridian/wire"
)

// reply is the response to a parsed packet with nothing in its sections.
func reply(t testing.TB, p []byte, q *wire.Query, rcode wire.Rcode) *dns.Msg {
	t.Helper()
	var w wire.Writer
	buf := make([]byte, wire.MinUDPSize)
	w.Start(q, &wire.Options{}, buf, len(buf))
	return unpack(t, buf[:w.Finish(rcode, 0)])
}

func unpack(t testing.TB, b []byte) *dns.Msg {
	t.Helper()
	m := new(dns.Msg)
	if err := m.Unpack(b); err != nil {
		t.Fatalf("unpacking %x: %v", b, err)
	}
	return m
}

func parse(t rapid.TB, p []byte) *wire.Query {
	t.Helper()
	q := new(wire.Query)
	if v := q.Parse(p); v != wire.Accept {
		t.Fatalf("parsing %x: verdict %d", p, v)
	}
	return q
}

// records reads records of one owner and type in zone-file form, and packs their RDATA.
func records(t rapid.TB, lines ...string) (rrs []dns.RR, rdata [][]byte) {
	t.Helper()
	for _, line := range lines {
		r, err := dns.NewRR(line)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		buf := make([]byte, 1024)
		n, err := dns.PackRR(r, buf, 0, nil, false)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		_, at, _ := dns.UnpackDomainName(buf, 0)
		rrs, rdata = append(rrs, r), append(rdata, buf[at+10:n])
	}
	return rrs, rdata
}

// encode makes the RRset of records of one owner and type in a zone.
func encode(t rapid.TB, zone string, lines ...string) wire.RRset {
	t.Helper()
	rrs, rdata := records(t, lines...)
	h := rrs[0].Header()
	return wire.EncodeRRset(wire.MustParseName(h.Name), wire.MustParseName(zone), h.Rrtype, h.Ttl, rdata)
}

// TestResponse writes a chain with an authority and an additional section, each RRset
// away from the place that it was encoded for, and has miekg/dns read it.
func TestResponse(t *testing.T) {
	q := parse(t, packet(t, "WWW.example.com.", dns.TypeMX, withEDNS(1232)))
	cname := encode(t, "example.com.", "www.example.com. 60 IN CNAME Mail.eu.example.com.")
	mx := encode(t, "example.com.", "mail.eu.example.com. 300 IN MX 10 a.example.com.", "mail.eu.example.com. 300 IN MX 20 b.example.net.")
	ns := encode(t, "example.com.", "example.com. 3600 IN NS example.com.", "example.com. 3600 IN NS ns.example.org.")
	a := encode(t, "example.com.", "example.com. 3600 IN A 192.0.2.1")

	var w wire.Writer
	buf := make([]byte, wire.MaxUDPSize)
	w.Start(q, &wire.Options{}, buf, len(buf))
	w.Authoritative()
	apexAt := wire.QuestionAt + len("\x03www")
	appended := w.Len()
	ok := w.Append(wire.Answer, cname, wire.QuestionAt, apexAt)
	ok = ok && w.Append(wire.Answer, mx, cname.Target().At(appended), apexAt)
	appended = w.Len()
	ok = ok && w.Append(wire.Authority, ns, apexAt, apexAt)
	ok = ok && w.Append(wire.Additional, a, ns.Target().At(appended), apexAt)
	if !ok {
		t.Fatal("it doesn't fit")
	}
	n := w.Finish(wire.NoError, 0)
	m := unpack(t, buf[:n])
	want := `;; opcode: QUERY, status: NOERROR, id: 4660
;; flags: qr aa rd; QUERY: 1, ANSWER: 3, AUTHORITY: 2, ADDITIONAL: 2

;; OPT PSEUDOSECTION:
; EDNS: version 0; flags:; udp: 1232

;; QUESTION SECTION:
;WWW.example.com.	IN	 MX

;; ANSWER SECTION:
WWW.example.com.	60	IN	CNAME	Mail.eu.example.com.
Mail.eu.example.com.	300	IN	MX	10 a.example.com.
Mail.eu.example.com.	300	IN	MX	20 b.example.net.

;; AUTHORITY SECTION:
example.com.	3600	IN	NS	example.com.
example.com.	3600	IN	NS	ns.example.org.

;; ADDITIONAL SECTION:
example.com.	3600	IN	A	192.0.2.1
`
	if diff := cmp.Diff(want, m.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestHeaderAndOPT holds what is echoed and what isn't.
func TestHeaderAndOPT(t *testing.T) {
	const subnet = "\x00\x02\x38\x00\x20\x01\x0d\xb8\x00\x01\x02"
	p := query(opt(option(10, "cookie!!"), ecs(subnet)))
	p[2] |= 0x06 // AA and TC, which mean nothing in a query
	p[3] = 0x30  // AD and CD
	q := parse(t, p)
	var w wire.Writer
	buf := bytes.Repeat([]byte{0xff}, wire.MaxUDPSize)
	w.Start(q, &wire.Options{}, buf, len(buf))
	w.Truncate()
	got := buf[:w.Finish(wire.Refused, 48)]
	want := []byte("\x12\x34\x83\x15\x00\x01\x00\x00\x00\x00\x00\x01" + // QR TC RD, CD REFUSED
		"\x03www\x07example\x00\x00\x01\x00\x01" +
		"\x00\x00\x29\x04\xd0\x00\x00\x00\x00\x00\x0f\x00\x08\x00\x0b" + "\x00\x02\x38\x30" + subnet[4:])
	if !bytes.Equal(got, want) {
		t.Errorf("got\n%x, want\n%x", got, want)
	}

	// BADVERS has its upper bits in OPT.
	q = new(wire.Query)
	p = query(with1(opt(), 6))
	if v := q.Parse(p); v != wire.BadVersion {
		t.Fatalf("verdict %d", v)
	}
	if m := reply(t, p, q, wire.BadVers); m.Rcode != dns.RcodeBadVers || m.IsEdns0().Version() != 0 {
		t.Errorf("got\n%s", m)
	}
}

// TestNothingBeyondTheLimit appends two RRsets under every limit: each is there whole
// or not at all, OPT always is, and no octet beyond the limit is touched.
func TestNothingBeyondTheLimit(t *testing.T) {
	q := parse(t, query(opt(ecs("\x00\x01\x18\x00\xc0\x00\x02"))))
	addresses := encode(t, "example.", "www.example. 60 IN A 192.0.2.1", "www.example. 60 IN A 192.0.2.2", "www.example. 60 IN A 192.0.2.3")
	least := 12 + 17 + 11 + 4 + 7
	made := map[int]bool{}
	for limit := least; limit < least+200; limit++ {
		buf := bytes.Repeat([]byte{0xee}, 1000)
		var w wire.Writer
		w.Start(q, &wire.Options{}, buf, limit)
		first := w.Append(wire.Answer, addresses, wire.QuestionAt, wire.QuestionAt+4)
		second := w.AppendAddresses(wire.Addresses{Type: wire.TypeA, TTL: 60, Octets: "\xc0\x00\x02\x01\xc0\x00\x02\x02\xc0\x00\x02\x03"}, 0b010, wire.QuestionAt)
		_, third := w.AppendCNAME(5, wire.QuestionAt, []byte("\x01x\x00"))
		n := w.Finish(wire.NoError, 24)
		if n > limit || len(bytes.Trim(buf[limit:], "\xee")) > 0 {
			t.Fatalf("%d octets under the limit %d", n, limit)
		}
		want := 0
		for i, there := range []bool{first, second, third} {
			if there {
				want += 3 - i
			}
		}
		m := unpack(t, buf[:n])
		if len(m.Answer) != want || m.IsEdns0() == nil || len(m.IsEdns0().Option) != 1 {
			t.Fatalf("limit %d: want %d records of\n%s", limit, want, m)
		}
		made[want] = true
	}
	if !made[0] || !made[6] {
		t.Errorf("of six records limits let through %v", made)
	}
}

// TestAppendAddresses leaves out any set of up to 16 addresses of either family.
func TestAppendAddresses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		count := rapid.IntRange(1, 16).Draw(t, "count")
		skip := rapid.Uint16().Draw(t, "skip")
		length := rapid.SampledFrom([]int{4, 16}).Draw(t, "length")
		var octets []byte
		for i := range count {
			octets = append(append(octets, make([]byte, length-1)...), byte(i))
		}
		typ := map[int]uint16{4: wire.TypeA, 16: wire.TypeAAAA}[length]
		var q wire.Query
		q.Parse(query())
		var w wire.Writer
		buf := make([]byte, wire.MaxUDPSize)
		w.Start(&q, &wire.Options{}, buf, len(buf))
		if !w.AppendAddresses(wire.Addresses{Type: typ, TTL: 20, Octets: string(octets)}, skip, wire.QuestionAt) {
			t.Fatal("it doesn't fit")
		}
		var got, want []byte
		m := new(dns.Msg)
		if err := m.Unpack(buf[:w.Finish(wire.NoError, 0)]); err != nil {
			t.Fatal(err)
		}
		for _, r := range m.Answer {
			switch r := r.(type) {
			case *dns.A:
				got = append(got, r.A[len(r.A)-1])
			case *dns.AAAA:
				got = append(got, r.AAAA[15])
			}
		}
		for i := range count {
			if skip>>i&1 == 0 {
				want = append(want, byte(i))
			}
		}
		if len(want) == 0 { // all are down: all are answered
			for i := range count {
				want = append(want, byte(i))
			}
		}
		if !bytes.Equal(got, want) {
			t.Errorf("skipping %016b of %d: got %v, want %v", skip, count, got, want)
		}
	})
}
