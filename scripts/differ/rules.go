package main

// Accepted differences: what each is, and (in testdata/differ/accepted.txt) why.

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"meridian/scripts/differ/corners"
	"meridian/wire"
)

// rule tells whether a difference is of one accepted kind: content that differs from a
// peer's, or a frame that has parts that no peer's has.
type rule struct {
	name    string
	content func(c *comparison, theirs message) bool
	frame   func(c *comparison, odd []part) bool
}

var rules = []rule{
	{"minimal ANY", func(c *comparison, theirs message) bool {
		return c.packet.qtype() == dns.TypeANY && c.ours.rcode == theirs.rcode && slices.Equal(c.ours.flags, theirs.flags) &&
			len(c.ours.sections[0]) > 0 && isSubset(c.ours.sections[0], theirs.sections[0]) && slices.Equal(c.ours.sections[1], theirs.sections[1]) &&
			len(c.ours.sections[2]) == 0
	}, nil},
	{"less in what is truncated", func(c *comparison, theirs message) bool {
		return c.ours.hasFlag("tc") && c.ours.rcode == theirs.rcode && slices.Equal(c.ours.flags, theirs.flags)
	}, nil},
	{"no transfers", func(c *comparison, _ message) bool {
		t := c.packet.qtype()
		return (t == dns.TypeAXFR || t == dns.TypeIXFR) && c.ours.rcode == "REFUSED"
	}, nil},
	{"no NOTIFY and no UPDATE", func(c *comparison, _ message) bool { return unknownOpcode(c) }, func(c *comparison, _ []part) bool { return unknownOpcode(c) }},
	{"compression against the apex alone", func(c *comparison, theirs message) bool {
		return c.ours.hasFlag("tc") && !theirs.hasFlag("tc") && !c.packet.tcp && theirs.most > c.packet.limit() && c.ours.rcode == theirs.rcode &&
			isSubset(c.ours.sections[0], theirs.sections[0]) && isSubset(c.ours.sections[1], theirs.sections[1]) && isSubset(c.ours.sections[2], theirs.sections[2])
	}, nil},
	{"class IN alone", func(c *comparison, _ message) bool {
		return c.packet.kind == "class" && c.ours.rcode == "REFUSED"
	}, nil},
	{"no wildcard as glue", func(c *comparison, theirs message) bool {
		more := slices.DeleteFunc(slices.Clone(theirs.sections[2]), func(rr string) bool { return slices.Contains(c.ours.sections[2], rr) })
		return isSubset(c.ours.sections[2], theirs.sections[2]) && !slices.ContainsFunc(more, c.world.owns) &&
			c.ours.rcode == theirs.rcode && slices.Equal(c.ours.flags, theirs.flags) &&
			slices.Equal(c.ours.sections[0], theirs.sections[0]) && slices.Equal(c.ours.sections[1], theirs.sections[1])
	}, nil},
	{"growing DNAME", func(c *comparison, theirs message) bool {
		return slices.ContainsFunc(c.ours.answers, grows) && len(c.ours.answers) < len(theirs.answers) &&
			slices.Equal(c.ours.answers, theirs.answers[:len(c.ours.answers)])
	}, nil},
	{"no record twice", func(c *comparison, theirs message) bool {
		return c.ours.rcode == theirs.rcode && slices.Equal(c.ours.flags, theirs.flags) && len(c.ours.sections[0]) < len(theirs.sections[0]) &&
			slices.Equal(c.ours.sections[0], slices.Compact(slices.Clone(theirs.sections[0]))) &&
			slices.Equal(c.ours.sections[1], theirs.sections[1]) && slices.Equal(c.ours.sections[2], theirs.sections[2])
	}, nil},
	{"OPT in FORMERR", nil, func(c *comparison, odd []part) bool {
		return c.ours.rcode == "FORMERR" && len(odd) == 1 && odd[0].name == "edns"
	}},
}

// unknownOpcode says whether NOTIFY or UPDATE is answered with NOTIMP.
func unknownOpcode(c *comparison) bool {
	op := c.packet.octets[2] >> 3 & 15
	return (op == dns.OpcodeNotify || op == dns.OpcodeUpdate) && c.ours.rcode == "NOTIMP"
}

// limit is how long an answer over UDP may be; odd packets that have EDNS take 1232.
func (p packet) limit() int {
	if p.odd {
		return 1232
	}
	return min(max(p.size, 512), 1232)
}

// qtype is the type that is asked for in the octets.
func (p packet) qtype() uint16 {
	var m dns.Msg
	if err := m.Unpack(p.octets); err != nil || len(m.Question) == 0 {
		return p.Type
	}
	return m.Question[0].Qtype
}

// owns says whether a record's owner stands in the world's zones.
func (w *world) owns(rr string) bool {
	owner, err := wire.ParseName(strings.Fields(rr)[0])
	return err != nil || slices.ContainsFunc(w.Zones, func(z corners.Zone) bool { return len(z.Contents.Types(owner.Canonical())) > 0 })
}

// grows says whether a record is a DNAME to below itself.
func grows(rr string) bool {
	words := strings.Fields(rr)
	return words[3] == "dname" && strings.HasSuffix(words[4], "."+words[0])
}

func isSubset(some, all []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) })
}

// readAccepted reads the reasons: a line "NAME: REASON" for each rule, and none more.
func readAccepted(path string) (map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	reasons := map[string]string{}
	scanner := bufio.NewScanner(f)
	for scanner.Scan() {
		line := strings.TrimSpace(scanner.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, reason, ok := strings.Cut(line, ": ")
		if !ok {
			return nil, fmt.Errorf("%s: %q is not NAME: REASON", path, line)
		}
		reasons[name] = reason
	}
	for _, r := range rules {
		if reasons[r.name] == "" {
			return nil, fmt.Errorf("%s: no reason is given for %s", path, r.name)
		}
	}
	if len(reasons) != len(rules) {
		return nil, fmt.Errorf("%s: %d reasons for %d rules", path, len(reasons), len(rules))
	}
	return reasons, scanner.Err()
}
