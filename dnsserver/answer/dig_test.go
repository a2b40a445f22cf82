package answer

// Asking like dig: a line of arguments makes a packet, and the answer, parsed by
// miekg/dns, is shown in a short form of dig's.

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"meridian/steering"
	"meridian/wire"
)

// asked is one question: the packet, whom it comes from and over what.
type asked struct {
	packet []byte
	msg    *dns.Msg
	client netip.Addr
	over   Transport
}

// parseDig reads "NAME TYPE [+tcp] [+norec] [+noedns] [+bufsize=N] [+edns=VERSION]
// [+subnet=PREFIX|0|none] [+opcode=N] [-b CLIENT] [-c CLASS]".
func parseDig(t testing.TB, line string) asked {
	t.Helper()
	words := strings.Fields(line)
	a := asked{msg: new(dns.Msg), client: netip.MustParseAddr("192.0.2.200"), over: UDP}
	typ, ok := dns.StringToType[words[1]]
	if !ok {
		t.Fatalf("%s: no such type", line)
	}
	a.msg.SetQuestion(words[0], typ)
	a.msg.Id = 4711
	opt := &dns.OPT{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeOPT}}
	opt.SetUDPSize(1232)
	a.msg.Extra = []dns.RR{opt}
	for i := 2; i < len(words); i++ {
		key, value, _ := strings.Cut(words[i], "=")
		number, _ := strconv.Atoi(value)
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
		case "+subnet":
			opt.Option = append(opt.Option, subnet(t, value))
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
	return a
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

// ask has a packet answered; nil is no answer.
func (r *Responder) ask(t testing.TB, a asked, over Transport) *dns.Msg {
	t.Helper()
	buf := make([]byte, map[Transport]int{UDP: wire.MaxUDPSize, TCP: wire.MaxTCPSize}[over])
	n := r.Answer(buf, slices.Clone(a.packet), Arrival{Client: a.client, Over: over})
	if n == 0 {
		return nil
	}
	m := new(dns.Msg)
	if err := m.Unpack(buf[:n]); err != nil {
		t.Fatalf("unpacking the answer %x: %v", buf[:n], err)
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
	}{{m.Response, "qr"}, {m.Authoritative, "aa"}, {m.Truncated, "tc"}, {m.RecursionDesired, "rd"}, {m.RecursionAvailable, "ra"}, {m.AuthenticatedData, "ad"}, {m.CheckingDisabled, "cd"}} {
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
		for _, e := range o.Option {
			if s, ok := e.(*dns.EDNS0_SUBNET); ok {
				fmt.Fprintf(&sb, ", subnet %s/%d/%d", s.Address, s.SourceNetmask, s.SourceScope)
			} else {
				fmt.Fprintf(&sb, ", %s", e)
			}
		}
		sb.WriteByte('\n')
	}
	return sb.String()
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
	all := map[string]uint64{"dropped": r.Counters.Dropped.Load(), "ECS": r.Counters.WithECS.Load()}
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
