package delegation

// Rules on the zone's servers: each by itself, and all together.

import (
	"fmt"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// probes: does each server answer, with authority, on every way?
func (f *findings) probes(seen observations) {
	for _, p := range seen.probes {
		where := at(p.name, p.addr)
		switch {
		case p.usedUp():
		case unroutable(p.udp.err):
			f.add(Note, "not-looked-at", where, "it wasn't asked: this machine has no route there", "check from a machine that has both IPv4 and IPv6")
		case !p.udp.replied() && !p.plain.replied() && !p.tcp.replied():
			f.add(Error, "lame", where, fmt.Sprintf("nothing answers there, over UDP or TCP: %s", p.udp.trouble()),
				"start the server, open UDP and TCP port 53 to it in every firewall, or take the address out of zone and parent")
		case !p.serves(seen.zone):
			f.add(Error, "lame", where, fmt.Sprintf("it doesn't serve %s: %s", seen.zone, lameness(p)),
				fmt.Sprintf("load %s there (`meridian zone list` shows what a server has), or take it out of the NS records of zone and parent", seen.zone))
		default:
			f.ways(p, where)
		}
	}
}

func lameness(p probe) string {
	if t := p.best().trouble(); t != "" {
		return t
	}
	return "it knows no SOA record of that name"
}

// ways: which of the ways to a server that serves the zone are shut?
func (f *findings) ways(p probe, where string) {
	const udpPort, tcpPort = "open UDP port 53 to it in every firewall, both ways", "open TCP port 53 to it in every firewall; answers that don't fit UDP, and resolvers under attack, need it (RFC 7766)"
	switch {
	case p.udp.authoritative():
	case p.plain.authoritative() && p.udp.replied():
		f.add(Warning, "no-edns", where, fmt.Sprintf("it takes no EDNS: %s", p.udp.trouble()), "renew the server's software: without EDNS there are no client subnets, and answers of 512 octets at most")
	case p.plain.authoritative():
		f.add(Error, "edns-blocked", where, "it answers plain queries over UDP, and none with EDNS: something on the way drops them", "let a firewall on the way pass EDNS, or take it out of the way")
	case !p.udp.replied() && p.tcp.authoritative():
		f.add(Error, "udp-blocked", where, fmt.Sprintf("it answers over TCP, and not over UDP: %s", p.udp.trouble()), udpPort)
	default:
		f.add(Error, "udp-differs", where, fmt.Sprintf("it answers over TCP, and over UDP %s", p.udp.trouble()), "see what else answers on its UDP port 53")
	}
	switch {
	case !p.tcp.replied():
		f.add(Error, "tcp-blocked", where, fmt.Sprintf("it answers over UDP, and not over TCP: %s", p.tcp.trouble()), tcpPort)
	case !p.tcp.authoritative():
		f.add(Error, "tcp-differs", where, fmt.Sprintf("it answers over UDP, and over TCP %s", p.tcp.trouble()), "see what else answers on its TCP port 53")
	}
	switch {
	case !p.fits.asked() || !p.udp.authoritative():
	case !p.fits.replied():
		f.add(Error, "size-blocked", where, fmt.Sprintf("answers of %d octets don't get through over UDP, and smaller ones do", p.large.reply.Size), "let every firewall on the way pass UDP packets of up to 1280 octets, which no path needs to fragment")
	case p.fits.reply.Truncated:
		f.add(Note, "truncates-early", where, fmt.Sprintf("it truncates an answer of %d octets, though 1232 were offered", p.large.reply.Size), "let it send up to 1232 octets over UDP: each truncated answer is asked for again over TCP")
	}
}

// agreement: do the servers have the same version of the zone?
func (f *findings) agreement(seen observations) {
	serials := map[uint32][]string{}
	var order []uint32
	for _, p := range seen.probes {
		if soa := p.soa(seen.zone); soa != nil {
			if serials[soa.Serial] == nil {
				order = append(order, soa.Serial)
			}
			serials[soa.Serial] = append(serials[soa.Serial], at(p.name, p.addr))
		}
	}
	if len(order) < 2 {
		return
	}
	slices.Sort(order)
	what := "the servers have different versions of the zone:"
	for i, serial := range order {
		if i > 0 {
			what += ";"
		}
		what += fmt.Sprintf(" serial %d at %s", serial, strings.Join(serials[serial], ", "))
	}
	f.add(Warning, "serials-differ", seen.zone.String(), what, "if it stays so, apply the same records on all servers, or see why transfers fail")
}

// What is said of a zone with one name server.
const (
	oneServer    = "it has one name server: when that is away, so is the zone"
	secondServer = "run a second one in another place (RFC 2182 section 5)"
)

// breadth: are there servers enough, in both families?
func (f *findings) breadth(seen observations) {
	v4, v6, names := 0, 0, 0
	for _, s := range seen.names {
		addrs := sortedAddrs(append(slices.Clone(s.glue), s.own.addrs...))
		for _, a := range addrs {
			if a.Is4() {
				v4++
			} else {
				v6++
			}
		}
		if len(addrs) > 0 {
			names++
		}
	}
	zone := seen.zone.String()
	if names == 1 {
		f.add(Warning, "one-server", zone, oneServer, secondServer)
	}
	if names > 0 && v4 == 0 {
		f.add(Error, "no-ipv4", zone, "no name server has an IPv4 address: resolvers without IPv6 can't reach the zone", "give its name servers A records")
	}
	if names > 0 && v6 == 0 {
		f.add(Note, "no-ipv6", zone, "no name server has an IPv6 address: resolvers without IPv4 can't reach the zone", "give its name servers AAAA records")
	}
}

// keys: does each DS record of the parent stand for a key that the servers have?
func (f *findings) keys(seen observations) {
	if len(seen.ds) == 0 {
		return
	}
	for _, p := range seen.probes {
		if !p.serves(seen.zone) || !p.tcp.authoritative() {
			continue
		}
		held := slices.ContainsFunc(seen.ds, func(ds *dns.DS) bool {
			return slices.ContainsFunc(p.keys, func(k *dns.DNSKEY) bool {
				of := k.ToDS(ds.DigestType)
				return of != nil && of.KeyTag == ds.KeyTag && strings.EqualFold(of.Digest, ds.Digest)
			})
		})
		if !held {
			f.add(Error, "ds-without-key", at(p.name, p.addr), "the parent has DS records, and this server has no key for any of them: resolvers that validate answer SERVFAIL",
				"have the DS records taken out of the parent, or sign the zone with the key that they stand for")
		}
	}
}
