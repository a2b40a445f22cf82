package alias

// Questions to the configured resolvers, over UDP and, where that isn't enough, TCP.

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"

	"meridian/wire"
)

// Exchanger asks a question and returns an answer with NOERROR or NXDOMAIN.
type Exchanger interface {
	Exchange(ctx context.Context, name wire.Name, typ uint16) (*dns.Msg, error)
}

// tryTime is how long one resolver may take over one transport.
const tryTime = 2 * time.Second

// Network asks resolvers one after the other until one knows. It is safe for use by
// several goroutines.
type Network struct{ Resolvers []netip.AddrPort }

// SystemResolvers are those of a resolv.conf.
func SystemResolvers(path string) ([]netip.AddrPort, error) {
	c, err := dns.ClientConfigFromFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the system's resolvers: %w", err)
	}
	var all []netip.AddrPort
	for _, server := range c.Servers {
		if addr, err := netip.ParseAddr(server); err == nil {
			all = append(all, netip.AddrPortFrom(addr, 53))
		}
	}
	return all, nil
}

// networkError is that no resolver was reached.
type networkError struct{ error }

func (e networkError) Unwrap() error { return e.error }

func isNetwork(err error) bool {
	var n networkError
	return errors.As(err, &n)
}

// Exchange asks the resolvers in turn. Where none was reached the error says so for the
// extended error; else it is what the last one said.
func (n Network) Exchange(ctx context.Context, name wire.Name, typ uint16) (*dns.Msg, error) {
	if len(n.Resolvers) == 0 {
		return nil, errors.New("there are no resolvers: give them with --alias-resolver")
	}
	var said, unreached error
	for _, resolver := range n.Resolvers {
		reply, err := ask(ctx, resolver, name, typ)
		switch {
		case err != nil:
			unreached = fmt.Errorf("asking %s: %w", resolver, err)
		case reply.Rcode == dns.RcodeSuccess, reply.Rcode == dns.RcodeNameError:
			return reply, nil
		default:
			said = fmt.Errorf("asking %s: it says %s", resolver, dns.RcodeToString[reply.Rcode])
		}
	}
	if said != nil {
		return nil, said
	}
	return nil, networkError{unreached}
}

// ask asks one resolver, from a new port each time so that an answer is hard to forge.
func ask(ctx context.Context, resolver netip.AddrPort, name wire.Name, typ uint16) (*dns.Msg, error) {
	m := new(dns.Msg)
	m.SetQuestion(name.String(), typ)
	m.SetEdns0(wire.DefUDPSize, false)
	reply, err := exchange(ctx, "udp", resolver, m)
	if err == nil && reply.Truncated {
		return exchange(ctx, "tcp", resolver, m)
	}
	return reply, err
}

func exchange(ctx context.Context, network string, resolver netip.AddrPort, m *dns.Msg) (*dns.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	c := dns.Client{Net: network, Timeout: tryTime, Dialer: &net.Dialer{}}
	reply, _, err := c.ExchangeContext(ctx, m, resolver.String())
	if err != nil {
		return nil, err
	}
	if len(reply.Question) != 1 || reply.Question[0].Qtype != m.Question[0].Qtype || !strings.EqualFold(reply.Question[0].Name, m.Question[0].Name) {
		return nil, errors.New("the answer is to another question")
	}
	return reply, nil
}
