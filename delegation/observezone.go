package delegation

// The zone's name servers: first those that the parent names, at the addresses that a
// resolver would use; then those that they name beside, at the addresses they give.

import (
	"context"
	"net/netip"
	"slices"

	"github.com/miekg/dns"

	"meridian/wire"
)

// maxProbes bounds the addresses of one zone that are asked. 13 names with two addresses
// each are the root's own number, and no sound zone has more.
const maxProbes = 32

func (o *observer) nameServers(ctx context.Context) {
	for _, p := range o.seen.parents {
		for _, n := range p.ns {
			o.addName(n, true)
		}
		for _, h := range p.glue {
			s := o.addName(h.Name, true)
			s.glue = sortedAddrs(append(s.glue, h.Addrs...))
		}
	}
	o.findAddresses(ctx) // of names outside; those inside have glue
	o.probeNew(ctx)
	for _, p := range o.seen.probes {
		if p.ns.authoritative() {
			for _, n := range servers(p.ns.reply.Answer, o.seen.zone) {
				o.addName(n, false)
			}
		}
	}
	o.findAddresses(ctx)
	o.probeNew(ctx)
	slices.SortFunc(o.seen.names, func(a, b nameServer) int { return a.name.Compare(b.name) })
	slices.SortStableFunc(o.seen.probes, func(a, b probe) int {
		if c := a.name.Compare(b.name); c != 0 {
			return c
		}
		return a.addr.Compare(b.addr)
	})
}

func (o *observer) addName(name wire.Name, atParent bool) *nameServer {
	i := slices.IndexFunc(o.seen.names, func(s nameServer) bool { return s.name == name })
	if i < 0 {
		i = len(o.seen.names)
		o.seen.names = append(o.seen.names, nameServer{name: name})
	}
	o.seen.names[i].atParent = o.seen.names[i].atParent || atParent
	return &o.seen.names[i]
}

// servesZone is the address of a server that is known to answer for the zone: one of its
// own, or one of the parent's that serves both.
func (o *observer) servesZone() (netip.Addr, bool) {
	for _, p := range o.seen.probes {
		if p.serves(o.seen.zone) {
			return p.addr, true
		}
	}
	for _, p := range o.seen.parents {
		if p.own {
			return p.server.Addrs[0], true
		}
	}
	return netip.Addr{}, false
}

// findAddresses asks for the addresses of names where that can be done: of names
// in the zone once one of its servers is known to answer.
func (o *observer) findAddresses(ctx context.Context) {
	server, known := o.servesZone()
	for n := range o.seen.names {
		s := &o.seen.names[n]
		switch inside := s.name.IsSubdomainOf(o.seen.zone); {
		case s.ownAsked:
		case !inside:
			s.own, s.ownAsked = o.resolve(ctx, s.name), true
		case known:
			s.own, s.ownAsked = o.insideAddresses(ctx, s.name, o.at(server))
		}
	}
}

// insideAddresses asks a server of the zone for a name in it, which may lie below
// another cut.
func (o *observer) insideAddresses(ctx context.Context, name wire.Name, server netip.AddrPort) (resolution, bool) {
	var r resolution
	for _, typ := range []uint16{dns.TypeA, dns.TypeAAAA} {
		got := question(ctx, o.ask, server, name, typ)
		if to, refers := got.referral(); refers && to != o.seen.zone && to.IsSubdomainOf(o.seen.zone) {
			return o.resolve(ctx, name), true
		}
		if !got.authoritative() {
			return r, false
		}
		r = r.with(got, name)
	}
	if len(r.addrs) == 0 && r.alias == "" && r.trouble == "" {
		r.trouble = "it has no addresses"
	}
	return r, true
}

// probeNew asks all addresses that haven't been asked yet.
func (o *observer) probeNew(ctx context.Context) {
	type target struct {
		name wire.Name
		addr netip.Addr
	}
	var targets []target
	for _, s := range o.seen.names {
		for _, a := range sortedAddrs(append(slices.Clone(s.glue), s.own.addrs...)) {
			asked := slices.ContainsFunc(o.seen.probes, func(p probe) bool { return p.name == s.name && p.addr == a })
			if !asked && len(o.seen.probes)+len(targets) < maxProbes {
				targets = append(targets, target{s.name, a})
			}
		}
	}
	probes := make([]probe, len(targets))
	atOnce(len(targets), func(i int) {
		probes[i] = probeServer(ctx, o.ask, o.seen.zone, targets[i].name, o.at(targets[i].addr))
	})
	o.seen.probes = append(o.seen.probes, probes...)
}
