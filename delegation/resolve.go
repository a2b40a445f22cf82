package delegation

// Addresses of names outside of the zone, found as a resolver finds them.

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"github.com/miekg/dns"

	"meridian/wire"
)

// resolution is what is known of a name server's name.
type resolution struct {
	addrs   []netip.Addr
	alias   wire.Name // the name is a CNAME to this one; "": it is none
	trouble string    // why there are no addresses; "": there are some, or it is an alias
}

// resolve finds the addresses of a name by referrals. It doesn't follow a CNAME: a name
// server's name may not be one (RFC 2181 section 10.3).
func (w *walker) resolve(ctx context.Context, name wire.Name) resolution {
	if r, ok := w.known[name]; ok {
		return r
	}
	if w.pending[name] {
		return resolution{trouble: "its address can only be found by asking it (the delegations go round in a circle)"}
	}
	w.pending[name] = true
	defer delete(w.pending, name)

	var r resolution
	for _, typ := range []uint16{dns.TypeA, dns.TypeAAAA} {
		o, err := w.lookup(ctx, name, typ)
		if err != nil {
			if !errors.Is(err, errUsedUp) && ctx.Err() == nil {
				r.trouble = err.Error()
			}
			break
		}
		r = r.with(o, name)
	}
	if r.alias == "" && r.trouble == "" && len(r.addrs) == 0 {
		r.trouble = "it has no addresses"
	}
	if len(r.addrs) > 0 {
		r.trouble = ""
	}
	if len(w.pending) == 1 { // what was found inside a circle depends on where it was entered
		w.known[name] = r
	}
	return r
}

// with adds what an authoritative answer says.
func (r resolution) with(o outcome, name wire.Name) resolution {
	if o.reply.Rcode == dns.RcodeNameError {
		r.trouble = "there is no such name (NXDOMAIN)"
	}
	for _, rr := range o.reply.Answer {
		if nameOf(rr.Header().Name) != name {
			continue
		}
		if c, ok := rr.(*dns.CNAME); ok {
			r.alias = nameOf(c.Target)
		}
		if a, ok := addrOf(rr); ok {
			r.addrs = append(r.addrs, a)
		}
	}
	r.addrs = sortedAddrs(r.addrs)
	return r
}

// lookup goes down from the deepest cut known to an authoritative answer.
func (w *walker) lookup(ctx context.Context, name wire.Name, typ uint16) (outcome, error) {
	c := w.closest(name)
	for {
		o, next, err := w.step(ctx, c, name, typ)
		if err != nil {
			return o, fmt.Errorf("it can't be resolved: %w", err)
		}
		if next == nil {
			return o, nil
		}
		w.cuts[next.zone] = *next
		c = *next
	}
}

// closest is the deepest zone known that a name lies in.
func (w *walker) closest(name wire.Name) cut {
	for {
		if c, ok := w.cuts[name]; ok {
			return c
		}
		name, _ = name.Parent() // the root is always there
	}
}
