package explain

// An explanation as text for people.

import (
	"fmt"
	"strings"
)

func joinWords(words []string) string { return strings.Join(words, "; ") }

// String is the explanation in lines, ended by a newline.
func (e *Explanation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s for %s, at revision %d: %s\n", e.Name, e.Type, e.Client, e.Revision, e.Answer.Rcode)
	for _, r := range e.Answer.Records {
		fmt.Fprintf(&b, "  %s\n", r)
	}
	if e.Answer.Scope != nil {
		fmt.Fprintf(&b, "  client subnet scope /%d\n", *e.Answer.Scope)
	}
	if e.Zone != "" {
		fmt.Fprintf(&b, "zone      %s\n", e.Zone)
	}
	if e.Owner != "" {
		fmt.Fprintf(&b, "node      %s\n", e.Owner)
	}
	fmt.Fprintf(&b, "way       %s\n", e.Way)
	if e.Steering != nil {
		e.Steering.write(&b)
	}
	return b.String()
}

func (s *Steering) write(b *strings.Builder) {
	fmt.Fprintf(b, "client    %s\n", s.Location.words())
	if s.Spans {
		fmt.Fprintf(b, "          the prefix spans several classes of clients; the order is that of most of its addresses\n")
	}
	if s.Topology != "" {
		fmt.Fprintf(b, "topology  %s%s%s\n", s.Topology, row("order", s.OrderRow), row("fence", s.FenceRow))
	}
	var order []string
	for _, r := range s.Regions {
		order = append(order, r.words())
	}
	fmt.Fprintf(b, "order     %s\n", strings.Join(order, ", "))
	fmt.Fprintf(b, "policy    %s, %s\n", s.Policy, s.Why)
	for _, e := range s.Endpoints {
		e.write(b)
	}
}

func row(what, selector string) string {
	if selector == "" {
		return ""
	}
	return fmt.Sprintf("; %s of the row {%s}", what, selector)
}

func (l Location) words() string {
	words := []string{l.Network}
	if l.Country != "" {
		words = append(words, "country "+l.Country)
	}
	if l.Subdivision != "" {
		words = append(words, l.Subdivision)
	}
	if l.Latitude != nil {
		words = append(words, fmt.Sprintf("at %.2f, %.2f", *l.Latitude, *l.Longitude))
	}
	if l.ASN != 0 {
		words = append(words, fmt.Sprintf("AS%d", l.ASN))
	}
	return strings.Join(words, ", ") + " (" + l.Kind + ")"
}

func (r Region) words() string {
	words := r.Name
	if r.KM != nil {
		words += fmt.Sprintf(" %.0f km", *r.KM)
	}
	if !r.Permitted {
		words += " (fenced off)"
	}
	return words
}

func (e Endpoint) write(b *strings.Builder) {
	mark := " "
	if e.Chosen {
		mark = ">"
	}
	fmt.Fprintf(b, "%s %-20s %s", mark, e.Name, e.Health)
	if e.Region != e.Name {
		fmt.Fprintf(b, ", in %s", e.Region)
	}
	if !e.Permitted {
		fmt.Fprint(b, ", fenced off")
	}
	if e.Drained {
		fmt.Fprint(b, ", drained for this client")
	}
	if e.Override != "" {
		fmt.Fprintf(b, ", %s", e.Override)
	}
	fmt.Fprintln(b)
	for _, t := range e.Targets {
		fmt.Fprintf(b, "    %s is %s", t.Target, t.State)
		if t.Why != "" {
			fmt.Fprintf(b, ": %s", t.Why)
		}
		fmt.Fprintln(b)
	}
}
