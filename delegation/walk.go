package delegation

// The way down: referral after referral, from the root's servers to those that delegate
// a zone.

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/miekg/dns"

	"meridian/wire"
)

// cut is a zone as a referral tells of it: who its servers are. A host without
// addresses is one that came without glue.
type cut struct {
	zone  wire.Name
	hosts []Host
}

// walker asks as a resolver does. It belongs to one goroutine.
type walker struct {
	ask     Exchanger
	port    uint16
	cuts    map[wire.Name]cut        // what referrals told; the root's are the hints
	known   map[wire.Name]resolution // names that were resolved before
	pending map[wire.Name]bool       // names that are being resolved: asking again would be a loop
}

func newWalker(x Exchanger, port uint16, hints []Host) *walker {
	return &walker{
		ask: x, port: port,
		cuts:    map[wire.Name]cut{wire.Root: {wire.Root, hints}},
		known:   map[wire.Name]resolution{},
		pending: map[wire.Name]bool{},
	}
}

// question asks one server over UDP, and over TCP where the answer is truncated.
func question(ctx context.Context, x Exchanger, server netip.AddrPort, name wire.Name, typ uint16) outcome {
	q := Query{Server: server, Name: name, Type: typ, Size: bufferSize}
	o := exchange(ctx, x, q)
	if o.replied() && o.reply.Truncated {
		q.TCP = true
		o = exchange(ctx, x, q)
	}
	return o
}

func exchange(ctx context.Context, x Exchanger, q Query) outcome {
	reply, err := x.Exchange(ctx, q)
	if err == nil && reply.Msg == nil {
		err = errNoAnswer
	}
	return outcome{reply, err}
}

// maxTried is how many of a zone's servers are asked before the zone is given up.
const maxTried = 6

// step asks c's servers until one answers with authority or refers further down; which
// of both it was, next says (nil: it answered).
func (w *walker) step(ctx context.Context, c cut, name wire.Name, typ uint16) (o outcome, next *cut, err error) {
	var troubles []string
	for server := range w.serversOf(ctx, c) {
		o = question(ctx, w.ask, server, name, typ)
		if o.authoritative() {
			return o, nil, nil
		}
		to, refers := o.referral()
		if refers && to != c.zone && to.IsSubdomainOf(c.zone) && name.IsSubdomainOf(to) {
			return o, &cut{to, hosts(servers(o.reply.Ns, to), o.reply.Extra, c.zone)}, nil
		}
		if errors.Is(o.err, errUsedUp) || ctx.Err() != nil {
			return o, nil, o.err
		}
		troubles = append(troubles, fmt.Sprintf("%s: %s", server.Addr(), o.trouble()))
		if len(troubles) == maxTried {
			break
		}
	}
	if len(troubles) == 0 {
		return o, nil, fmt.Errorf("no server of %s has an address", c.zone)
	}
	return o, nil, fmt.Errorf("no server of %s is of use: %s", c.zone, strings.Join(troubles, "; "))
}

// serversOf gives the addresses of a zone's servers: all IPv4 ones of the referral, all
// IPv6 ones, and at last those of names that came without, which must be resolved.
func (w *walker) serversOf(ctx context.Context, c cut) func(yield func(netip.AddrPort) bool) {
	return func(yield func(netip.AddrPort) bool) {
		for _, v6 := range []bool{false, true} {
			for _, h := range c.hosts {
				for _, a := range h.Addrs {
					if a.Is6() == v6 && !yield(netip.AddrPortFrom(a, w.port)) {
						return
					}
				}
			}
		}
		for _, h := range c.hosts {
			if len(h.Addrs) > 0 {
				continue
			}
			for _, a := range w.resolve(ctx, h.Name).addrs {
				if !yield(netip.AddrPortFrom(a, w.port)) {
					return
				}
			}
		}
	}
}

// toParent goes down from c to the zone that delegates the zone named. The outcome is
// the referral, or an authoritative answer where there is none.
func (w *walker) toParent(ctx context.Context, c cut, zone wire.Name) (parent cut, o outcome, err error) {
	for {
		o, next, err := w.step(ctx, c, zone, dns.TypeNS)
		if err != nil || next == nil || next.zone == zone {
			return c, o, err
		}
		w.cuts[next.zone] = *next
		c = *next
	}
}
