package main

// delegation: what the parent of a zone is to be given, and whether what it has works.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"text/tabwriter"
	"time"

	"github.com/miekg/dns"
	"github.com/spf13/cobra"

	"meridian/api"
	"meridian/config"
	"meridian/delegation"
	"meridian/wire"
)

func newDelegation(a *app) *cobra.Command {
	c := &cobra.Command{Use: "delegation", Short: "Have a zone delegated, and check that it is"}
	c.AddCommand(newDelegationShow(a), newDelegationCheck(a))
	return c
}

func newDelegationShow(a *app) *cobra.Command {
	cl := a.newClient()
	c := cl.command("show ZONE", "Show the records that the parent of a zone is to be given", cl.showDelegation)
	c.Long = "show writes the NS records of a zone and the addresses of its name servers (glue) as a piece of a zone file, with\n" +
		"what to do in its comments: to be sent to those who run the parent zone, or put into it as it is. It fails when\n" +
		"something in the zone keeps a delegation from working."
	cl.addFlags(c)
	return c
}

func (cl *client) showDelegation(ctx context.Context, server *api.Client, args []string) error {
	zone, err := wire.ParseName(args[0])
	if err != nil {
		return usagef("the zone's name: %w", err)
	}
	records, err := delegationRecords(ctx, server, zone.Canonical())
	if err != nil {
		return err
	}
	h := delegation.NewHandover(zone, records)
	if err := cl.show(h, func() { h.WriteTo(cl.w) }); err != nil {
		return err
	}
	if h.Failed() {
		return errors.New("not fit to be delegated")
	}
	return nil
}

// delegationRecords gets a zone's NS records, and the addresses of the servers in it.
func delegationRecords(ctx context.Context, server *api.Client, zone wire.Name) ([]dns.RR, error) {
	records, err := recordsOf(ctx, server, zone, zone, "NS")
	if err != nil {
		return nil, err
	}
	for _, rr := range records {
		ns, isNS := rr.(*dns.NS)
		if !isNS {
			continue
		}
		name, err := wire.ParseName(ns.Ns)
		if err != nil || !name.Canonical().IsSubdomainOf(zone) {
			continue
		}
		for _, typ := range []string{"A", "AAAA"} {
			addrs, err := recordsOf(ctx, server, zone, name, typ)
			if err != nil {
				return nil, err
			}
			records = append(records, addrs...)
		}
	}
	return records, nil
}

func recordsOf(ctx context.Context, server *api.Client, zone, owner wire.Name, typ string) ([]dns.RR, error) {
	list, err := server.Records(ctx, zone.String(), api.Which{Owner: owner.String(), Type: typ})
	if err != nil {
		return nil, err
	}
	var records []dns.RR
	for _, s := range list {
		for _, data := range s.Data {
			rr, err := dns.NewRR(fmt.Sprintf("%s %d IN %s %s", s.Owner, s.TTL, s.Type, data))
			if err != nil {
				return nil, fmt.Errorf("reading the server's %s records of %s: %w", typ, owner, err)
			}
			records = append(records, rr)
		}
	}
	return records, nil
}

// delegationFlags are the flags of delegation check.
type delegationFlags struct {
	resolver, parent, hints, steered string
	port                             uint16
	timeout                          config.Duration
}

func newDelegationCheck(a *app) *cobra.Command {
	o := a.newOutput()
	f := delegationFlags{timeout: config.Duration(time.Minute)}
	c := &cobra.Command{
		Use:   "check ZONE",
		Short: "Say what is wrong between the root and the servers of a zone; needs no server",
		Long: "check goes from the root down to a zone as a resolver does, asks every server of the parent and of the zone over\n" +
			"UDP and TCP, IPv4 and IPv6, and says what is wrong: NS records and glue that differ, servers that don't answer or\n" +
			"don't serve the zone, ways that are shut, versions of the zone that differ. With --resolver it also sees what a\n" +
			"resolver makes of the zone, and with --steered whether that passes client subnets on.\n\n" +
			"An error makes some resolvers fail or be sent astray, and is exit code 1; a warning makes the zone less robust\n" +
			"than it could be; a note is for knowing.",
		RunE: func(c *cobra.Command, args []string) error {
			opts, err := f.options(args[0])
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(c.Context(), time.Duration(f.timeout))
			defer cancel()
			return a.checkDelegation(ctx, o, opts)
		},
	}
	o.addFlag(c)
	c.Flags().StringVar(&f.resolver, "resolver", "", "also ask this resolver, at `ADDR` or ADDR:PORT")
	c.Flags().StringVar(&f.steered, "steered", "", "`NAME` of a steered record, to see whether the resolver passes client subnets on (www, or a full name with its dot)")
	c.Flags().StringVar(&f.hints, "hints", "", "zone `FILE` with the root's servers (default: the internet's)")
	c.Flags().StringVar(&f.parent, "parent", "", "begin at the server with this `ADDR`, one of the parent zone's, instead of the root")
	c.Flags().Uint16Var(&f.port, "port", 53, "`PORT` of all name servers")
	durationFlag(c, &f.timeout, "timeout", "`DURATION` after which the check ends with what it has (default 1m)")
	return c
}

// options reads the flags.
func (f delegationFlags) options(zone string) (opts delegation.Options, err error) {
	opts.Port = f.port
	if opts.Zone, err = wire.ParseName(zone); err != nil {
		return opts, usagef("the zone's name: %w", err)
	}
	if opts.Zone == wire.Root {
		return opts, usagef("the root zone has no parent: name a zone below it")
	}
	if f.steered != "" {
		if opts.Steered, err = wire.RelativeName(f.steered, opts.Zone); err != nil {
			return opts, usagef("--steered: %w", err)
		}
	}
	if f.parent != "" {
		if opts.Parent, err = parseAddr(f.parent); err != nil {
			return opts, usagef("--parent: %w", err)
		}
	}
	if f.resolver != "" {
		if opts.Resolver, err = parseServer(f.resolver); err != nil {
			return opts, usagef("--resolver: %w", err)
		}
	}
	if f.hints != "" {
		data, err := os.ReadFile(f.hints)
		if err != nil {
			return opts, usagef("--hints: %w", err)
		}
		if opts.Hints, err = delegation.ReadHints(bytes.NewReader(data), f.hints); err != nil {
			return opts, usagef("--hints: %w", err)
		}
	}
	return opts, nil
}

// parseServer reads ADDR or ADDR:PORT; the port is 53 where none is given.
func parseServer(s string) (netip.AddrPort, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.AddrPortFrom(a, 53), nil
	}
	a, err := netip.ParseAddrPort(s)
	if err != nil {
		return a, fmt.Errorf("%q is neither an IP address nor ADDR:PORT", s)
	}
	return a, nil
}

func (a *app) checkDelegation(ctx context.Context, o *output, opts delegation.Options) error {
	report := delegation.Check(ctx, delegation.Network{}, opts)
	if errors.Is(ctx.Err(), context.Canceled) {
		return errors.New("interrupted")
	}
	if err := o.show(report, func() { printReport(o, report) }); err != nil {
		return err
	}
	if report.Failed() {
		return errors.New("the delegation has errors")
	}
	return nil
}

func printReport(o *output, r delegation.Report) {
	if r.Parent != "" {
		fmt.Fprintf(o.w, "%s, whose parent zone is %s\n", r.Zone, r.Parent)
	}
	tw := tabwriter.NewWriter(o.w, 0, 0, 2, ' ', 0)
	for _, s := range r.Servers {
		state := "doesn't answer for the zone"
		if s.Serial != nil {
			state = fmt.Sprintf("serial %d", *s.Serial)
		}
		fmt.Fprintf(tw, "  %s\t%s\t%s\n", s.Name, s.Addr, state)
	}
	tw.Flush()
	for _, f := range r.Findings {
		fmt.Fprintf(o.w, "%s: %s: %s\n", f.Severity, f.Where, f.What)
		if f.Do != "" {
			fmt.Fprintf(o.w, "    to do: %s\n", f.Do)
		}
	}
	fmt.Fprintf(o.w, "%s, %s, %s\n", counted(r.Count(delegation.Error), "error"), counted(r.Count(delegation.Warning), "warning"), counted(r.Count(delegation.Note), "note"))
}
