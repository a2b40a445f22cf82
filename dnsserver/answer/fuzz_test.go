package answer

import (
	"bytes"
	"encoding/hex"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"meridian/wire"
)

// FuzzAnswer has any packet answered by any server, over UDP and TCP. What holds for every
// answer: it keeps its limit, miekg/dns can read it, and it belongs to the question.
func FuzzAnswer(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txt")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if args, ok := strings.CutPrefix(line, "$ dig "); ok {
				a := parseDig(f, args)
				f.Add(a.packet, a.client.AsSlice(), uint8(len(args)))
			}
		}
	}
	f.Add(malformedECS(f).packet, []byte{11, 1, 2, 3}, uint8(0))
	w := newWorld(f)
	f.Fuzz(func(t *testing.T, packet, from []byte, set uint8) {
		client, ok := netip.AddrFromSlice(from)
		if !ok {
			client = netip.IPv6Unspecified()
		}
		settings := fuzzSettings(w, set)
		r := NewResponder(&w.shared, settings)
		overUDP := checkAnswer(t, r, packet, client.Unmap(), UDP)
		overTCP := checkAnswer(t, r, packet, client.Unmap(), TCP)
		if overUDP != nil && !overUDP.Truncated && settings.Keepalive == 0 && show(overUDP) != show(overTCP) {
			t.Errorf("over UDP\n%s\nover TCP\n%s", show(overUDP), show(overTCP))
		}
		for range 4 { // over the limit, where there is one
			checkAnswer(t, r, packet, client.Unmap(), UDP)
		}
	})
}

// fuzzSettings has one thing set for each bit.
func fuzzSettings(w *world, set uint8) Settings {
	var s Settings
	w.shared.SetCookies(nil)
	for i, f := range []func(){
		func() { w.shared.SetCookies(w.secrets) },
		func() { s.NSID = bytes.Repeat([]byte("n"), MaxNSID) },
		func() { s.ReportAgent = wire.Name(strings.Repeat("\x01a", 127) + "\x00") },
		func() { s.Keepalive = 100 },
		func() { s.Rate = 1 },
		func() { s.UDPSize = wire.MaxUDPSize },
		func() { s.Chaos = map[wire.Name]string{wire.MustParseName("version.bind."): strings.Repeat("v", 255)} },
		func() { s.LimitLoopback = true },
	} {
		if set>>i&1 != 0 {
			f()
		}
	}
	return s
}

// checkAnswer has one packet answered, and checks what can be told without knowing
// the zones.
func checkAnswer(t *testing.T, r *Responder, packet []byte, client netip.Addr, over Transport) *dns.Msg {
	buf := bytes.Repeat([]byte{0xee}, wire.MaxTCPSize)
	before := bytes.Clone(packet)
	n := r.Answer(buf, packet, Arrival{Client: client, Over: over})
	if !bytes.Equal(packet, before) {
		t.Fatal("the query was written to")
	}
	var q wire.Query
	verdict := q.Parse(packet)
	limited := over == UDP && r.settings.Rate > 0
	written := n
	if limited && verdict != wire.Drop { // what is slipped or dropped was longer once
		written = max(n, slowLimit(&q, over, r.settings.UDPSize))
	}
	if bytes.Count(buf[written:], []byte{0xee}) != len(buf)-written {
		t.Fatalf("%d octets, and something behind them", n)
	}
	if n == 0 || verdict == wire.Drop {
		if n != 0 || verdict != wire.Drop && !limited {
			t.Fatalf("verdict %d, %d octets", verdict, n)
		}
		return nil
	}
	reply := buf[:n]
	if limit := slowLimit(&q, over, r.settings.UDPSize); n > limit {
		t.Fatalf("%d octets, %d are allowed", n, limit)
	}
	m := new(dns.Msg)
	if err := m.Unpack(reply); err != nil {
		t.Fatalf("unpacking %x: %v", reply, err)
	}
	checkHeader(t, packet, reply, m)
	checkOPT(t, &q, packet, m, verdict == wire.Accept)
	if verdict == wire.Accept {
		checkSections(t, m, over)
	} else if len(m.Answer)+len(m.Ns) > 0 || m.Rcode == 0 && verdict != wire.OnlyCookie && !(limited && m.Truncated) {
		t.Fatalf("verdict %d is answered with\n%s", verdict, m)
	}
	return m
}

func slowLimit(q *wire.Query, over Transport, ours int) int {
	switch {
	case over == TCP:
		return 65535
	case !q.HasOPT || q.UDPSize < 512:
		return 512
	case q.UDPSize > ours:
		return ours
	}
	return q.UDPSize
}

// checkHeader: id, opcode, RD and CD return, and the question octet by octet.
func checkHeader(t *testing.T, packet, reply []byte, m *dns.Msg) {
	if !bytes.Equal(reply[:2], packet[:2]) || reply[2]&0x79 != packet[2]&0x79 || reply[2]&0x80 == 0 || reply[3]&0xf0 != packet[3]&0x10 {
		t.Fatalf("the header %x is answered with %x", packet[:4], reply[:4])
	}
	if len(m.Question) > 1 {
		t.Fatalf("%d questions", len(m.Question))
	}
	if len(m.Question) == 1 {
		_, end, err := dns.UnpackDomainName(reply, 12)
		if err != nil || !bytes.Equal(reply[12:end+4], packet[12:end+4]) {
			t.Fatalf("the question %x is answered with %x, %v", packet[12:], reply[12:], err)
		}
	}
}

// checkOPT: at most one, where the query had one; the client subnet returns as it came
// in what is accepted, and not in errors of form.
func checkOPT(t *testing.T, q *wire.Query, packet []byte, m *dns.Msg, accepted bool) {
	var opts []*dns.OPT
	for _, rr := range m.Extra {
		if o, ok := rr.(*dns.OPT); ok {
			opts = append(opts, o)
		}
	}
	if len(opts) > 1 || (len(opts) == 1) != q.HasOPT {
		t.Fatalf("OPT in the query: %v; in the answer: %v", q.HasOPT, opts)
	}
	if len(opts) == 0 {
		return
	}
	var subnet *dns.EDNS0_SUBNET
	seen := map[uint16]bool{}
	for _, option := range opts[0].Option {
		if seen[option.Option()] {
			t.Fatalf("two options of a kind: %v", opts[0].Option)
		}
		seen[option.Option()] = true
		checkAskedFor(t, q, option, accepted)
		if s, ok := option.(*dns.EDNS0_SUBNET); ok {
			subnet = s
		}
	}
	if (subnet != nil) != (accepted && q.ECS.Present) {
		t.Fatalf("ECS in the query: %v, accepted: %v; in the answer: %v", q.ECS.Present, accepted, opts[0].Option)
	}
	if subnet == nil {
		return
	}
	if subnet.SourceScope != 0 && (subnet.SourceNetmask == 0 || m.Rcode == dns.RcodeRefused || len(m.Answer) == 0 && !m.Truncated) {
		t.Fatalf("scope %d in\n%s", subnet.SourceScope, m)
	}
	subnet.SourceScope = 0
	o := &dns.OPT{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeOPT}, Option: []dns.EDNS0{subnet}}
	octets := make([]byte, 64)
	n, err := dns.PackRR(o, octets, 0, nil, false)
	if err != nil || !bytes.Contains(packet, octets[11:n]) {
		t.Fatalf("the answer has the client subnet %x, %v", octets[11:n], err)
	}
}

// checkAskedFor: of all options only the agent and the extended error come unasked, and
// neither they nor others in errors of form.
func checkAskedFor(t *testing.T, q *wire.Query, o dns.EDNS0, accepted bool) {
	asked := map[uint16]bool{
		dns.EDNS0SUBNET:       q.ECS.Present,
		dns.EDNS0COOKIE:       q.Cookie.Present,
		dns.EDNS0NSID:         q.WantsNSID,
		dns.EDNS0TCPKEEPALIVE: q.WantsKeepalive,
		dns.EDNS0ZONEVERSION:  q.WantsZoneVersion,
		dns.EDNS0EDE:          accepted,
		dns.EDNS0REPORTING:    accepted,
	}
	if !asked[o.Option()] {
		t.Fatalf("nobody asked for option %d", o.Option())
	}
	if c, ok := o.(*dns.EDNS0_COOKIE); ok && c.Cookie[:16] != hex.EncodeToString(q.Cookie.Client) {
		t.Fatalf("the client cookie %x is answered with %s", q.Cookie.Client, c.Cookie)
	}
}

// checkSections: no record twice, TC over UDP alone, and whoever has no answer and no
// referral is told how long that holds.
func checkSections(t *testing.T, m *dns.Msg, over Transport) {
	seen := map[string]bool{}
	for _, section := range [][]dns.RR{m.Answer, m.Ns, m.Extra} {
		for _, rr := range section {
			if seen[rr.String()] {
				t.Fatalf("%s is there twice", rr)
			}
			seen[rr.String()] = true
		}
	}
	if m.Truncated && over == TCP {
		t.Fatal("truncated over TCP")
	}
	negative := m.Rcode == dns.RcodeNameError || m.Rcode == dns.RcodeSuccess && len(m.Answer) == 0
	if negative && !m.Truncated && (len(m.Ns) == 0 || m.Authoritative != (m.Ns[0].Header().Rrtype == dns.TypeSOA)) {
		t.Fatalf("a negative answer without SOA, and no referral:\n%s", m)
	}
	if m.Rcode == dns.RcodeRefused && (m.Authoritative || len(m.Answer)+len(m.Ns) > 0) {
		t.Fatalf("refused with\n%s", m)
	}
}
