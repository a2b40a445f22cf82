package delegation_test

// An invented internet: servers by address, each with zones as texts, that answer by the
// algorithm of RFC 1034 section 4.3.2, slowly and obviously.

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"syscall"
	"testing"

	"github.com/miekg/dns"

	"meridian/delegation"
	"meridian/wire"
)

// world answers by address. A fault, where an address has one, may put another reply, or
// none, in the place of the right one (which is nil where there is no server).
type world struct {
	servers map[string][]zone
	faults  map[string]fault
}

type zone struct {
	name    string
	records []dns.RR
}

type fault func(q delegation.Query, right *dns.Msg) (*dns.Msg, error)

var (
	errSilent = errors.New("no answer") // any error but those that are told apart
	errClosed = syscall.ECONNREFUSED
	errNoIPv6 = syscall.ENETUNREACH
)

// zoneOf reads a zone: its name, and its records.
func zoneOf(t testing.TB, name, text string) zone {
	t.Helper()
	z := zone{name: dns.CanonicalName(name)}
	parser := dns.NewZoneParser(strings.NewReader(text), name, name)
	parser.SetDefaultTTL(3600)
	for rr, ok := parser.Next(); ok; rr, ok = parser.Next() {
		z.records = append(z.records, rr)
	}
	if err := parser.Err(); err != nil {
		t.Fatal(err)
	}
	return z
}

func (w world) Exchange(_ context.Context, q delegation.Query) (delegation.Reply, error) {
	address := q.Server.Addr().String()
	var right *dns.Msg
	if zones, ok := w.servers[address]; ok {
		question := new(dns.Msg).SetQuestion(q.Name.String(), q.Type)
		if q.Size > 0 {
			question.SetEdns0(q.Size, false)
		}
		right = respond(zones, question)
	}
	err := error(errSilent)
	if right != nil {
		err = nil
	}
	if f := w.faults[address]; f != nil {
		right, err = f(q, right)
	}
	if err != nil {
		return delegation.Reply{}, err
	}
	return delegation.Reply{Msg: right, Size: right.Len()}, nil
}

// respond answers from the deepest zone that holds the name.
func respond(zones []zone, question *dns.Msg) *dns.Msg {
	m := new(dns.Msg).SetReply(question)
	if o := question.IsEdns0(); o != nil {
		m.SetEdns0(1232, false)
	}
	q := question.Question[0]
	name := dns.CanonicalName(q.Name)
	var in *zone
	for i, z := range zones {
		above := z.name == name && q.Qtype == dns.TypeDS
		if dns.IsSubDomain(z.name, name) && !above && (in == nil || len(z.name) > len(in.name)) {
			in = &zones[i]
		}
	}
	if in == nil {
		m.Rcode = dns.RcodeRefused
		return m
	}
	if cut := in.cut(name, q.Qtype); cut != "" {
		m.Ns = in.get(cut, dns.TypeNS)
		for _, rr := range m.Ns {
			target := dns.CanonicalName(rr.(*dns.NS).Ns)
			m.Extra = append(m.Extra, append(in.get(target, dns.TypeA), in.get(target, dns.TypeAAAA)...)...)
		}
		return m
	}
	m.Authoritative = true
	m.Answer = append(in.get(name, q.Qtype), in.get(name, dns.TypeCNAME)...)
	if len(m.Answer) == 0 {
		m.Ns = in.get(in.name, dns.TypeSOA)
		if !in.holds(name) {
			m.Rcode = dns.RcodeNameError
		}
	}
	return m
}

// cut is the zone cut at or above a name, below the apex.
func (z zone) cut(name string, typ uint16) string {
	found := ""
	for _, rr := range z.records {
		owner := dns.CanonicalName(rr.Header().Name)
		if rr.Header().Rrtype == dns.TypeNS && owner != z.name && dns.IsSubDomain(owner, name) && (owner != name || typ != dns.TypeDS) {
			if found == "" || len(owner) < len(found) {
				found = owner
			}
		}
	}
	return found
}

func (z zone) get(name string, typ uint16) []dns.RR {
	var set []dns.RR
	for _, rr := range z.records {
		if rr.Header().Rrtype == typ && dns.CanonicalName(rr.Header().Name) == name {
			set = append(set, rr)
		}
	}
	return set
}

func (z zone) holds(name string) bool {
	for _, rr := range z.records {
		if dns.IsSubDomain(name, dns.CanonicalName(rr.Header().Name)) {
			return true
		}
	}
	return false
}

// The records of a world in which all is well.
const (
	rootText = `. SOA a.root. h.root. 1 1800 900 604800 300
. NS a.root.
a.root. A 192.0.2.1
com. NS ns.com.
ns.com. A 192.0.2.2
net. NS ns.com.`
	comText = `com. SOA ns h 1 1800 900 604800 300
com. NS ns.com.
ns.com. A 192.0.2.2
example.com. NS ns1.example.com.
example.com. NS ns2.example.com.
ns1.example.com. A 192.0.2.3
ns2.example.com. A 192.0.2.4
other.com. NS ns1.example.com.
other.com. NS ns2.example.com.`
	netText = `net. SOA ns.com. h 1 1800 900 604800 300
net. NS ns.com.
host.net. A 192.0.2.53
host.net. AAAA 2001:db8::53`
	otherText = `other.com. SOA ns1.example.com. h 1 1800 900 604800 300
other.com. NS ns1.example.com.
other.com. NS ns2.example.com.
dns.other.com. A 198.51.100.53
dns.other.com. AAAA 2001:db8:2::53`
	parentText = `example.com. SOA ns1 h 1 1800 900 604800 300
example.com. NS ns1.example.com.
example.com. NS ns2.example.com.
ns1.example.com. A 192.0.2.3
ns2.example.com. A 192.0.2.4
app.example.com. NS ns1.app.example.com.
app.example.com. NS dns.other.com.
ns1.app.example.com. A 192.0.2.53
ns1.app.example.com. AAAA 2001:db8::53`
	appText = `app.example.com. SOA ns1 h 7 1800 900 604800 300
app.example.com. NS ns1.app.example.com.
app.example.com. NS dns.other.com.
ns1.app.example.com. A 192.0.2.53
ns1.app.example.com. AAAA 2001:db8::53`
)

// goodWorld is a world in which all is well, but for what edit changes in the zones' texts.
func goodWorld(t testing.TB, edit func(texts map[string]string)) world {
	texts := map[string]string{
		"root": rootText, "com": comText, "net": netText, "other": otherText,
		"parent": parentText, "parent2": parentText, "app": appText, "app2": appText,
	}
	if edit != nil {
		edit(texts)
	}
	z := func(name, text string) zone { return zoneOf(t, name, texts[text]) }
	app, app2 := []zone{z("app.example.com.", "app")}, []zone{z("app.example.com.", "app2")}
	return world{
		servers: map[string][]zone{
			"192.0.2.1":      {z(".", "root")},
			"192.0.2.2":      {z("com.", "com"), z("net.", "net")},
			"192.0.2.3":      {z("example.com.", "parent"), z("other.com.", "other")},
			"192.0.2.4":      {z("example.com.", "parent2"), z("other.com.", "other")},
			"192.0.2.53":     app,
			"2001:db8::53":   app,
			"198.51.100.53":  app2,
			"2001:db8:2::53": app2,
		},
		faults: map[string]fault{},
	}
}

// hints are those of goodWorld.
func hints() []delegation.Host {
	return []delegation.Host{{Name: wire.MustParseName("a.root."), Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.1")}}}
}

// replace returns an edit of texts: old by new in each of the zones named.
func replace(old, instead string, zones ...string) func(map[string]string) {
	return func(texts map[string]string) {
		for _, z := range zones {
			if !strings.Contains(texts[z], old) {
				panic(z + " has no " + old)
			}
			texts[z] = strings.ReplaceAll(texts[z], old, instead)
		}
	}
}

// add returns an edit of texts: lines behind those of each of the zones named.
func add(lines string, zones ...string) func(map[string]string) {
	return func(texts map[string]string) {
		for _, z := range zones {
			texts[z] += "\n" + lines
		}
	}
}
