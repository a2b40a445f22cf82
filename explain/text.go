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
	fmt.Fprintf(&b, "%s %s for %s, at revision %d: ", e.Name, e.Type, e.Client, e.Revision)
	e.Answer.write(&b)
	writeSteps(&b, e.Client, e.Steps)
	if e.NoSubnet != nil {
		fmt.Fprintf(&b, "\nwithout a client subnet, from %s: ", e.NoSubnet.From)
		e.NoSubnet.Answer.write(&b)
		writeSteps(&b, e.NoSubnet.From, e.NoSubnet.Steps)
	}
	return b.String()
}

func (a Answer) write(b *strings.Builder) {
	fmt.Fprintln(b, a.Rcode)
	for _, r := range a.Records {
		fmt.Fprintf(b, "  %s\n", r)
	}
	if a.Scope != nil {
		fmt.Fprintf(b, "  client subnet scope /%d\n", *a.Scope)
	}
	for _, e := range a.Errors {
		fmt.Fprintf(b, "  extended error %s\n", e)
	}
}

// writeSteps names each step but the first, whose name is the question's, and its zone
// where that is another than before.
func writeSteps(b *strings.Builder, client string, steps []Step) {
	if len(steps) == 0 {
		fmt.Fprintln(b, "way       a question of this kind is answered from no zone")
	}
	zone := ""
	for i, s := range steps {
		if i > 0 {
			fmt.Fprintf(b, "name      %s\n", s.Name)
		}
		if s.Zone != "" && s.Zone != zone {
			fmt.Fprintf(b, "zone      %s\n", s.Zone)
			zone = s.Zone
		}
		if s.Owner != "" {
			fmt.Fprintf(b, "node      %s\n", s.Owner)
		}
		fmt.Fprintf(b, "way       %s\n", s.Way)
		if s.Steering != nil {
			s.Steering.write(b, client)
		}
	}
}

func (s *Steering) write(b *strings.Builder, client string) {
	fmt.Fprintf(b, "client    %s\n", s.Location.words())
	if strings.HasSuffix(client, "/0") { // RFC 7871 section 7.1.2
		fmt.Fprintf(b, "          a client subnet of length 0 is not used: the choice is for %s, where the question came from\n", s.For)
	}
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
		of := ""
		if t.OfRegion {
			of = "region "
		}
		fmt.Fprintf(b, "    %s%s is %s", of, t.Target, t.State)
		if t.Why != "" {
			fmt.Fprintf(b, ": %s", t.Why)
		}
		fmt.Fprintln(b)
	}
}
