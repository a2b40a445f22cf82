package answer

import (
	"strings"
	"testing"

	"github.com/miekg/dns"

	"meridian/view"
	"meridian/wire"
	"meridian/zones"
)

// withAliases puts ALIAS records into the world's zone, a second zone beside it, and
// fills the cells of what lies outside.
func withAliases(t testing.TB) *world {
	t.Helper()
	w := newWorld(t)
	v := w.shared.View()
	add := func(z *view.Zone, lines string) *view.Zone {
		e := z.Edit()
		for line := range strings.Lines(lines) {
			s, err := zones.ParseRecord(strings.TrimSpace(line), z.Name, 300)
			if err != nil {
				t.Fatal(err)
			}
			e.Put(s)
		}
		return e.Done()
	}
	main := add(v.Zone(wire.MustParseName("example.com.")), `@ ALIAS geo
		tostatic 30 ALIAS www
		tocname 600 ALIAS chain1
		toold ALIAS www.old
		toother ALIAS deep.example.org.
		tonothing ALIAS nothing-there
		toent ALIAS er.ent
		tochild ALIAS www.sub
		tocdn ALIAS cdn
		toaround ALIAS around
		*.apex ALIAS geo A
		many ALIAS l1.example.org.
		toloading ALIAS www.loading.example.
		hop CNAME tostatic
		hopgeo CNAME in.apex
		out ALIAS lb.example.net.
		out TXT "beside"
		fresh ALIAS new.example.net.
		gone ALIAS gone.example.net.`)
	other := add(view.NewZone(wire.MustParseName("example.org.")), `@ SOA ns hostmaster 1 2 3 4 60
		@ NS ns.example.net.
		deep ALIAS tostatic.example.com. AAAA A
		l1 CNAME l2
		l2 CNAME l3
		l3 CNAME l4
		l4 CNAME l5
		l5 CNAME l6
		l6 CNAME l7
		l7 CNAME l8
		l8 CNAME l9
		l9 CNAME l10
		l10 A 192.0.2.9`)
	v = v.With(2, []*view.Zone{main, other}, nil)
	a := wire.EncodeRRset(wire.Root, wire.Root, wire.TypeA, 60, [][]byte{{203, 0, 113, 1}, {203, 0, 113, 2}})
	known := map[string]*view.Resolved{
		"lb.example.net. A":         {Set: a, Until: 1_000_000},
		"lb.example.net. AAAA":      {Until: 1_000_000},
		"gone.example.net. A":       {Set: a, Until: 1},
		"gone.example.net. AAAA":    {Set: a, Until: 1, NetworkError: true},
		"us.cdn.example.net. A":     {Set: a, Until: 1_000_000},
		"us.cdn.example.net. AAAA":  {Until: 1_000_000},
		"www.sub.example.com. A":    {Set: a, Until: 1_000_000},
		"www.sub.example.com. AAAA": {Until: 1_000_000},
	}
	for n := range main.Aliases() {
		exits := v.FindExits(n.Alias())
		for i, e := range exits {
			exits[i].Cell = &view.Cell{}
			if found := known[e.Name.String()+" "+dns.TypeToString[e.Type]]; found != nil {
				exits[i].Cell.Store(found)
			}
		}
		n.Alias().SetExits(exits)
	}
	w.shared.SetView(v)
	return w
}

// aliasAnswers are questions at ALIAS records and their answers in short.
var aliasAnswers = []struct{ dig, want string }{
	{"example.com. A +subnet=11.1.2.0/24", "NOERROR qr aa rd|example.com. 20 IN A 198.51.100.1|example.com. 20 IN A 198.51.100.2|edns: udp 1232, subnet 11.1.2.0/24/13"},
	{"example.com. AAAA +subnet=2600:1:2::/48", "NOERROR qr aa rd|example.com. 20 IN AAAA 2001:db8:a::1|edns: udp 1232, subnet 2600:1:2::/48/6"},
	{"example.com. A -b 12.1.2.3", "NOERROR qr aa rd|example.com. 20 IN A 198.51.100.65|edns: udp 1232"},
	{"in.apex.example.com. A +subnet=11.1.2.0/24", "NOERROR qr aa rd|in.apex.example.com. 20 IN A 198.51.100.1|in.apex.example.com. 20 IN A 198.51.100.2|edns: udp 1232, subnet 11.1.2.0/24/13"},
	{"in.apex.example.com. AAAA", "NOERROR qr aa rd|authority:|example.com. 300 IN SOA ns1.example.com. hostmaster.example.com. 7 7200 900 1209600 300|edns: udp 1232"},
	{"tostatic.example.com. A +subnet=11.1.2.0/24", "NOERROR qr aa rd|tostatic.example.com. 30 IN A 192.0.2.1|tostatic.example.com. 30 IN A 192.0.2.2|edns: udp 1232, subnet 11.1.2.0/24/0"},
	{"TOstatic.example.com. A +noedns", "NOERROR qr aa rd|TOstatic.example.com. 30 IN A 192.0.2.1|TOstatic.example.com. 30 IN A 192.0.2.2"},
	{"tostatic.example.com. MX", "NOERROR qr aa rd|authority:|example.com. 300 IN SOA ns1.example.com. hostmaster.example.com. 7 7200 900 1209600 300|edns: udp 1232"},
	{"tostatic.example.com. ANY", "NOERROR qr aa rd|tostatic.example.com. 30 IN A 192.0.2.1|tostatic.example.com. 30 IN A 192.0.2.2|edns: udp 1232"},
	{"tostatic.example.com. AAAA", "NOERROR qr aa rd|authority:|example.com. 300 IN SOA ns1.example.com. hostmaster.example.com. 7 7200 900 1209600 300|edns: udp 1232"},
	{"toold.example.com. A", "NOERROR qr aa rd|toold.example.com. 60 IN A 192.0.2.21|edns: udp 1232"},
	{"toother.example.com. A", "NOERROR qr aa rd|toother.example.com. 30 IN A 192.0.2.1|toother.example.com. 30 IN A 192.0.2.2|edns: udp 1232"},
	{"deep.example.org. A", "NOERROR qr aa rd|deep.example.org. 30 IN A 192.0.2.1|deep.example.org. 30 IN A 192.0.2.2|edns: udp 1232"},
	{"tonothing.example.com. A", "NOERROR qr aa rd|authority:|example.com. 300 IN SOA ns1.example.com. hostmaster.example.com. 7 7200 900 1209600 300|edns: udp 1232"},
	{"toent.example.com. A", "NOERROR qr aa rd|authority:|example.com. 300 IN SOA ns1.example.com. hostmaster.example.com. 7 7200 900 1209600 300|edns: udp 1232"},
	{"tochild.example.com. A", "NOERROR qr aa rd|tochild.example.com. 60 IN A 203.0.113.1|tochild.example.com. 60 IN A 203.0.113.2|edns: udp 1232"},
	{"tocdn.example.com. A +subnet=11.1.2.0/24", "NOERROR qr aa rd|tocdn.example.com. 20 IN A 192.0.2.1|tocdn.example.com. 20 IN A 192.0.2.2|edns: udp 1232, subnet 11.1.2.0/24/13"},
	{"tocdn.example.com. A +subnet=12.1.2.0/24", "NOERROR qr aa rd|tocdn.example.com. 20 IN A 203.0.113.1|tocdn.example.com. 20 IN A 203.0.113.2|edns: udp 1232, subnet 12.1.2.0/24/6"},
	{"toaround.example.com. A +subnet=12.1.2.0/24", "SERVFAIL qr aa rd|edns: udp 1232, subnet 12.1.2.0/24/6"},
	{"many.example.com. A", "SERVFAIL qr aa rd|edns: udp 1232"},
	{"toloading.example.com. A", "SERVFAIL qr aa rd|edns: udp 1232, 14 (Not Ready): ()"},
	{"hop.example.com. A", "NOERROR qr aa rd|hop.example.com. 300 IN CNAME tostatic.example.com.|tostatic.example.com. 30 IN A 192.0.2.1|tostatic.example.com. 30 IN A 192.0.2.2|edns: udp 1232"},
	{"hopgeo.example.com. A -b 11.1.2.3", "NOERROR qr aa rd|hopgeo.example.com. 300 IN CNAME in.apex.example.com.|in.apex.example.com. 20 IN A 198.51.100.1|in.apex.example.com. 20 IN A 198.51.100.2|edns: udp 1232"},
	{"hopgeo.example.com. A +subnet=11.1.2.0/24", "NOERROR qr aa rd|hopgeo.example.com. 300 IN CNAME in.apex.example.com.|edns: udp 1232, subnet 11.1.2.0/24/0"},
	{"out.example.com. A +subnet=11.1.2.0/24", "NOERROR qr aa rd|out.example.com. 60 IN A 203.0.113.1|out.example.com. 60 IN A 203.0.113.2|edns: udp 1232, subnet 11.1.2.0/24/0"},
	{"out.example.com. AAAA", "NOERROR qr aa rd|authority:|example.com. 300 IN SOA ns1.example.com. hostmaster.example.com. 7 7200 900 1209600 300|edns: udp 1232"},
	{"out.example.com. ANY", `NOERROR qr aa rd|out.example.com. 300 IN TXT "beside"|edns: udp 1232`},
	{"fresh.example.com. A +subnet=11.1.2.0/24", "SERVFAIL qr aa rd|edns: udp 1232, subnet 11.1.2.0/24/0, 22 (No Reachable Authority): ()"},
	{"gone.example.com. A", "NOERROR qr aa rd|gone.example.com. 60 IN A 203.0.113.1|gone.example.com. 60 IN A 203.0.113.2|edns: udp 1232, 3 (Stale Answer): ()"},
}

func TestAliases(t *testing.T) {
	w := withAliases(t)
	for _, test := range aliasAnswers {
		a := parseDig(t, test.dig)
		r := NewResponder(&w.shared, Settings{})
		for _, over := range []Transport{UDP, TCP} {
			got := strings.ReplaceAll(strings.TrimSpace(show(r.askAt(t, a, over, 1000))), "\n", "|")
			if got != test.want {
				t.Errorf("%s over %s:\ngot  %s\nwant %s", test.dig, over, got, test.want)
			}
		}
	}
}

// TestAliasIsNeverAsked: the type under which ALIAS records are kept is in no answer.
func TestAliasIsNeverAsked(t *testing.T) {
	w := withAliases(t)
	a := parseDig(t, "tostatic.example.com. A")
	a.packet[len(a.packet)-15], a.packet[len(a.packet)-14] = 0xff, 0xfe // the type, before class and OPT
	m := NewResponder(&w.shared, Settings{}).askAt(t, a, UDP, 1000)
	if m.Question[0].Qtype != view.TypeALIAS || m.Rcode != dns.RcodeSuccess || len(m.Answer) != 0 || len(m.Ns) != 1 {
		t.Errorf("got\n%s", m)
	}
}

// TestStaleNetworkError: beside that the answer is stale stands why.
func TestStaleNetworkError(t *testing.T) {
	w := withAliases(t)
	m := NewResponder(&w.shared, Settings{}).askAt(t, parseDig(t, "gone.example.com. AAAA"), UDP, 1000)
	if got := show(m); !strings.Contains(got, "3 (Stale Answer): (), 23 (Network Error): ()") {
		t.Errorf("got\n%s", got)
	}
}

func TestAliasesAllocateNothing(t *testing.T) {
	w := withAliases(t)
	for _, test := range aliasAnswers {
		a := parseDig(t, test.dig)
		r, buf := NewResponder(&w.shared, Settings{}), make([]byte, wire.MaxUDPSize)
		if n := testing.AllocsPerRun(100, func() { r.Answer(buf, a.packet, Arrival{Client: a.client, Now: 1000}) }); n != 0 {
			t.Errorf("%s: %v allocations", test.dig, n)
		}
	}
}

func BenchmarkAlias(b *testing.B) {
	w := withAliases(b)
	for _, dig := range []string{"example.com. A +subnet=11.1.2.0/24", "tostatic.example.com. A", "out.example.com. A", "tocdn.example.com. A"} {
		b.Run(dig, func(b *testing.B) {
			a := parseDig(b, dig)
			r, buf := NewResponder(&w.shared, Settings{}), make([]byte, wire.MaxUDPSize)
			for b.Loop() {
				r.Answer(buf, a.packet, Arrival{Client: a.client, Now: 1000})
			}
		})
	}
}
