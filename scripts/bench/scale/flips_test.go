package scale

import (
	"net"
	"net/netip"
	"testing"

	"github.com/miekg/dns"
)

func TestFlipsAreSeen(t *testing.T) {
	own, spare := netip.MustParseAddr("127.0.9.1"), netip.MustParseAddr("127.0.9.200")
	f, err := newFlips([]string{"f0.flood.test."}, []netip.Addr{own}, spare)
	if err != nil {
		t.Fatal(err)
	}
	query, key := f.Append(nil)
	for i, c := range []struct {
		answer string
		flips  int
		wrong  bool
	}{
		{"127.0.9.1", 0, false},
		{"127.0.9.200", 1, false},
		{"127.0.9.200", 1, false},
		{"127.0.9.7", 1, true},
		{"127.0.9.1", 2, false},
	} {
		err := f.Check(answerOf(t, query, c.answer), key)
		if _, _, events := f.state(0); events != c.flips || (err != nil) != c.wrong {
			t.Errorf("answer %d, %s: %d flips and %v", i, c.answer, events, err)
		}
	}
}

// answerOf answers a query as meridian does: its name compressed.
func answerOf(t *testing.T, query []byte, address string) []byte {
	t.Helper()
	q := new(dns.Msg)
	if err := q.Unpack(query); err != nil {
		t.Fatal(err)
	}
	m := new(dns.Msg)
	m.SetReply(q)
	m.Compress = true
	m.Answer = []dns.RR{&dns.A{Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 30}, A: net.ParseIP(address)}}
	packet, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return packet
}
