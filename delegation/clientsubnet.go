package delegation

// Whether a resolver passes client subnets on. The same question goes through the
// resolver and to the zone's servers themselves, once for each of some distant client
// networks: only who sends the subnet gets the answers that the servers give by it.

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"meridian/wire"
)

// DistantClients are networks on different continents (universities, whose networks
// stay), to be told apart by any steered record with regions far from each other.
func DistantClients() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("128.40.0.0/24"),  // London
		netip.MustParsePrefix("18.9.22.0/24"),   // Boston
		netip.MustParsePrefix("133.11.0.0/24"),  // Tokyo
		netip.MustParsePrefix("143.107.0.0/24"), // São Paulo
	}
}

// throughResolver is what a resolver made of the questions.
type throughResolver struct {
	server  netip.AddrPort
	soa     outcome   // the zone's SOA through it, without a subnet
	steered wire.Name // "": no name was given to ask for
	rounds  []round   // one for each network
}

// round is one question with a client subnet, asked both ways.
type round struct {
	client  netip.Prefix
	direct  outcome // of a server of the zone
	through outcome // of the resolver
}

func (o *observer) askResolver(ctx context.Context) *throughResolver {
	t := &throughResolver{server: o.opts.Resolver, steered: o.opts.Steered}
	t.soa = exchange(ctx, o.ask, Query{Server: t.server, Name: o.seen.zone, Type: dns.TypeSOA, Recurse: true, Size: bufferSize})
	i := slices.IndexFunc(o.seen.probes, func(p probe) bool { return p.udp.authoritative() })
	if t.steered == "" || i < 0 || !t.soa.replied() {
		return t
	}
	server := o.at(o.seen.probes[i].addr)
	t.rounds = make([]round, len(o.opts.Clients))
	atOnce(len(t.rounds), func(i int) {
		q := Query{Name: t.steered, Type: dns.TypeA, Size: bufferSize, Subnet: o.opts.Clients[i]}
		direct, through := q, q
		direct.Server, through.Server, through.Recurse = server, t.server, true
		t.rounds[i] = round{q.Subnet, exchange(ctx, o.ask, direct), exchange(ctx, o.ask, through)}
	})
	return t
}

// scope is the scope prefix length that an answer has in its client subnet option.
func scope(o outcome) (bits uint8, ok bool) {
	if !o.replied() || o.reply.IsEdns0() == nil {
		return 0, false
	}
	for _, opt := range o.reply.IsEdns0().Option {
		if e, isSubnet := opt.(*dns.EDNS0_SUBNET); isSubnet {
			return e.SourceScope, true
		}
	}
	return 0, false
}

// answered is the data of an answer as one text, to compare and to show.
func answered(o outcome) string {
	if !o.replied() {
		return ""
	}
	var data []string
	for _, rr := range o.reply.Answer {
		if t := rr.Header().Rrtype; t == dns.TypeA || t == dns.TypeCNAME {
			data = append(data, strings.TrimPrefix(rr.String(), rr.Header().String()))
		}
	}
	slices.Sort(data)
	return strings.Join(data, ", ")
}
