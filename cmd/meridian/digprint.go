package main

// How dig shows an answer: as dig does, so that eyes and scripts find what they look for.

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/miekg/dns"
)

func (d *dug) print(w io.Writer) {
	if d.query.short {
		for _, rr := range d.reply.Answer {
			fmt.Fprintln(w, rdata(rr))
		}
		return
	}
	if d.retried {
		fmt.Fprintln(w, ";; Truncated, retrying in TCP mode.")
	}
	fmt.Fprintf(w, "\n; <<>> meridian dig <<>> %s\n;; Got answer:\n", strings.Join(d.args, " "))
	d.printHeader(w)
	if opt := d.reply.IsEdns0(); opt != nil {
		printOPT(w, opt)
	}
	if len(d.reply.Question) > 0 {
		fmt.Fprint(w, ";; QUESTION SECTION:\n")
	}
	for _, q := range d.reply.Question {
		fmt.Fprintf(w, ";%s\t\tIN\t%s\n", q.Name, dns.Type(q.Qtype))
	}
	printSection(w, "ANSWER", d.reply.Answer)
	printSection(w, "AUTHORITY", d.reply.Ns)
	printSection(w, "ADDITIONAL", withoutOPT(d.reply.Extra))
	fmt.Fprintf(w, "\n;; Query time: %d msec\n", d.took.Milliseconds())
	fmt.Fprintf(w, ";; SERVER: %s#%d(%s) (%s)\n", d.query.server, d.query.port, d.query.server, strings.ToUpper(d.query.network()))
	fmt.Fprintf(w, ";; WHEN: %s\n", d.when.Format("Mon Jan 02 15:04:05 MST 2006"))
	fmt.Fprintf(w, ";; MSG SIZE  rcvd: %d\n\n", d.size)
}

func (d *dug) printHeader(w io.Writer) {
	m := d.reply
	status := dns.RcodeToString[m.Rcode]
	if status == "" {
		status = fmt.Sprintf("RESERVED%d", m.Rcode)
	}
	fmt.Fprintf(w, ";; ->>HEADER<<- opcode: %s, status: %s, id: %d\n", dns.OpcodeToString[m.Opcode], status, m.Id)
	var flags []string
	for _, f := range []struct {
		set  bool
		word string
	}{{m.Response, "qr"}, {m.Authoritative, "aa"}, {m.Truncated, "tc"}, {m.RecursionDesired, "rd"}, {m.RecursionAvailable, "ra"}, {m.AuthenticatedData, "ad"}, {m.CheckingDisabled, "cd"}} {
		if f.set {
			flags = append(flags, f.word)
		}
	}
	fmt.Fprintf(w, ";; flags: %s; QUERY: %d, ANSWER: %d, AUTHORITY: %d, ADDITIONAL: %d\n", strings.Join(flags, " "), len(m.Question), len(m.Answer), len(m.Ns), len(m.Extra))
	if m.RecursionDesired && !m.RecursionAvailable {
		fmt.Fprintln(w, ";; WARNING: recursion requested but not available")
	}
	fmt.Fprintln(w)
}

func printOPT(w io.Writer, opt *dns.OPT) {
	fmt.Fprintf(w, ";; OPT PSEUDOSECTION:\n; EDNS: version: %d, flags:", opt.Version())
	if opt.Do() {
		fmt.Fprint(w, " do")
	}
	fmt.Fprintf(w, "; udp: %d\n", opt.UDPSize())
	for _, o := range opt.Option {
		switch o := o.(type) {
		case *dns.EDNS0_SUBNET:
			fmt.Fprintf(w, "; CLIENT-SUBNET: %s/%d/%d\n", o.Address, o.SourceNetmask, o.SourceScope)
		case *dns.EDNS0_EDE:
			fmt.Fprintln(w, "; EDE:", strings.TrimSuffix(o.String(), ": ()"))
		default:
			fmt.Fprintf(w, "; OPT=%d: %s\n", o.Option(), o)
		}
	}
}

// printSection aligns a section's records.
func printSection(w io.Writer, title string, rrs []dns.RR) {
	if len(rrs) == 0 {
		return
	}
	fmt.Fprintf(w, "\n;; %s SECTION:\n", title)
	tw := tabwriter.NewWriter(w, 0, 8, 1, '\t', 0)
	for _, rr := range rrs {
		h := rr.Header()
		fmt.Fprintf(tw, "%s\t%d\t%s\t%s\t%s\n", h.Name, h.Ttl, dns.Class(h.Class), dns.Type(h.Rrtype), rdata(rr))
	}
	tw.Flush()
}

// rdata is a record without its header.
func rdata(rr dns.RR) string { return strings.TrimPrefix(rr.String(), rr.Header().String()) }

func withoutOPT(rrs []dns.RR) []dns.RR {
	var rest []dns.RR
	for _, rr := range rrs {
		if rr.Header().Rrtype != dns.TypeOPT {
			rest = append(rest, rr)
		}
	}
	return rest
}
