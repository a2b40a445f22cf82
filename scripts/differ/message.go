package main

// An answer, as it is compared: code, flags, question to the octet, and the sections as
// sets of records. Names' letter case, which NSD and Knot don't keep, and what EDNS
// options and sizes say count for nothing.

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// message is an answer taken apart.
type message struct {
	nothing  bool
	broken   string // why it couldn't be read
	rcode    string
	flags    []string
	cd       bool
	question string // hexadecimal
	sections [3][]string
	edns     string
	most     int      // octets, if of all names only the owners were compressed
	answers  []string // the answer section in its order
}

var sectionNames = [...]string{"answer", "authority", "additional"}

func parseMessage(octets []byte) message {
	if len(octets) == 0 {
		return message{nothing: true}
	}
	var m dns.Msg
	if err := m.Unpack(octets); err != nil {
		return message{broken: fmt.Sprintf("%v: %x", err, octets)}
	}
	a := message{rcode: dns.RcodeToString[m.Rcode], edns: "none"}
	if m.Rcode == dns.RcodeBadVers {
		a.rcode = "BADVERS"
	}
	for _, f := range []struct {
		set  bool
		name string
	}{{m.Response, "qr"}, {m.Authoritative, "aa"}, {m.Truncated, "tc"}, {m.RecursionDesired, "rd"}, {m.RecursionAvailable, "ra"},
		{m.Zero, "z"}, {m.AuthenticatedData, "ad"}} {
		if f.set {
			a.flags = append(a.flags, f.name)
		}
	}
	a.cd = m.CheckingDisabled
	if m.Opcode != 0 {
		a.flags = append(a.flags, fmt.Sprintf("opcode %d", m.Opcode))
	}
	a.question = questionOctets(octets, len(m.Question))
	a.most = 12 + len(a.question)/2 + 11 // OPT
	for i, section := range [][]dns.RR{m.Answer, m.Ns, m.Extra} {
		for _, rr := range section {
			if o, ok := rr.(*dns.OPT); ok {
				a.edns = fmt.Sprintf("version %d, DO %t, Z %d", o.Version(), o.Do(), o.Hdr.Ttl&0x7fff)
				continue
			}
			a.most += dns.Len(rr) - nameLen(rr.Header().Name) + 2
			a.sections[i] = append(a.sections[i], strings.ToLower(strings.Join(strings.Fields(rr.String()), " ")))
		}
		if i == 0 {
			a.answers = slices.Clone(a.sections[0])
		}
		slices.Sort(a.sections[i])
	}
	return a
}

// nameLen is how many octets a name takes.
func nameLen(name string) int {
	n, err := dns.PackDomainName(name, make([]byte, 512), 0, nil, false)
	if err != nil {
		return 0
	}
	return n
}

// questionOctets is the question section as it stands.
func questionOctets(octets []byte, n int) string {
	at := 12
	for range n {
		_, end, err := dns.UnpackDomainName(octets, at)
		if err != nil {
			return err.Error()
		}
		at = end + 4
	}
	return fmt.Sprintf("%x", octets[12:min(at, len(octets))])
}

func (m message) hasFlag(name string) bool { return slices.Contains(m.flags, name) }

// part is something that is compared.
type part struct{ name, value string }

// content is what the answer says: it is compared as a whole.
func (m message) content() []part {
	switch {
	case m.nothing:
		return []part{{"rcode", "no answer"}}
	case m.broken != "":
		return []part{{"rcode", "broken: " + m.broken}}
	}
	parts := []part{{"rcode", m.rcode}, {"flags", strings.Join(m.flags, " ")}}
	for i, s := range m.sections {
		parts = append(parts, part{sectionNames[i], strings.Join(s, "\n    ")})
	}
	return parts
}

// frame is what is compared piece by piece: servers differ in these by habit.
func (m message) frame() []part {
	if m.nothing || m.broken != "" {
		return nil
	}
	return []part{{"cd", fmt.Sprint(m.cd)}, {"question", m.question}, {"edns", m.edns}}
}

// String is the message to read.
func (m message) String() string {
	var b bytes.Buffer
	for _, p := range append(m.content(), m.frame()...) {
		if p.value != "" {
			fmt.Fprintf(&b, "  %s: %s\n", p.name, p.value)
		}
	}
	return b.String()
}

// differing are the parts of ours that theirs doesn't have just so.
func differing(ours, theirs []part) (parts []part) {
	for i, p := range ours {
		if len(ours) != len(theirs) || theirs[i] != p {
			parts = append(parts, p)
		}
	}
	return parts
}
