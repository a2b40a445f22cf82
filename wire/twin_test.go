package wire_test

// The slow readable twin of Query.Parse: it takes a packet to pieces that are values of
// their own, with miekg/dns where that is as strict.

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"meridian/wire"
)

type slowQuery struct {
	verdict    wire.Verdict
	question   dns.Question // its name in lower case
	hasOPT     bool
	udpSize    int
	ecs        bool
	ecsPrefix  netip.Prefix // the zero value with SOURCE 0
	cookie     []byte       // the whole option; nil where there is none
	wants      map[uint16]bool
	do         bool
	badVersion bool
}

// slowRecord is a record's parts.
type slowRecord struct {
	owner string // as octets
	typ   uint16
	class uint16
	ttl   uint32
	rdata []byte
}

func readSlowly(packet []byte) (q slowQuery) {
	if len(packet) < 12 {
		q.verdict = wire.Drop
		return q
	}
	header := slices.Clone(packet[:12])
	clear(header[4:]) // the counts: miekg/dns shall read the header alone
	var m dns.Msg
	if m.Unpack(header) != nil || m.Response {
		q.verdict = wire.Drop
		return q
	}
	if m.Opcode != dns.OpcodeQuery {
		q.verdict = wire.NotKnown
		return q
	}
	switch questions := binary.BigEndian.Uint16(packet[4:]); {
	case questions > 1:
		q.verdict = wire.Malformed // RFC 9619, before anything else is looked at
	case !q.readBody(packet, int(questions)):
		q.verdict = wire.Malformed
	case questions == 0 && (q.badVersion || q.cookie == nil):
		q.verdict = wire.Malformed
	case questions == 0:
		q.verdict = wire.OnlyCookie
	case q.badVersion:
		q.verdict = wire.BadVersion
	}
	if q.verdict == wire.Malformed {
		q.ecs, q.cookie, q.wants, q.do = false, nil, nil, false
	}
	return q
}

// readBody reads all behind the header; false where it is malformed.
func (q *slowQuery) readBody(packet []byte, questions int) bool {
	count := func(i int) int { return int(binary.BigEndian.Uint16(packet[4+2*i:])) }
	rest := packet[12:]
	if questions > 0 {
		name, at, err := dns.UnpackDomainName(packet, 12)
		if err != nil || at+4 > len(packet) {
			return false
		}
		var buf [256]byte
		if n, err := dns.PackDomainName(name, buf[:], 0, nil, false); err != nil || n != at-12 {
			return false // it was compressed
		}
		q.question = dns.Question{Name: strings.ToLower(name), Qtype: binary.BigEndian.Uint16(packet[at:]), Qclass: binary.BigEndian.Uint16(packet[at+2:])}
		rest = packet[at+4:]
	}
	for section := 1; section <= 3; section++ {
		for range count(section) {
			var r slowRecord
			var ok bool
			if r, rest, ok = cutRecord(rest); !ok {
				return false
			}
			if r.typ == dns.TypeOPT && (section != 3 || q.hasOPT || r.owner != "\x00" || !q.readOPT(r)) {
				return false
			}
		}
	}
	return len(rest) == 0
}

// cutRecord takes the first record off b. A pointer ends its owner and isn't followed.
func cutRecord(b []byte) (r slowRecord, rest []byte, ok bool) {
	for len(b) > 0 && b[0] > 0 && b[0] < 0xc0 {
		n := 1 + int(b[0])
		if n > 64 || n > len(b) {
			return r, nil, false
		}
		r.owner, b = r.owner+string(b[:n]), b[n:]
	}
	end := 1
	if len(b) > 0 && b[0] >= 0xc0 {
		end = 2
	}
	if len(b) < end+10 {
		return r, nil, false
	}
	r.owner, b = r.owner+string(b[:end]), b[end:]
	r.typ, r.class, r.ttl = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint32(b[4:])
	n := int(binary.BigEndian.Uint16(b[8:]))
	if b = b[10:]; len(b) < n {
		return r, nil, false
	}
	r.rdata = b[:n]
	return r, b[n:], true
}

func (q *slowQuery) readOPT(r slowRecord) bool {
	q.hasOPT, q.udpSize, q.wants = true, int(r.class), map[uint16]bool{}
	if q.badVersion = r.ttl>>16&0xff != 0; q.badVersion {
		return true
	}
	q.do = r.ttl&0x8000 != 0
	for b := r.rdata; len(b) > 0; {
		if len(b) < 4 || len(b) < 4+int(binary.BigEndian.Uint16(b[2:])) {
			return false
		}
		n := 4 + int(binary.BigEndian.Uint16(b[2:]))
		code := binary.BigEndian.Uint16(b)
		if !q.readOption(code, b[4:n]) {
			return false
		}
		q.wants[code] = true
		b = b[n:]
	}
	return true
}

func (q *slowQuery) readOption(code uint16, data []byte) bool {
	switch code {
	case dns.EDNS0SUBNET:
		return q.readECS(data)
	case dns.EDNS0COOKIE:
		if q.cookie != nil {
			return true // RFC 7873 section 5.2: the first counts
		}
		q.cookie = data
		return len(data) == 8 || len(data) >= 16 && len(data) <= 40
	case dns.EDNS0ZONEVERSION:
		return len(data) == 0
	}
	return true
}

func (q *slowQuery) readECS(b []byte) bool {
	if q.ecs || len(b) < 4 {
		return false
	}
	q.ecs = true
	whole, ok := map[uint16][]byte{0: {}, 1: make([]byte, 4), 2: make([]byte, 16)}[binary.BigEndian.Uint16(b)]
	source, scope, address := int(b[2]), b[3], b[4:]
	if !ok || scope != 0 || source > 8*len(whole) || len(address) != (source+7)/8 {
		return false
	}
	for bit := source; bit < 8*len(address); bit++ {
		if address[bit/8]>>(7-bit%8)&1 != 0 {
			return false
		}
	}
	if copy(whole, address); source > 0 {
		addr, _ := netip.AddrFromSlice(whole)
		q.ecsPrefix = netip.PrefixFrom(addr, source)
	}
	return true
}

// FuzzQuery reads any packet: the parser and its twin say the same of it, and what is
// accepted miekg/dns, where it can read it at all, reads the same.
func FuzzQuery(f *testing.F) {
	good := ecs("\x00\x01\x18\x00\xc0\x00\x02")
	for _, p := range [][]byte{
		query(), query(opt()), query(opt(good)), query(opt(good, good)), query(opt(ecs("\x00\x00\x00\x00"))), query(opt(), opt()),
		query("\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x00\x00\x04\xc0\x00\x02\x01", opt()), append(query(opt()), 0),
		with(query(), 5, 0), with(query(), 2, 5<<3), with(query(), 2, 0x80), query(with1(opt(), 6)),
		query(opt(option(10, "12345678"), option(3, ""), option(11, ""), option(19, ""))), query(opt(option(10, "12345678server..cookie.."))),
		query(opt(option(10, "1234567"))), query(opt(option(19, "x"))), header(opt(option(10, "12345678"))), header(opt()), header(with1(opt(), 6)),
		query(opt(ecs("\x00\x02\x31\x00\x20\x01\x0d\xb8\x00\x01\x80"))), query(opt(ecs("\x00\x02\x31\x00\x20\x01\x0d\xb8\x00\x01\x81"))),
	} {
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		var q wire.Query
		verdict := q.Parse(p)
		slow := readSlowly(p)
		if verdict != slow.verdict || q.HasOPT != slow.hasOPT || q.UDPSize != slow.udpSize {
			t.Fatalf("verdict %d, OPT %v %d; the twin: %+v", verdict, q.HasOPT, q.UDPSize, slow)
		}
		wants := []bool{slow.wants[dns.EDNS0NSID], slow.wants[dns.EDNS0TCPKEEPALIVE], slow.wants[dns.EDNS0ZONEVERSION]}
		if !slices.Equal(wants, []bool{q.WantsNSID, q.WantsKeepalive, q.WantsZoneVersion}) {
			t.Errorf("%+v; the twin: %v", q.EDNS, slow.wants)
		}
		if !bytes.Equal(slices.Concat(q.Cookie.Client, q.Cookie.Server), slow.cookie) || q.Cookie.Present != (slow.cookie != nil) || q.Cookie.Present && len(q.Cookie.Client) != 8 {
			t.Errorf("cookie %+v; the twin: %x", q.Cookie, slow.cookie)
		}
		if q.DO != slow.do {
			t.Errorf("DO %v; the twin: %v", q.DO, slow.do)
		}
		if q.ECS.Present != slow.ecs {
			t.Errorf("ECS %+v; the twin: %v", q.ECS, slow.ecs)
		}
		if verdict != wire.Accept {
			return
		}
		if n, _ := wire.ParseName(slow.question.Name); n != wire.Name(q.Name.At(0)) || q.Type != slow.question.Qtype || q.Class != slow.question.Qclass {
			t.Errorf("asks for %s %d %d; the twin: %v", wire.Name(q.Name.At(0)), q.Type, q.Class, slow.question)
		}
		if q.ECS.Present != slow.ecs || q.ECS.Prefix != slow.ecsPrefix || q.ECS.Present && q.ECS.Prefix.IsValid() != (q.ECS.Source > 0) {
			t.Errorf("ECS %+v; the twin: %+v", q.ECS, slow)
		}
		checkAgainstMiekg(t, p, &q)
	})
}

// checkAgainstMiekg compares an accepted packet with what miekg/dns reads, where it
// doesn't stumble over records that don't matter.
func checkAgainstMiekg(t *testing.T, p []byte, q *wire.Query) {
	var m dns.Msg
	if m.Unpack(p) != nil {
		return
	}
	if strings.ToLower(m.Question[0].Name) != readSlowly(p).question.Name || m.Question[0].Qtype != q.Type {
		t.Errorf("miekg/dns reads the question as %v", m.Question)
	}
	o := m.IsEdns0()
	if (o != nil) != q.HasOPT {
		t.Fatalf("miekg/dns reads OPT as %v", o)
	}
	if o == nil {
		return
	}
	var subnets []*dns.EDNS0_SUBNET
	for _, e := range o.Option {
		if s, ok := e.(*dns.EDNS0_SUBNET); ok {
			subnets = append(subnets, s)
		}
	}
	if (len(subnets) == 1) != q.ECS.Present {
		t.Fatalf("miekg/dns reads ECS as %v", subnets)
	}
	if q.ECS.Source > 0 {
		addr, _ := netip.AddrFromSlice(subnets[0].Address)
		if addr.Unmap() != q.ECS.Prefix.Addr().Unmap() || subnets[0].SourceNetmask != q.ECS.Source {
			t.Errorf("miekg/dns reads ECS as %v, not %s", subnets[0], q.ECS.Prefix)
		}
	}
}
