package answer

// Asking like dig: a line of arguments makes a packet, and the answer, parsed by
// miekg/dns, is shown in a short form of dig's.

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"meridian/dnsserver/ratelimit"
	"meridian/steering"
	"meridian/wire"
)

// asked is one question: the packet, whom it comes from and over what.
type asked struct {
	packet []byte
	msg    *dns.Msg
	client netip.Addr
	over   Transport
	octets bool // the records are shown as octets too
}

// parseDig reads "NAME TYPE [+tcp] [+norec] [+noedns] [+bufsize=N] [+edns=VERSION]
// [+subnet=PREFIX|0|none] [+opcode=N] [+cookie[=HEX]] [+nsid] [+keepalive] [+zoneversion]
// [+ednsopt=CODE[:HEX]] [+ednsflags=N] [+do] [+cd] [+ad] [+zflag] [+header-only] [+questions=N]
// [+opts=N] [+trailing] [+octets] [-b CLIENT] [-c CLASS]". A type may also be TYPE and a number.
func parseDig(t testing.TB, line string) asked {
	t.Helper()
	words := strings.Fields(line)
	a := asked{msg: new(dns.Msg), client: netip.MustParseAddr("192.0.2.200"), over: UDP}
	a.msg.SetQuestion(words[0], typeOf(t, words[1]))
	a.msg.Id = 4711
	opt := &dns.OPT{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeOPT}}
	opt.SetUDPSize(1232)
	a.msg.Extra = []dns.RR{opt}
	trailing := false
	for i := 2; i < len(words); i++ {
		key, value, _ := strings.Cut(words[i], "=")
		number, _ := strconv.Atoi(value)
		if option := ednsOption(t, key, value); option != nil {
			opt.Option = append(opt.Option, option)
			continue
		}
		switch key {
		case "+tcp":
			a.over = TCP
		case "+norec":
			a.msg.RecursionDesired = false
		case "+noedns":
			a.msg.Extra = nil
		case "+bufsize":
			opt.SetUDPSize(uint16(number))
		case "+edns":
			opt.SetVersion(uint8(number))
		case "+opcode":
			a.msg.Opcode = number
		case "+ednsflags":
			opt.Hdr.Ttl |= uint32(number)
		case "+do":
			opt.SetDo()
		case "+zflag":
			a.msg.Zero = true
		case "+cd":
			a.msg.CheckingDisabled = true
		case "+ad":
			a.msg.AuthenticatedData = true
		case "+header-only":
			a.msg.Question = nil
		case "+questions":
			a.msg.Question = slices.Repeat(a.msg.Question, number)
		case "+opts":
			a.msg.Extra = slices.Repeat(a.msg.Extra, number)
		case "+trailing":
			trailing = true
		case "+octets":
			a.octets = true
		case "-b":
			i++
			a.client = netip.MustParseAddr(words[i])
		case "-c":
			i++
			a.msg.Question[0].Qclass = dns.StringToClass[words[i]]
		default:
			t.Fatalf("%s: what is %s?", line, words[i])
		}
	}
	var err error
	if a.packet, err = a.msg.Pack(); err != nil {
		t.Fatal(err)
	}
	if trailing {
		a.packet = append(a.packet, 0)
	}
	return a
}

func typeOf(t testing.TB, s string) uint16 {
	t.Helper()
	if typ, ok := dns.StringToType[s]; ok {
		return typ
	}
	number, err := strconv.ParseUint(strings.TrimPrefix(s, "TYPE"), 10, 16)
	if err != nil {
		t.Fatalf("%s: no such type", s)
	}
	return uint16(number)
}

// ednsOption is the option that one of dig's words stands for, if it is one.
func ednsOption(t testing.TB, key, value string) dns.EDNS0 {
	t.Helper()
	switch key {
	case "+subnet":
		return subnet(t, value)
	case "+cookie":
		if value == "" {
			value = "0102030405060708"
		}
		return local(t, dns.EDNS0COOKIE, value)
	case "+nsid":
		return local(t, dns.EDNS0NSID, value)
	case "+keepalive":
		return local(t, dns.EDNS0TCPKEEPALIVE, value)
	case "+zoneversion":
		return local(t, dns.EDNS0ZONEVERSION, value)
	case "+ednsopt":
		code, data, _ := strings.Cut(value, ":")
		number, err := strconv.ParseUint(code, 10, 16)
		if err != nil {
			t.Fatal(err)
		}
		return local(t, uint16(number), data)
	}
	return nil
}

// local is an option with octets as they are.
func local(t testing.TB, code uint16, octets string) dns.EDNS0 {
	t.Helper()
	data, err := hex.DecodeString(octets)
	if err != nil {
		t.Fatal(err)
	}
	return &dns.EDNS0_LOCAL{Code: code, Data: data}
}

// subnet is the option for a prefix; "0" is IPv4 with SOURCE 0, "none" FAMILY 0.
func subnet(t testing.TB, s string) *dns.EDNS0_SUBNET {
	t.Helper()
	e := &dns.EDNS0_SUBNET{Code: dns.EDNS0SUBNET}
	switch s {
	case "none":
		return e
	case "0":
		e.Family, e.Address = 1, net.IPv4zero
		return e
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		t.Fatal(err)
	}
	e.Family, e.SourceNetmask, e.Address = 1, uint8(p.Bits()), p.Addr().AsSlice()
	if p.Addr().Is6() {
		e.Family = 2
	}
	return e
}

// ask has a packet answered at the beginning of time; nil is no answer.
func (r *Responder) ask(t testing.TB, a asked, over Transport) *dns.Msg {
	t.Helper()
	return r.askAt(t, a, over, 0)
}

func (r *Responder) askAt(t testing.TB, a asked, over Transport, now int64) *dns.Msg {
	t.Helper()
	if b := r.octetsAt(a, over, now); len(b) > 0 {
		return unpack(t, b)
	}
	return nil
}

func (r *Responder) octetsAt(a asked, over Transport, now int64) []byte {
	buf := make([]byte, map[Transport]int{UDP: wire.MaxUDPSize, TCP: wire.MaxTCPSize}[over])
	return buf[:r.Answer(buf, slices.Clone(a.packet), Arrival{Client: a.client, Over: over, Now: now})]
}

func unpack(t testing.TB, b []byte) *dns.Msg {
	t.Helper()
	m := new(dns.Msg)
	if err := m.Unpack(b); err != nil {
		t.Fatalf("unpacking the answer %x: %v", b, err)
	}
	return m
}

// show is a message in short: code and flags, sections, EDNS.
func show(m *dns.Msg) string {
	if m == nil {
		return "no answer\n"
	}
	var sb strings.Builder
	sb.WriteString(rcodeName(m))
	for _, f := range []struct {
		set  bool
		name string
	}{{m.Response, "qr"}, {m.Authoritative, "aa"}, {m.Truncated, "tc"}, {m.RecursionDesired, "rd"}, {m.RecursionAvailable, "ra"}, {m.AuthenticatedData, "ad"}, {m.CheckingDisabled, "cd"}, {m.Zero, "z"}} {
		if f.set {
			sb.WriteString(" " + f.name)
		}
	}
	sb.WriteByte('\n')
	for _, section := range []struct {
		name string
		rrs  []dns.RR
	}{{"", m.Answer}, {"authority:\n", m.Ns}, {"additional:\n", m.Extra}} {
		for _, r := range section.rrs {
			if r.Header().Rrtype == dns.TypeOPT {
				continue
			}
			sb.WriteString(section.name)
			section.name = ""
			sb.WriteString(short(strings.Join(strings.Fields(r.String()), " ")) + "\n")
		}
	}
	if o := m.IsEdns0(); o != nil {
		fmt.Fprintf(&sb, "edns: udp %d", o.UDPSize())
		if o.Do() {
			sb.WriteString(", do")
		}
		for _, e := range o.Option {
			sb.WriteString(", " + showOption(e))
		}
		sb.WriteByte('\n')
	}
	return sb.String()
}

func showOption(e dns.EDNS0) string {
	switch e := e.(type) {
	case *dns.EDNS0_SUBNET:
		return fmt.Sprintf("subnet %s/%d/%d", e.Address, e.SourceNetmask, e.SourceScope)
	case *dns.EDNS0_COOKIE:
		return "cookie " + e.Cookie
	case *dns.EDNS0_NSID:
		name, _ := hex.DecodeString(e.Nsid)
		return fmt.Sprintf("NSID %q", name)
	case *dns.EDNS0_TCP_KEEPALIVE:
		return fmt.Sprintf("keepalive %d", e.Timeout)
	case *dns.EDNS0_REPORTING:
		return "report to " + e.AgentDomain
	case *dns.EDNS0_ZONEVERSION:
		return fmt.Sprintf("zone version %d/%d/%d", e.LabelCount, e.Type, binary.BigEndian.Uint32([]byte(e.Version)))
	}
	return e.String()
}

// rcodeName is a code's name; 16 has two, and without TSIG it is BADVERS.
func rcodeName(m *dns.Msg) string {
	if m.Rcode == dns.RcodeBadVers {
		return "BADVERS"
	}
	return dns.RcodeToString[m.Rcode]
}

func short(s string) string {
	if len(s) <= 150 {
		return s
	}
	return fmt.Sprintf("%s… (%d characters)", s[:60], len(s))
}

// counts are all of a responder's counters that aren't 0, by name.
func (r *Responder) counts() map[string]uint64 {
	all := map[string]uint64{"dropped": r.Counters.Dropped.Load(), "ECS": r.Counters.WithECS.Load(), "truncated": r.Counters.Truncated.Load()}
	for kind := range ratelimit.NumKinds {
		for became := range ratelimit.NumVerdicts {
			all[fmt.Sprintf("%s %s", kind, became)] = r.Counters.Over(kind, became)
		}
	}
	for over := range NumTransports {
		for _, rcode := range Rcodes() {
			all[over.String()+" "+rcode.String()] = r.Counters.Responses(over, rcode)
		}
	}
	for slot := range MaxRegionSlots {
		for from := range steering.NumFrom {
			all[fmt.Sprintf("slot %d %s", slot, from)] = r.Counters.Steered(slot, from)
		}
	}
	for name, n := range all {
		if n == 0 {
			delete(all, name)
		}
	}
	return all
}
