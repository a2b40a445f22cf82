package delegation

// One server of the zone, asked in every way that resolvers ask.

import (
	"context"
	"errors"
	"net/netip"
	"sync"

	"github.com/miekg/dns"

	"meridian/wire"
)

// probe is what one address of one name server does with questions for the zone.
type probe struct {
	name wire.Name
	addr netip.Addr

	udp   outcome // SOA with EDNS
	plain outcome // SOA without EDNS, asked where EDNS brought nothing
	tcp   outcome // SOA
	ns    outcome // NS

	keys  []*dns.DNSKEY // at the apex
	large outcome       // the largest answer found that 1232 octets hold, over TCP
	fits  outcome       // the same question over UDP
}

// probeServer asks all that judging one server needs: 3 questions where it is dead, 6 or 7
// where all is well.
func probeServer(ctx context.Context, x Exchanger, zone, name wire.Name, server netip.AddrPort) probe {
	p := probe{name: name, addr: server.Addr()}
	ask := func(typ, size uint16, tcp bool) outcome {
		return exchange(ctx, x, Query{Server: server, Name: zone, Type: typ, Size: size, TCP: tcp})
	}
	p.udp = ask(dns.TypeSOA, bufferSize, false)
	if unroutable(p.udp.err) {
		return p
	}
	if !p.udp.replied() || p.udp.reply.Rcode == dns.RcodeFormatError || p.udp.reply.Rcode == dns.RcodeNotImplemented {
		p.plain = ask(dns.TypeSOA, 0, false)
	}
	p.tcp = ask(dns.TypeSOA, bufferSize, true)
	if !p.serves(zone) {
		return p
	}
	p.ns = question(ctx, x, server, zone, dns.TypeNS)
	if !p.tcp.replied() {
		return p
	}
	p.large = p.tcp
	largest := dns.TypeSOA
	for _, typ := range []uint16{dns.TypeNS, dns.TypeTXT, dns.TypeDNSKEY} {
		o := ask(typ, bufferSize, true)
		if !o.authoritative() {
			continue
		}
		for _, rr := range o.reply.Answer {
			if key, ok := rr.(*dns.DNSKEY); ok {
				p.keys = append(p.keys, key)
			}
		}
		if o.reply.Size > p.large.reply.Size && o.reply.Size <= bufferSize {
			p.large, largest = o, typ
		}
	}
	p.fits = p.udp
	if largest != dns.TypeSOA {
		p.fits = ask(largest, bufferSize, false)
	}
	return p
}

// best is the outcome that shows most of what the server has to say of the zone's SOA.
func (p probe) best() outcome {
	for _, o := range []outcome{p.udp, p.plain, p.tcp} {
		if o.authoritative() {
			return o
		}
	}
	for _, o := range []outcome{p.udp, p.plain, p.tcp} {
		if o.replied() {
			return o
		}
	}
	return p.udp
}

// soa is the zone's SOA record as the server gives it, nil if it doesn't.
func (p probe) soa(zone wire.Name) *dns.SOA {
	o := p.best()
	if !o.authoritative() {
		return nil
	}
	for _, rr := range o.reply.Answer {
		if soa, ok := rr.(*dns.SOA); ok && nameOf(soa.Hdr.Name) == zone {
			return soa
		}
	}
	return nil
}

// serves says whether the server answers for the zone in any way at all.
func (p probe) serves(zone wire.Name) bool { return p.soa(zone) != nil }

// usedUp says whether the probe is cut short.
func (p probe) usedUp() bool {
	for _, o := range []outcome{p.udp, p.plain, p.tcp, p.ns, p.large, p.fits} {
		if errors.Is(o.err, errUsedUp) {
			return true
		}
	}
	return false
}

// atOnce calls f for 0 to n-1, a few at the same time, and returns when all are done.
func atOnce(n int, f func(i int)) {
	const most = 8 // sockets in use, and packets on the way, at a time
	var wg sync.WaitGroup
	slots := make(chan struct{}, most)
	for i := range n {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			f(i)
		})
	}
	wg.Wait()
}
