package alias

// One look-up: a question, the CNAMEs that lead on from it, and what is at their end.

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/miekg/dns"

	"meridian/view"
	"meridian/wire"
	"meridian/zones"
)

// Bounds of the TTLs that are taken from answers, in seconds: below the first we would
// ask all the time, beyond the second a change outside would go unseen for long, and of
// what isn't there for longer than maxNegative (RFC 2308 section 5 advises one to three
// hours).
const (
	minTTL      = 5
	maxTTL      = 86400
	maxNegative = 3600
)

// maxLinks is how many questions one look-up asks at most: resolvers follow CNAMEs
// themselves, others don't.
const maxLinks = view.MaxAliasLinks

// errGone is for a name that was there and now doesn't exist.
var errGone = errors.New("the name doesn't exist any more")

// finding is what a look-up found.
type finding struct {
	set  wire.RRset    // at its TTL; the zero RRset where there is nothing of the type
	gone bool          // the name doesn't exist
	ttl  time.Duration // for which it is good
}

// lookUp asks for a type of a name, and for what its CNAMEs lead to.
func lookUp(ctx context.Context, x Exchanger, name wire.Name, typ uint16) (finding, error) {
	ttl, asked := uint32(maxTTL), name
	for range maxLinks + 1 {
		reply, err := x.Exchange(ctx, asked, typ)
		if err != nil {
			return finding{}, err
		}
		end, linkTTL := follow(reply.Answer, asked)
		ttl = min(ttl, linkTTL)
		set, err := takeSet(reply.Answer, end, typ, ttl)
		switch {
		case err != nil:
			return finding{}, fmt.Errorf("the answer for %s: %w", end, err)
		case !set.IsZero():
			return finding{set: set, ttl: time.Duration(set.TTL()) * time.Second}, nil
		case reply.Rcode == dns.RcodeNameError:
			return nothing(reply, ttl, true), nil
		case has(reply.Ns, dns.TypeSOA):
			return nothing(reply, ttl, false), nil
		case end == asked && has(reply.Ns, dns.TypeNS):
			return finding{}, fmt.Errorf("the answer for %s is a referral: what was asked is no resolver", end)
		case end == asked:
			return nothing(reply, ttl, false), nil
		}
		asked = end
	}
	return finding{}, fmt.Errorf("%s leads over more than %d names", name, maxLinks)
}

// follow goes from a name through the CNAMEs of an answer, and returns where they end
// and the lowest of their TTLs.
func follow(answer []dns.RR, name wire.Name) (end wire.Name, ttl uint32) {
	ttl = maxTTL
	for range answer { // each CNAME is passed once at most, or it is a loop
		moved := false
		for _, rr := range answer {
			cname, ok := rr.(*dns.CNAME)
			if !ok || !isName(cname.Hdr.Name, name) {
				continue
			}
			target, err := wire.ParseName(cname.Target)
			if err != nil {
				return name, ttl
			}
			name, ttl, moved = target.Canonical(), min(ttl, cname.Hdr.Ttl), true
			break
		}
		if !moved {
			break
		}
	}
	return name, ttl
}

// takeSet encodes the records of a name and type in an answer; the zero RRset where there are none.
func takeSet(answer []dns.RR, name wire.Name, typ uint16, ttl uint32) (wire.RRset, error) {
	var rrs []dns.RR
	for _, rr := range answer {
		if h := rr.Header(); h.Rrtype == typ && h.Class == dns.ClassINET && isName(h.Name, name) {
			ttl = min(ttl, h.Ttl)
			rrs = append(rrs, rr)
		}
	}
	if len(rrs) == 0 {
		return wire.RRset{}, nil
	}
	for _, rr := range rrs {
		rr.Header().Ttl = max(ttl, minTTL)
	}
	sets, err := zones.FromRRs(rrs)
	switch {
	case err != nil:
		return wire.RRset{}, err
	case sets[0].WireLen() > zones.MaxWireLen:
		return wire.RRset{}, fmt.Errorf("its %d records are too long for a message", len(sets[0].RDATA))
	}
	// Without names that may be compressed it is the same for every owner and zone.
	return wire.EncodeRRset(wire.Root, wire.Root, typ, sets[0].TTL, sets[0].RDATA), nil
}

// nothing is the finding that there is nothing, for the negative TTL (RFC 2308 section 5).
func nothing(reply *dns.Msg, ttl uint32, gone bool) finding {
	ttl = min(ttl, maxNegative)
	for _, rr := range reply.Ns {
		if soa, ok := rr.(*dns.SOA); ok {
			ttl = min(ttl, soa.Hdr.Ttl, soa.Minttl)
		}
	}
	return finding{gone: gone, ttl: time.Duration(max(ttl, minTTL)) * time.Second}
}

func has(rrs []dns.RR, typ uint16) bool {
	return slices.ContainsFunc(rrs, func(rr dns.RR) bool { return rr.Header().Rrtype == typ })
}

// isName says whether a name of miekg/dns is a canonical name.
func isName(text string, name wire.Name) bool {
	n, err := wire.ParseName(text)
	return err == nil && n.Canonical() == name
}
