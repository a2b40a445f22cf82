package delegation

// The check as a whole.

import (
	"cmp"
	"context"
	"net/netip"

	"meridian/wire"
)

// Options say what a check is to look at.
type Options struct {
	Zone     wire.Name      // not the root, which has no parent
	Hints    []Host         // the root's servers; none: RootHints
	Parent   netip.Addr     // begin at this server of the parent; invalid: at the root
	Port     uint16         // of all name servers; 0: 53
	Resolver netip.AddrPort // a resolver to try; invalid: none
	Steered  wire.Name      // a steered record of the zone to ask the resolver for; "": none
	Clients  []netip.Prefix // client networks to ask for; none: DistantClients
	Most     int            // questions in all; 0: 500, several times what a sound zone takes
}

// Check looks at a zone's delegation and servers, and always returns a report: what could
// not be looked at is a finding too. It asks at most opts.Most questions and ends soon
// after ctx does.
func Check(ctx context.Context, x Exchanger, opts Options) Report {
	opts.Zone, opts.Steered = opts.Zone.Canonical(), opts.Steered.Canonical()
	opts.Port = cmp.Or(opts.Port, 53)
	if len(opts.Hints) == 0 {
		opts.Hints = RootHints()
	}
	if len(opts.Clients) == 0 {
		opts.Clients = DistantClients()
	}
	asker := &counted{Exchanger: x, most: int64(cmp.Or(opts.Most, 500))}
	report := judge(observe(ctx, asker, opts))
	report.Questions = int(min(asker.asked.Load(), asker.most))
	return report
}
