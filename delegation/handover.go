package delegation

// What a zone's parent is to be given.

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"meridian/wire"
)

// Handover is what the parent of a zone is to be given, as lines of a zone file.
type Handover struct {
	Zone     wire.Name `json:"zone"`
	NS       []string  `json:"ns"`
	Glue     []string  `json:"glue"`     // addresses of name servers that lie in the zone
	DS       []string  `json:"ds"`       // empty while the zone is unsigned
	Findings []Finding `json:"findings"` // what keeps the delegation from working
}

// NewHandover makes a handover of a zone's records: those of its apex, and the A and
// AAAA records of its name servers. Others are of no matter.
func NewHandover(zone wire.Name, records []dns.RR) Handover {
	zone = zone.Canonical()
	h := Handover{Zone: zone, NS: []string{}, Glue: []string{}, DS: []string{}, Findings: []Finding{}}
	names := servers(records, zone)
	for _, rr := range records {
		if rr.Header().Rrtype == dns.TypeNS && nameOf(rr.Header().Name) == zone {
			h.NS = append(h.NS, line(rr))
		}
	}
	for _, n := range names {
		if n.IsSubdomainOf(zone) {
			h.glueOf(n, records)
		}
	}
	slices.Sort(h.NS)
	switch len(names) {
	case 0:
		h.Findings = append(h.Findings, Finding{Error, "no-ns", zone.String(), "it has no NS records", fmt.Sprintf("name its servers with `meridian record set %s @ NS NAME NAME`", zone)})
	case 1:
		h.Findings = append(h.Findings, Finding{Warning, "one-server", zone.String(), oneServer, secondServer})
	}
	return h
}

func (h *Handover) glueOf(name wire.Name, records []dns.RR) {
	found := false
	for _, typ := range []uint16{dns.TypeA, dns.TypeAAAA} {
		for _, rr := range records {
			if rr.Header().Rrtype == typ && nameOf(rr.Header().Name) == name {
				h.Glue, found = append(h.Glue, line(rr)), true
			}
		}
	}
	if !found {
		h.Findings = append(h.Findings, Finding{Error, "ns-without-address", name.String(), "this name server lies in the zone and has no address there", fmt.Sprintf("set one with `meridian record set %s %s A ADDRESS`", h.Zone, name)})
	}
}

// Failed says whether a delegation by these records can't work.
func (h Handover) Failed() bool { return failed(h.Findings) }

// line is a record with single spaces.
func line(rr dns.RR) string { return strings.Join(strings.Fields(rr.String()), " ") }

// WriteTo writes the handover as a piece of a zone file, with what to do as comments, so
// that it can be sent to people and be put into the parent's zone as it is.
func (h Handover) WriteTo(w io.Writer) (int64, error) {
	above := "the zone above it"
	if parent, ok := h.Zone.Parent(); ok && parent != wire.Root {
		above = parent.String()
	}
	var sb strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&sb, format+"\n", args...) }
	if len(h.NS) > 0 {
		say("; %s is delegated by putting these records into its parent zone (%s, or", h.Zone, above)
		say("; the nearest zone above). Where a form asks for name servers, give it these names.")
		for _, l := range h.NS {
			say("%s", l)
		}
	}
	if len(h.Glue) > 0 {
		say("; Glue: name servers that lie in the zone itself are found by these addresses alone, so")
		say("; that the parent must have them too. Forms call them host records or glue addresses.")
		for _, l := range h.Glue {
			say("%s", l)
		}
	}
	if len(h.DS) == 0 {
		say("; There are no DS records: the zone isn't signed, and the parent must have none for it.")
	}
	for _, l := range h.DS {
		say("%s", l)
	}
	for _, f := range h.Findings {
		say("; %s", f)
	}
	n, err := io.WriteString(w, sb.String())
	return int64(n), err
}
