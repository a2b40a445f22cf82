package answer

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"meridian/view"
	"meridian/wire"
	"meridian/zones"
)

// Addresses of targets follow MX, SRV and HTTPS where responses needn't be minimal, as far
// as there is room and never with TC; those of NS always do (RFC 1035 section 3.3.11).
func TestAdditional(t *testing.T) {
	contents, problems := zones.Parse("x.zone", []byte(`$ORIGIN example.com.
$TTL 300
@ SOA ns1 h 1 2 3 4 5
@ NS ns1
@ MX 10 mail
@ MX 20 mail.elsewhere.example.
@ HTTPS 1 mail alpn=h2
_x._tcp SRV 1 2 3 mail
big.sub SRV 1 2 3 mail
ns1 A 192.0.2.53
mail A 192.0.2.25
mail AAAA 2001:db8::25
`), "", nil, zones.ReadOptions{})
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	edit := view.NewZone(contents.Name).Edit()
	for s := range contents.All() {
		edit.Put(s)
	}
	var shared Shared
	shared.SetView(new(view.View).With(1, []*view.Zone{edit.Done()}, nil))
	ask := func(settings Settings, name string, typ uint16) *dns.Msg {
		packet, err := new(dns.Msg).SetQuestion(name, typ).Pack()
		if err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, wire.MaxUDPSize)
		n := NewResponder(&shared, settings).Answer(buf, packet, Arrival{Client: netip.IPv6Loopback()})
		reply := new(dns.Msg)
		if err := reply.Unpack(buf[:n]); err != nil {
			t.Fatalf("%s: %v: %x", name, err, buf[:n])
		}
		return reply
	}
	const mail = "mail.example.com. 192.0.2.25, mail.example.com. 2001:db8::25"
	for _, test := range []struct {
		name          string
		typ           uint16
		minimal, full string
	}{
		{"example.com.", dns.TypeNS, "ns1.example.com. 192.0.2.53", "ns1.example.com. 192.0.2.53"},
		{"example.com.", dns.TypeMX, "", mail},
		{"example.com.", dns.TypeHTTPS, "", mail},
		{"_x._tcp.example.com.", dns.TypeSRV, "", mail},
		{"big.sub.example.com.", dns.TypeSRV, "", mail},
		{"ns1.example.com.", dns.TypeA, "", ""},
	} {
		for want, settings := range map[*string]Settings{&test.minimal: {}, &test.full: {Additional: true}} {
			reply := ask(settings, test.name, test.typ)
			if got := addressesIn(reply.Extra); got != *want || reply.Truncated {
				t.Errorf("%s %s, additional %v: %q, TC %v; want %q", test.name, dns.TypeToString[test.typ], settings.Additional, got, reply.Truncated, *want)
			}
		}
	}
}

func addressesIn(rrs []dns.RR) string {
	var words []string
	for _, rr := range rrs {
		fields := strings.Fields(rr.String())
		words = append(words, fields[0]+" "+fields[4])
	}
	slices.Sort(words)
	return strings.Join(words, ", ")
}
