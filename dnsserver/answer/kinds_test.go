package answer

import (
	"net/netip"
	"testing"

	"github.com/miekg/dns"

	"meridian/dnsserver/cookie"
	"meridian/wire"
)

// kinds has a question for each kind of answer, with what makes it that kind.
var kinds = []struct {
	name, dig string
	rcode     wire.Rcode
	truncated bool
}{
	{"static", "www.example.com. A", wire.NoError, false},
	{"static ECS v4", "www.example.com. A +subnet=11.1.2.0/24", wire.NoError, false},
	{"wildcard", "any.wild.example.com. A", wire.NoError, false},
	{"nodata", "www.example.com. AAAA", wire.NoError, false},
	{"empty non-terminal", "er.ent.example.com. A", wire.NoError, false},
	{"nxdomain", "no-such-name.example.com. A", wire.NXDomain, false},
	{"referral", "www.sub.example.com. A", wire.NoError, false},
	{"CNAME chain", "chain1.example.com. A", wire.NoError, false},
	{"CNAME loop", "loop1.example.com. A", wire.NoError, false},
	{"DNAME", "www.old.example.com. A", wire.NoError, false},
	{"DNAME too long", "12345678901234567890123456789012345678901234567890123.toolong.example.com. A", wire.YXDomain, false},
	{"ANY", "www.example.com. ANY", wire.NoError, false},
	{"truncated", "vast.example.com. TXT", wire.NoError, true},
	{"steered v4", "geo.example.com. A -b 11.1.2.3", wire.NoError, false},
	{"steered v6", "geo.example.com. AAAA -b 2a00:1::1", wire.NoError, false},
	{"steered ECS v4", "geo.example.com. A +subnet=11.1.2.0/24", wire.NoError, false},
	{"steered ECS v6", "geo.example.com. AAAA +subnet=2a00:1:2::/48", wire.NoError, false},
	{"steered ECS /1", "geo.example.com. A +subnet=0.0.0.0/1", wire.NoError, false},
	{"steered share", "share.example.com. A +subnet=11.1.2.0/24", wire.NoError, false},
	{"steered wildcard", "any.anywhere.example.com. A +subnet=11.1.2.0/24", wire.NoError, false},
	{"steered CNAME", "cdn.example.com. A +subnet=11.1.2.0/24", wire.NoError, false},
	{"chain to steered", "togeo.example.com. A -b 11.1.2.3", wire.NoError, false},
	{"DNAME to steered", "geo.old.example.com. A -b 11.1.2.3", wire.NoError, false},
	{"refused", "www.example.org. A", wire.Refused, false},
	{"servfail", "www.loading.example. A", wire.ServFail, false},
	{"DS", "del.example.com. DS", wire.NoError, false},
	{"all options", "www.example.com. A +cookie +nsid +zoneversion +subnet=11.1.2.0/24", wire.NoError, false},
	{"chaos", "version.bind. TXT -c CH", wire.NoError, false},
	{"only a cookie", ". A +header-only +cookie", wire.NoError, false},
	{"badvers", "www.example.com. A +edns=1", wire.BadVers, false},
}

// malformedECS is a query whose ADDRESS has a bit set beyond SOURCE.
func malformedECS(t testing.TB) asked {
	a := parseDig(t, "geo.example.com. A +subnet=11.1.2.0/24")
	a.packet[len(a.packet)-1] = 0xff
	a.packet[len(a.packet)-5] = 23
	return a
}

// everything is a server with all there is to set, and cookies in its world.
func everything(w *world) Settings {
	w.shared.SetCookies(cookie.Random())
	return Settings{
		NSID:        []byte("fra1"),
		Chaos:       map[wire.Name]string{wire.MustParseName("version.bind."): "meridian"},
		ReportAgent: wire.MustParseName("err.example.net."),
		Rate:        200,
		Exempt:      []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("2001:db8::/32")},
	}
}

// eachKind calls f for each kind, malformed ones too, with a responder of its own that
// does all that can be set.
func eachKind(t testing.TB, f func(name string, r *Responder, a asked)) {
	w := newWorld(t)
	settings := everything(w)
	for _, kind := range kinds {
		a := parseDig(t, kind.dig)
		m := NewResponder(&w.shared, settings).ask(t, a, a.over)
		if m.Rcode != int(kind.rcode) || m.Truncated != kind.truncated {
			t.Fatalf("%s is answered with\n%s", kind.name, show(m))
		}
		f(kind.name, NewResponder(&w.shared, settings), a)
	}
	known := parseDig(t, "www.example.com. A +cookie="+w.cookieFor(t, "192.0.2.200"))
	f("cookie given back", NewResponder(&w.shared, settings), known)
	a := malformedECS(t)
	if m := NewResponder(&w.shared, Settings{}).ask(t, a, UDP); show(m) != "FORMERR qr rd\nedns: udp 1232\n" {
		t.Fatalf("a malformed query is answered with\n%s", show(m))
	}
	f("formerr", NewResponder(&w.shared, settings), a)
}

// cookieFor is a client cookie with a valid server cookie, in hexadecimal.
func (w *world) cookieFor(t testing.TB, client string) string {
	t.Helper()
	a := parseDig(t, "www.example.com. A +cookie -b "+client)
	for _, e := range NewResponder(&w.shared, Settings{}).ask(t, a, UDP).IsEdns0().Option {
		if c, ok := e.(*dns.EDNS0_COOKIE); ok {
			return c.Cookie
		}
	}
	t.Fatal("no cookie was given")
	return ""
}

// Within the limit and beyond it, sent, slipped and dropped.
func TestAnswersAllocateNothing(t *testing.T) {
	eachKind(t, func(name string, r *Responder, a asked) {
		buf := make([]byte, wire.MaxUDPSize)
		if n := testing.AllocsPerRun(500, func() { r.Answer(buf, a.packet, Arrival{Client: a.client, Over: a.over}) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	})
}

// BenchmarkAnswer is from the packet to the response, by kind of answer, with cookies and
// the rate limit on.
func BenchmarkAnswer(b *testing.B) {
	eachKind(b, func(name string, r *Responder, a asked) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			buf := make([]byte, wire.MaxUDPSize)
			now := int64(0)
			for b.Loop() {
				now += 1000 // within the limit
				r.Answer(buf, a.packet, Arrival{Client: a.client, Over: a.over, Now: now})
			}
		})
	})
	w := newWorld(b)
	for name, args := range map[string]string{"slipped": "geo.example.com. A", "slipped or dropped": "www.example.com. A"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			r, a := NewResponder(&w.shared, Settings{Rate: 1}), parseDig(b, args)
			buf := make([]byte, wire.MaxUDPSize)
			for b.Loop() {
				r.Answer(buf, a.packet, Arrival{Client: a.client, Over: a.over})
			}
		})
	}
}

// TestNoView: a server without a view refuses all.
func TestNoView(t *testing.T) {
	a := parseDig(t, "www.example.com. A")
	if m := NewResponder(&Shared{}, Settings{}).ask(t, a, UDP); show(m) != "REFUSED qr rd\nedns: udp 1232, 20 (Not Authoritative): ()\n" {
		t.Errorf("got\n%s", show(m))
	}
}

// TestNotAnswered: what isn't a query, or could be a response sent back and forth.
func TestNotAnswered(t *testing.T) {
	w := newWorld(t)
	response := parseDig(t, "www.example.com. A").packet
	response[2] |= 0x80
	for _, p := range [][]byte{nil, response[:11], response} {
		r := NewResponder(&w.shared, Settings{})
		if n := r.Answer(make([]byte, wire.MaxUDPSize), p, Arrival{Client: netip.IPv6Loopback()}); n != 0 || r.counts()["dropped"] != 1 || len(r.counts()) != 1 {
			t.Errorf("%x is answered with %d octets; counters %v", p, n, r.counts())
		}
	}
}

// TestViewIsSwapped: the next query is answered from the new view.
func TestViewIsSwapped(t *testing.T) {
	w := newWorld(t)
	r := NewResponder(&w.shared, Settings{})
	a := parseDig(t, "www.example.com. A")
	if m := r.ask(t, a, UDP); len(m.Answer) != 2 {
		t.Errorf("got\n%s", show(m))
	}
	v := w.shared.View()
	w.shared.SetView(v.With(2, nil, []wire.Name{"\x07example\x03com\x00"}))
	if m := r.ask(t, a, UDP); m.Rcode != int(wire.Refused) {
		t.Errorf("got\n%s", show(m))
	}
}
