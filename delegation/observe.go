package delegation

// All that a check sees, gathered in one value. Nothing is judged here.

import (
	"context"
	"errors"
	"net/netip"
	"slices"

	"github.com/miekg/dns"

	"meridian/wire"
)

// observations are what a check saw.
type observations struct {
	zone     wire.Name
	parent   wire.Name // the zone whose servers were asked for the delegation; "": none was found
	lost     string    // why none was found
	parents  []parentSays
	ds       []*dns.DS
	names    []nameServer // of the parent and of the zone, in canonical order
	probes   []probe      // in the order of names and addresses
	resolver *throughResolver
	cutShort string // why the check ended early; "": it is whole
}

// parentSays is the delegation as one server of the parent gives it.
type parentSays struct {
	server Host // with one address
	o      outcome
	own    bool // it serves the zone too, so that its delegation can't be seen
	ns     []wire.Name
	glue   []Host // of the names in ns
}

// nameServer is one name in an NS record of the zone, at the parent or in the zone.
type nameServer struct {
	name     wire.Name
	atParent bool
	glue     []netip.Addr // the parent's; of all of its servers together
	own      resolution   // by the servers of the zone that the name lies in
	ownAsked bool         // own is known; of a name in the zone only its servers can tell
}

// observer gathers observations.
type observer struct {
	*walker
	opts Options
	seen observations
}

// observe gathers everything. It ends early, and says so, when ctx does or the
// questions are used up.
func observe(ctx context.Context, x Exchanger, opts Options) observations {
	o := &observer{walker: newWalker(x, opts.Port, opts.Hints), opts: opts, seen: observations{zone: opts.Zone}}
	if o.findParent(ctx) {
		o.nameServers(ctx)
	}
	if opts.Resolver.IsValid() {
		o.seen.resolver = o.askResolver(ctx)
	}
	switch {
	case ctx.Err() != nil:
		o.seen.cutShort = "the time was up"
	case o.usedUp():
		o.seen.cutShort = "it had asked as many questions as it may"
	}
	return o.seen
}

func (o *observer) usedUp() bool {
	return slices.ContainsFunc(o.seen.probes, probe.usedUp) ||
		slices.ContainsFunc(o.seen.parents, func(p parentSays) bool { return errors.Is(p.o.err, errUsedUp) })
}

// findParent goes down to the parent and asks each of its servers for the delegation.
func (o *observer) findParent(ctx context.Context) bool {
	start := o.closest(wire.Root)
	if o.opts.Parent.IsValid() {
		start = cut{wire.Root, []Host{{Addrs: []netip.Addr{o.opts.Parent}}}}
	}
	parent, first, err := o.toParent(ctx, start, o.seen.zone)
	if err != nil {
		o.seen.lost = err.Error()
		return false
	}
	o.seen.parent = parent.zone
	if _, refers := first.referral(); !refers || parent.zone == wire.Root {
		o.seen.parent = o.parentName(ctx, parent, first) // no referral told of it
	}
	for _, h := range parent.hosts {
		addrs := h.Addrs
		if len(addrs) == 0 {
			addrs = o.resolve(ctx, h.Name).addrs
		}
		for _, a := range addrs {
			o.seen.parents = append(o.seen.parents, parentSays{server: Host{h.Name, []netip.Addr{a}}})
		}
	}
	atOnce(len(o.seen.parents), func(i int) {
		o.seen.parents[i] = o.askParent(ctx, o.seen.parents[i].server)
	})
	o.seen.ds = o.askDS(ctx)
	return first.replied()
}

// parentName is what the parent zone is called, by one of its servers.
func (o *observer) parentName(ctx context.Context, parent cut, first outcome) wire.Name {
	if owner, ok := soaOwner(first.reply.Ns); ok && owner != o.seen.zone && o.seen.zone.IsSubdomainOf(owner) {
		return owner // there is no delegation, it said
	}
	above, _ := o.seen.zone.Parent() // the root isn't checked
	got, _, err := o.step(ctx, parent, above, dns.TypeSOA)
	if err != nil || !got.replied() {
		return above
	}
	for _, section := range [][]dns.RR{got.reply.Answer, got.reply.Ns} {
		if owner, ok := soaOwner(section); ok && o.seen.zone.IsSubdomainOf(owner) {
			return owner
		}
	}
	return above
}

func (o *observer) askParent(ctx context.Context, server Host) parentSays {
	zone := o.seen.zone
	says := parentSays{server: server, o: question(ctx, o.ask, o.at(server.Addrs[0]), zone, dns.TypeNS)}
	to, refers := says.o.referral()
	switch {
	case refers && to == zone:
		says.ns = servers(says.o.reply.Ns, zone)
		says.glue = hosts(says.ns, says.o.reply.Extra, wire.Root)
	case says.o.authoritative():
		says.ns = servers(says.o.reply.Answer, zone)
		says.own = len(says.ns) > 0
	}
	return says
}

// askDS asks the parent's servers for the zone's DS records until one answers.
func (o *observer) askDS(ctx context.Context) []*dns.DS {
	for _, p := range o.seen.parents {
		if !p.o.replied() {
			continue
		}
		got := question(ctx, o.ask, o.at(p.server.Addrs[0]), o.seen.zone, dns.TypeDS)
		if !got.authoritative() {
			continue
		}
		var list []*dns.DS
		for _, rr := range got.reply.Answer {
			if ds, ok := rr.(*dns.DS); ok {
				list = append(list, ds)
			}
		}
		return list
	}
	return nil
}

func (o *observer) at(a netip.Addr) netip.AddrPort { return netip.AddrPortFrom(a, o.port) }
