package wire_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/miekg/dns"
	"pgregory.net/rapid"

	"meridian/wire"
)

// packet packs a query of miekg/dns.
func packet(t rapid.TB, name string, typ uint16, change ...func(*dns.Msg)) []byte {
	t.Helper()
	m := new(dns.Msg).SetQuestion(name, typ)
	m.Id = 0x1234
	for _, f := range change {
		f(m)
	}
	b, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func withEDNS(size uint16) func(*dns.Msg) {
	return func(m *dns.Msg) { m.SetEdns0(size, false) }
}

// option is one EDNS option.
func option(code uint16, data string) string {
	return string([]byte{byte(code >> 8), byte(code), byte(len(data) >> 8), byte(len(data))}) + data
}

func ecs(data string) string { return option(8, data) }

// opt is an OPT record with a size of 1232 and the options given.
func opt(options ...string) string {
	all := strings.Join(options, "")
	return "\x00\x00\x29\x04\xd0\x00\x00\x00\x00" + string([]byte{byte(len(all) >> 8), byte(len(all))}) + all
}

// query is a query for www.example. A with records in the additional section.
func query(additional ...string) []byte {
	return []byte("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00" + string(rune(len(additional))) +
		"\x03www\x07example\x00\x00\x01\x00\x01" + strings.Join(additional, ""))
}

// header is a query without a question, with records in the additional section.
func header(additional ...string) []byte {
	return []byte("\x12\x34\x00\x00\x00\x00\x00\x00\x00\x00\x00" + string(rune(len(additional))) + strings.Join(additional, ""))
}

// with returns b with one octet changed.
func with(b []byte, at int, v byte) []byte {
	b[at] = v
	return b
}

func TestParse(t *testing.T) {
	var q wire.Query
	if v := q.Parse(packet(t, "WWW.Example.", dns.TypeMX)); v != wire.Accept {
		t.Fatalf("verdict %d", v)
	}
	if n := wire.Name(q.Name.At(0)); n.String() != "www.example." || q.Type != wire.TypeMX || q.Class != wire.ClassIN || q.HasOPT || q.UDPSize != 0 || q.ECS.Present {
		t.Errorf("got %s %d %d, OPT %v %d, ECS %v", n, q.Type, q.Class, q.HasOPT, q.UDPSize, q.ECS.Present)
	}
	if v := q.Parse(packet(t, ".", dns.TypeNS, withEDNS(4096))); v != wire.Accept || q.Name.Count() != 0 || !q.HasOPT || q.UDPSize != 4096 {
		t.Errorf("the root: verdict %d, %d labels, OPT %v %d", v, q.Name.Count(), q.HasOPT, q.UDPSize)
	}
	longest := strings.Repeat("a.", 127)
	if v := q.Parse(packet(t, longest, dns.TypeA)); v != wire.Accept || wire.Name(q.Name.At(0)).String() != longest {
		t.Errorf("the longest name: verdict %d", v)
	}
}

// TestVerdicts has a packet for everything that is wrong with packets as such, with questions
// (RFC 9619 section 4) and with OPT (RFC 6891 section 6.1.1).
func TestVerdicts(t *testing.T) {
	const aRecord = "\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x00\x00\x04\xc0\x00\x02\x01"
	for _, c := range []struct {
		what    string
		packet  []byte
		verdict wire.Verdict
		hasOPT  bool
	}{
		{"nothing", nil, wire.Drop, false},
		{"a cut header", query()[:11], wire.Drop, false},
		{"a response", with(query(), 2, 0x81), wire.Drop, false},
		{"NOTIFY", with(query(), 2, 4<<3), wire.NotKnown, false},
		{"UPDATE", with(query(), 2, 5<<3), wire.NotKnown, false},
		{"QDCOUNT 0", with(query(), 5, 0), wire.Malformed, false},
		{"QDCOUNT 2", with(query(), 5, 2), wire.Malformed, false},
		{"QDCOUNT 256", with(with(query(), 4, 1), 5, 0), wire.Malformed, false},
		{"a header alone", query()[:12], wire.Malformed, false},
		{"a cut name", query()[:15], wire.Malformed, false},
		{"a name without end", query()[:24], wire.Malformed, false},
		{"no type", query()[:25], wire.Malformed, false},
		{"half a class", query()[:28], wire.Malformed, false},
		{"a compressed question", with(query(), 12, 0xc0), wire.Malformed, false},
		{"a label of 64 octets", with(query(), 12, 64), wire.Malformed, false},
		{"a name of 256 octets", []byte(string(query()[:12]) + strings.Repeat("\x01a", 126) + "\x02aa\x00\x00\x01\x00\x01"), wire.Malformed, false},
		{"trailing octets", append(query(), 0), wire.Malformed, false},
		{"trailing octets behind OPT", append(query(opt()), 0), wire.Malformed, true},
		{"fewer records than counted", with(query(), 11, 1), wire.Malformed, false},
		{"more records than counted", with(query(opt()), 11, 0), wire.Malformed, false},
		{"a record that is cut", query(aRecord)[:len(query(aRecord))-1], wire.Malformed, false},
		{"a record with a cut name", query("\x03ww"), wire.Malformed, false},
		{"a record with a bad label", query("\x80" + aRecord), wire.Malformed, false},
		{"a record", query(aRecord), wire.Accept, false},
		{"a record and OPT", query(aRecord, opt()), wire.Accept, true},
		{"OPT and a record", query(opt(), aRecord), wire.Accept, true},
		{"two OPTs", query(opt(), opt()), wire.Malformed, true},
		{"OPT with an owner", query("\x01a" + opt()), wire.Malformed, false},
		{"OPT with the question's name", query("\xc0\x0c" + opt()[1:]), wire.Malformed, false},
		{"OPT as an answer", with(with(query(opt()), 11, 0), 7, 1), wire.Malformed, false},
		{"OPT as authority", with(with(query(opt()), 11, 0), 9, 1), wire.Malformed, false},
		{"a record as an answer", with(with(query(aRecord), 11, 0), 7, 1), wire.Accept, false},
		{"an option that is cut", query(opt("\x00\x03\x00\x04\x00")), wire.Malformed, true},
		{"an option's header that is cut", query(opt("\x00\x03\x00")), wire.Malformed, true},
		{"an unknown option", query(opt(option(65001, "whatever"))), wire.Accept, true},
		{"EDNS version 1", query(with1(opt(), 6)), wire.BadVersion, true},
		{"EDNS version 1 with options of its own", query(with1(opt("\x00"), 6)), wire.BadVersion, true},
		{"EDNS version 1 and trailing octets", append(query(with1(opt(), 6)), 0), wire.Malformed, true},
		{"unknown flags", query(with1(opt(), 8)), wire.Accept, true},
		{"no question, OPT without a cookie", header(opt(option(3, ""))), wire.Malformed, true},
		{"no question, a cookie", header(opt(option(10, "12345678"))), wire.OnlyCookie, true},
		{"no question, a cookie, EDNS version 1", header(with1(opt(option(10, "12345678")), 6)), wire.Malformed, true},
		{"no question, a cookie, trailing octets", append(header(opt(option(10, "12345678"))), 0), wire.Malformed, true},
		{"two questions and a cookie", with(query(opt(option(10, "12345678"))), 5, 2), wire.Malformed, false},
		{"an opcode that nobody has, two questions", with(with(query(), 2, 9<<3), 5, 2), wire.NotKnown, false},
		{"a zone version with data", query(opt(option(19, "\x00"))), wire.Malformed, true},
	} {
		var q wire.Query
		if v := q.Parse(c.packet); v != c.verdict || q.HasOPT != c.hasOPT || q.ECS.Present {
			t.Errorf("%s: verdict %d with OPT %v, ECS %v; want %d with OPT %v", c.what, v, q.HasOPT, q.ECS.Present, c.verdict, c.hasOPT)
		}
		if slow := readSlowly(c.packet); slow.verdict != c.verdict || slow.hasOPT != c.hasOPT {
			t.Errorf("%s: the twin's verdict is %d with OPT %v", c.what, slow.verdict, slow.hasOPT)
		}
	}
}

func with1(s string, at int) string { return string(with([]byte(s), at, 1)) }

func TestECS(t *testing.T) {
	for _, c := range []struct {
		what, option string
		prefix       string // "": SOURCE 0
	}{
		{"IPv4 /24", "\x00\x01\x18\x00\xc0\x00\x02", "192.0.2.0/24"},
		{"IPv4 /20", "\x00\x01\x14\x00\xc0\x00\xf0", "192.0.240.0/20"},
		{"IPv4 /32", "\x00\x01\x20\x00\xc0\x00\x02\x01", "192.0.2.1/32"},
		{"IPv4 /1", "\x00\x01\x01\x00\x80", "128.0.0.0/1"},
		{"IPv4 /0", "\x00\x01\x00\x00", ""},
		{"IPv6 /56", "\x00\x02\x38\x00\x20\x01\x0d\xb8\x00\x01\x02", "2001:db8:1:200::/56"},
		{"IPv6 /49", "\x00\x02\x31\x00\x20\x01\x0d\xb8\x00\x01\x80", "2001:db8:1:8000::/49"},
		{"IPv6 /128", "\x00\x02\x80\x00\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01", "2001:db8::1/128"},
		{"IPv6 /0", "\x00\x02\x00\x00", ""},
		{"FAMILY 0, SOURCE 0, no ADDRESS", "\x00\x00\x00\x00", ""},
		{"IPv6 that carries IPv4", "\x00\x02\x60\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff", "::ffff:0.0.0.0/96"},
	} {
		var q wire.Query
		if v := q.Parse(query(opt(option(10, "cookie!!"), ecs(c.option)))); v != wire.Accept || !q.ECS.Present || q.ECS.Source != c.option[2] {
			t.Errorf("%s: verdict %d, ECS %v /%d", c.what, v, q.ECS.Present, q.ECS.Source)
		}
		var want netip.Prefix
		if c.prefix != "" {
			want = netip.MustParsePrefix(c.prefix)
		}
		if q.ECS.Prefix != want {
			t.Errorf("%s: %s, want %s", c.what, q.ECS.Prefix, want)
		}
	}
}

// TestMalformedECS has every fault that RFC 7871 section 6 and RFC 7871 section 7.2.1 name:
// each is FORMERR with OPT and without ECS.
func TestMalformedECS(t *testing.T) {
	const good = "\x00\x01\x18\x00\xc0\x00\x02"
	for _, c := range []struct{ what, options string }{
		{"an empty option", ecs("")},
		{"three octets", ecs("\x00\x01\x00")},
		{"FAMILY 0 with a SOURCE", ecs("\x00\x00\x08\x00\xc0")},
		{"FAMILY 0 with an ADDRESS", ecs("\x00\x00\x00\x00\xc0")},
		{"FAMILY 3", ecs("\x00\x03\x18\x00\xc0\x00\x02")},
		{"FAMILY 3, SOURCE 0", ecs("\x00\x03\x00\x00")},
		{"FAMILY 256", ecs("\x01\x00\x00\x00")},
		{"IPv4 /33", ecs("\x00\x01\x21\x00\xc0\x00\x02\x01\x00")},
		{"IPv4 /255", ecs("\x00\x01\xff\x00\xc0\x00\x02\x01")},
		{"IPv6 /129", ecs("\x00\x02\x81\x00" + strings.Repeat("\x20", 16) + "\x00")},
		{"SCOPE 24", ecs("\x00\x01\x18\x18\xc0\x00\x02")},
		{"SCOPE 1 with SOURCE 0", ecs("\x00\x01\x00\x01")},
		{"ADDRESS one octet short", ecs("\x00\x01\x18\x00\xc0\x00")},
		{"ADDRESS one octet long", ecs("\x00\x01\x18\x00\xc0\x00\x02\x00")},
		{"ADDRESS missing", ecs("\x00\x02\x38\x00")},
		{"ADDRESS with SOURCE 0", ecs("\x00\x01\x00\x00\x00")},
		{"IPv4 in full with /24", ecs("\x00\x01\x18\x00\xc0\x00\x02\x00")},
		{"the bit behind SOURCE set", ecs("\x00\x01\x17\x00\xc0\x00\x03")},
		{"the last bit set", ecs("\x00\x02\x31\x00\x20\x01\x0d\xb8\x00\x01\x81")},
		{"a second option", ecs(good) + ecs(good)},
		{"a second option of the other family", ecs(good) + ecs("\x00\x02\x00\x00")},
		{"a malformed one behind a good one", ecs(good) + ecs("")},
		{"a good one behind a malformed one", ecs("") + ecs(good)},
		{"a good one before an option that is cut", ecs(good) + "\x00\x03\x00\x04"},
	} {
		p := query(opt(c.options))
		var q wire.Query
		if v := q.Parse(p); v != wire.Malformed || !q.HasOPT || q.ECS.Present {
			t.Errorf("%s: verdict %d, OPT %v, ECS %v", c.what, v, q.HasOPT, q.ECS.Present)
		}
		if v := readSlowly(p).verdict; v != wire.Malformed {
			t.Errorf("%s: the twin's verdict is %d", c.what, v)
		}
		m := reply(t, p, &q, wire.FormErr)
		if o := m.IsEdns0(); m.Rcode != dns.RcodeFormatError || o == nil || len(o.Option) != 0 || len(m.Extra) != 1 || len(m.Question) != 1 {
			t.Errorf("%s is answered with\n%s", c.what, m)
		}
	}
	// A good option in a packet that is malformed elsewhere isn't echoed either.
	for _, p := range [][]byte{append(query(opt(ecs(good))), 0), query(opt(ecs(good)), opt())} {
		var q wire.Query
		if v := q.Parse(p); v != wire.Malformed || !q.HasOPT || q.ECS.Present {
			t.Errorf("%x: verdict %d, OPT %v, ECS %v", p, v, q.HasOPT, q.ECS.Present)
		}
	}
}

// TestParseForgets reads packets one after the other into one Query.
func TestParseForgets(t *testing.T) {
	var q wire.Query
	q.Parse(query(opt(ecs("\x00\x01\x18\x00\xc0\x00\x02"))))
	if v := q.Parse(query()); v != wire.Accept || q.HasOPT || q.UDPSize != 0 || q.ECS != (wire.ECS{}) {
		t.Errorf("verdict %d, OPT %v %d, ECS %v", v, q.HasOPT, q.UDPSize, q.ECS)
	}
	q.Parse(query(opt(ecs("\x00\x01\x18\x00\xc0\x00\x02"))))
	p := with(query(), 5, 0)
	q.Parse(p)
	if m := reply(t, p, &q, wire.FormErr); len(m.Question) != 0 || len(m.Extra) != 0 || m.Id != 0x1234 {
		t.Errorf("a packet without a question is answered with\n%s", m)
	}
}

func TestParseAllocatesNothing(t *testing.T) {
	p := query(opt(ecs("\x00\x02\x38\x00\x20\x01\x0d\xb8\x00\x01\x02")))
	var q wire.Query
	if n := testing.AllocsPerRun(100, func() { q.Parse(p) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
