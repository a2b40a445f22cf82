package main

// dig: one question to a name server, for those who have no dig.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/miekg/dns"
	"github.com/spf13/cobra"

	"meridian/wire"
)

const digTimeout = 5 * time.Second

// digQuery is what dig is asked to ask.
type digQuery struct {
	server netip.Addr
	port   uint16
	name   wire.Name
	typ    uint16
	subnet netip.Prefix // invalid: none
	tcp    bool
	short  bool
}

func newDig(a *app) *cobra.Command {
	var port uint16
	c := &cobra.Command{
		Use:   "dig [@SERVER] NAME [TYPE] [+subnet=PREFIX] [+tcp] [+short]",
		Short: "Ask a name server one question",
		Long: "dig asks one question and prints the answer as dig does. The server is 127.0.0.1 where none is given.\n\n" +
			"  meridian dig @127.0.0.1 -p 5300 www.example.com AAAA +subnet=192.0.2.0/24",
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			q, err := parseDig(args)
			if err != nil {
				return err
			}
			q.port = port
			return a.dig(c.Context(), q, args)
		},
	}
	c.Flags().Uint16VarP(&port, "port", "p", 53, "the server's `PORT`")
	return c
}

// parseDig reads words in any order, as dig does.
func parseDig(args []string) (digQuery, error) {
	q := digQuery{server: netip.MustParseAddr("127.0.0.1"), typ: dns.TypeA}
	typed := false
	for _, arg := range args {
		var err error
		switch {
		case strings.HasPrefix(arg, "@"):
			if q.server, err = netip.ParseAddr(arg[1:]); err != nil {
				return q, usagef("%s: the server is to be an IP address, as in @127.0.0.1; its port goes behind -p", arg)
			}
		case strings.HasPrefix(arg, "+"):
			err = q.option(arg)
		case q.name == "":
			if q.name, err = wire.ParseName(arg); err != nil {
				err = usagef("the name to ask for: %v", err)
			}
		case !typed:
			q.typ, err = queryType(arg)
			typed = true
		default:
			err = usagef("dig got %q beyond a name and a type", arg)
		}
		if err != nil {
			return q, err
		}
	}
	if q.name == "" {
		return q, usagef("dig needs a name: write `meridian dig @127.0.0.1 www.example.com A`")
	}
	return q, nil
}

func (q *digQuery) option(arg string) error {
	text, isSubnet := strings.CutPrefix(arg, "+subnet=")
	switch {
	case isSubnet:
		p, err := parseClient(text)
		q.subnet = p
		return err
	case arg == "+tcp" || arg == "+vc":
		q.tcp = true
	case arg == "+short":
		q.short = true
	default:
		return usagef("dig knows no %s: it has +subnet=PREFIX, +tcp and +short", arg)
	}
	return nil
}

// parseClient reads a client as an address or as a prefix.
func parseClient(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return p, usagef("%q is neither an address nor a prefix: write 192.0.2.0/24 or 2001:db8::/48", s)
	}
	return p.Masked(), nil
}

// queryType reads a type's mnemonic or TYPEnnn, those that only a query can have included.
func queryType(s string) (uint16, error) {
	upper := strings.ToUpper(s)
	if typ, ok := dns.StringToType[upper]; ok {
		return typ, nil
	}
	if digits, ok := strings.CutPrefix(upper, "TYPE"); ok {
		if n, err := strconv.ParseUint(digits, 10, 16); err == nil {
			return uint16(n), nil
		}
	}
	return 0, usagef("%q is no record type: write one as in A, AAAA, MX or TYPE65280", s)
}

// message is the query in wire form's type.
func (q digQuery) message() *dns.Msg {
	m := new(dns.Msg)
	m.SetQuestion(q.name.String(), q.typ)
	m.SetEdns0(wire.DefUDPSize, false)
	if q.subnet.IsValid() {
		ecs := &dns.EDNS0_SUBNET{
			Code:          dns.EDNS0SUBNET,
			Family:        1,
			SourceNetmask: uint8(q.subnet.Bits()),
			Address:       q.subnet.Addr().AsSlice(),
		}
		if q.subnet.Addr().Is6() {
			ecs.Family = 2
		}
		opt := m.IsEdns0()
		opt.Option = append(opt.Option, ecs)
	}
	return m
}

// dig asks, over TCP where UDP's answer is truncated, and prints.
func (a *app) dig(ctx context.Context, q digQuery, args []string) error {
	ctx, cancel := context.WithTimeout(ctx, digTimeout)
	defer cancel()
	d := dug{query: q, args: args}
	err := d.ask(ctx)
	if err == nil && d.reply.Truncated && !q.tcp {
		d.retried, d.query.tcp = true, true
		err = d.ask(ctx)
	}
	if err != nil {
		return digError(d.query, err)
	}
	d.when = a.now()
	d.print(a.out)
	return nil
}

// dug is a question with its answer.
type dug struct {
	query   digQuery
	args    []string
	reply   *dns.Msg
	size    int
	took    time.Duration
	when    time.Time
	retried bool // over UDP the answer was truncated
}

// ask sends the question and reads the answer to it, whatever else comes.
func (d *dug) ask(ctx context.Context) error {
	raw, err := (&net.Dialer{}).DialContext(ctx, d.query.network(), d.query.address())
	if err != nil {
		return err
	}
	defer raw.Close()
	stop := context.AfterFunc(ctx, func() { raw.SetDeadline(time.Now()) })
	defer stop()
	question, begin := d.query.message(), time.Now()
	conn := &dns.Conn{Conn: raw, UDPSize: wire.DefUDPSize}
	if err := conn.WriteMsg(question); err != nil {
		return err
	}
	for {
		packet, err := conn.ReadMsgHeader(nil)
		if err != nil {
			return cmp.Or(ctx.Err(), err)
		}
		reply := new(dns.Msg)
		if err := reply.Unpack(packet); err != nil {
			return fmt.Errorf("reading the answer: %w", err)
		}
		if reply.Id == question.Id {
			d.reply, d.size, d.took = reply, len(packet), time.Since(begin)
			return nil
		}
	}
}

func (q digQuery) network() string {
	if q.tcp {
		return "tcp"
	}
	return "udp"
}

func (q digQuery) address() string { return netip.AddrPortFrom(q.server, q.port).String() }

// digError is what went wrong in words that say what to do.
func digError(q digQuery, err error) error {
	var netErr net.Error
	switch {
	case errors.Is(err, context.Canceled):
		return errors.New("interrupted")
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &netErr) && netErr.Timeout():
		return withCode(exitUnreachable, fmt.Errorf("%s did not answer over %s within %v", q.address(), q.network(), digTimeout))
	case errors.As(err, &netErr):
		return withCode(exitUnreachable, fmt.Errorf("nothing answers at %s over %s: is the server running, and is that its port (-p)? (%w)", q.address(), q.network(), err))
	}
	return fmt.Errorf("asking %s: %w", q.address(), err)
}
