package answer

// The rate limit as the responder uses it: what is counted together, whom it spares, and
// what a client over it sees.

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"meridian/dnsserver/ratelimit"
)

// flood asks n times at one moment; a %d in the line is the number of the query. It
// returns what was over the limit, by kind and what became of it.
func (w *world) flood(t *testing.T, settings Settings, n int, line string) map[string]uint64 {
	t.Helper()
	r := NewResponder(&w.shared, settings)
	answered := 0
	for i := range n {
		a := parseDig(t, strings.ReplaceAll(line, "%d", fmt.Sprint(i)))
		if r.ask(t, a, a.over) != nil {
			answered++
		}
	}
	over := map[string]uint64{}
	dropped := 0
	for kind := range ratelimit.NumKinds {
		for became := range ratelimit.NumVerdicts {
			if n := r.Counters.Over(kind, became); n > 0 {
				over[fmt.Sprintf("%s %s", kind, became)] = n
			}
		}
		dropped += int(r.Counters.Over(kind, ratelimit.Drop))
	}
	if answered+dropped != n {
		t.Errorf("%s: of %d queries %d were answered and %d dropped", line, n, answered, dropped)
	}
	return over
}

// TestWhatCountsTogether: 25 queries at a rate of 5. What has one source in the zone is one
// thing, however many names lead there.
func TestWhatCountsTogether(t *testing.T) {
	w := newWorld(t)
	limited := func(kind string) map[string]uint64 {
		return map[string]uint64{kind + " dropped": 10, kind + " slipped": 10}
	}
	for _, c := range []struct {
		line string
		want map[string]uint64
	}{
		{"www.example.com. A", limited("positive")},
		{"chain1.example.com. A", limited("positive")},
		{"www.example.com. ANY", limited("positive")},
		{"www.example.com. AAAA", limited("nodata")},
		{"www.example.com. TYPE100%d", limited("nodata")},
		{"n%d.example.com. A", limited("nxdomain")},
		{"a.n%d.www.example.com. TYPE100%d", limited("nxdomain")},
		{"n%d.wild.example.com. A", limited("positive")},
		{"n%d.wild.example.com. AAAA", limited("nodata")},
		{"n%d.alias.example.com. A", limited("positive")},
		{"n%d.sub.example.com. A", limited("referral")},
		{"n%d.outside.example.com. A", limited("positive")},
		{"n%d.old.example.com. A", limited("nxdomain")},
		{"n%d.example.org. A", limited("failure")},
		{"n%d.loading.example. A", limited("failure")},
		{"www.example.com. A +edns=1", limited("failure")},
		{"www.example.com. A +trailing", limited("failure")},
		{". A +header-only +opcode=4", limited("failure")},
		{"version.bind. TXT -c CH", limited("failure")},
		{"chain%d.example.com. CNAME -b 192.0.2.%d", map[string]uint64{"nxdomain dropped": 9, "nxdomain slipped": 9}}, // chain1 and chain2 are there
		{"www.example.com. A -b 192.0.%d.1", nil},
		{"www.example.com. A -b 2001:db8:0:100::%d", limited("positive")},
		{"www.example.com. A -b 2001:db8:%d::1", nil},
		{"www.example.com. A +tcp", nil},
		{"www.example.com. A -b 127.0.0.1", map[string]uint64{"positive sent": 20}},
		{"www.example.com. A -b ::1", map[string]uint64{"positive sent": 20}},
		{"geo.example.com. A +subnet=11.1.%d.0/24", nil}, // a kind of its own, with a higher limit
		{"n%d.anywhere.example.com. A", nil},
	} {
		if diff := cmp.Diff(c.want, w.flood(t, Settings{Rate: 5}, 25, c.line), cmp.Transformer("none", func(m map[string]uint64) string { return fmt.Sprint(m) })); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.line, diff)
		}
	}
}

// TestSteeredAnswersAreSlipped: a resolver that asks for each of its clients' networks is
// never left without an answer, however much it asks.
func TestSteeredAnswersAreSlipped(t *testing.T) {
	w := newWorld(t)
	for _, line := range []string{"geo.example.com. A +subnet=11.1.2.0/24", "n%d.anywhere.example.com. A", "geo.example.com. AAAA", "togeo.example.com. A"} {
		got := w.flood(t, Settings{Rate: 1}, 60, line)
		if diff := cmp.Diff(map[string]uint64{"steered slipped": 10}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", line, diff)
		}
	}
}

// TestWhoIsSpared: who has shown where it is, and networks that are named.
func TestWhoIsSpared(t *testing.T) {
	w := newWorld(t)
	settings := everything(w)
	settings.Rate = 5
	limited := "map[positive dropped:10 positive slipped:10]"
	mine := w.cookieFor(t, "192.0.2.200")
	for _, c := range []struct{ line, want string }{
		{"www.example.com. A", limited},
		{"www.example.com. A +cookie=" + mine, "map[]"},
		{"www.example.com. A -b 192.0.2.201 +cookie=" + mine, limited}, // another's
		{"www.example.com. A +cookie=0102030405060708", limited},
		{"www.example.com. A +cookie=" + mine[:47] + "x", limited},
		{"www.example.com. A -b 203.0.113.7", "map[positive sent:20]"},
		{"www.example.com. A -b 2001:db8::7", "map[positive sent:20]"},
	} {
		line := strings.Replace(c.line, mine[:47]+"x", flip(mine), 1)
		if got := fmt.Sprint(w.flood(t, settings, 25, line)); got != c.want {
			t.Errorf("%s: %s, want %s", line, got, c.want)
		}
	}
	settings.LimitLoopback = true
	if got := fmt.Sprint(w.flood(t, settings, 25, "www.example.com. A -b 127.0.0.1")); got != limited {
		t.Errorf("loopback: %s", got)
	}
	if got := fmt.Sprint(w.flood(t, settings, 25, "version.bind. TXT -c CH")); got != limited {
		t.Errorf("what the server says of itself: %s", got)
	}
	settings.Rate = 0
	if got := fmt.Sprint(w.flood(t, settings, 1000, "www.example.com. A")); got != "map[]" {
		t.Errorf("without a limit: %s", got)
	}
}

// flip changes a cookie's last digit.
func flip(cookie string) string {
	last := "0"
	if strings.HasSuffix(cookie, last) {
		last = "1"
	}
	return cookie[:len(cookie)-1] + last
}

// TestSlip: over the limit a client sees header, question and OPT, with TC; by the cookie
// in it, it is known from then on.
func TestSlip(t *testing.T) {
	w := newWorld(t)
	settings := everything(w)
	settings.Rate = 1
	for _, c := range []struct{ line, want string }{
		{"vast.example.com. A", "NOERROR qr aa tc rd\nedns: udp 1232\n"},
		{"no-such-name.example.com. A +nsid +zoneversion", "NOERROR qr aa tc rd\nedns: udp 1232\n"},
		{"www.example.org. A", "NOERROR qr tc rd\nedns: udp 1232\n"},
		{"www.sub.example.com. A +noedns", "NOERROR qr tc rd\n"},
		{"www.example.com. A +subnet=11.1.2.0/24", "NOERROR qr aa tc rd\nedns: udp 1232, subnet 11.1.2.0/24/0\n"},
	} {
		r := NewResponder(&w.shared, settings)
		a := parseDig(t, c.line)
		for range 2 { // sent, dropped
			r.ask(t, a, UDP)
		}
		m := r.ask(t, a, UDP)
		if show(m) != c.want || len(m.Question) != 1 {
			t.Errorf("%s:\n%s", c.line, show(m))
		}
		if n := r.Counters.Truncated.Load(); n != 0 {
			t.Errorf("%s: %d are counted as too long", c.line, n)
		}
	}
	r := NewResponder(&w.shared, settings)
	a := parseDig(t, "www.example.com. A +cookie")
	for range 2 {
		r.ask(t, a, UDP)
	}
	m := r.ask(t, a, UDP)
	_, given, _ := strings.Cut(strings.TrimSpace(show(m)), "cookie ")
	if !m.Truncated || len(given) != 48 {
		t.Fatalf("got\n%s", show(m))
	}
	if m := r.ask(t, parseDig(t, "www.example.com. A +cookie="+given), UDP); m.Truncated || len(m.Answer) != 2 {
		t.Errorf("with the cookie:\n%s", show(m))
	}
}

// TestShorten: the last response again, empty and with TC, its code as it was.
func TestShorten(t *testing.T) {
	w := newWorld(t)
	r := NewResponder(&w.shared, everything(w))
	for _, c := range []struct{ line, want string }{
		{"huge.example.com. TXT", "NOERROR qr aa tc rd\nedns: udp 1232\n"},
		{"no-such-name.example.com. A +nsid", "NXDOMAIN qr aa tc rd\nedns: udp 1232\n"},
		{"www.example.com. A +edns=1", "BADVERS qr tc rd\nedns: udp 1232\n"},
		{"geo.example.com. A +subnet=11.1.2.0/24", "NOERROR qr aa tc rd\nedns: udp 1232, subnet 11.1.2.0/24/0\n"},
	} {
		a := parseDig(t, c.line)
		buf := make([]byte, 4096)
		if n := r.Answer(buf, a.packet, Arrival{Client: netip.MustParseAddr("192.0.2.1")}); n == 0 {
			t.Fatal("no answer")
		}
		if got := show(unpack(t, buf[:r.Shorten()])); got != c.want {
			t.Errorf("%s:\n%s", c.line, got)
		}
	}
}
