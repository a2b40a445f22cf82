package delegation

// Where a walk begins: the servers of the root zone.

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"net/netip"
	"slices"

	"github.com/miekg/dns"

	"meridian/wire"
)

// rootHints is the zone file form of the root's servers.
//
//go:embed root.hints
var rootHints []byte

// Host is a name with its addresses.
type Host struct {
	Name  wire.Name    `json:"name"`
	Addrs []netip.Addr `json:"addresses"`
}

// RootHints are the servers of the internet's root zone.
func RootHints() []Host {
	hosts, err := ReadHints(bytes.NewReader(rootHints), "root.hints")
	if err != nil {
		panic(err) // the embedded file is held by a test
	}
	return hosts
}

// ReadHints reads root hints: a zone file with NS records of the root and addresses of
// their names. The file's name is for messages.
func ReadHints(r io.Reader, file string) ([]Host, error) {
	addrs := map[wire.Name][]netip.Addr{}
	var names []wire.Name
	parser := dns.NewZoneParser(r, ".", file)
	parser.SetDefaultTTL(3600000) // of no matter: hints are never cached
	for rr, ok := parser.Next(); ok; rr, ok = parser.Next() {
		if ns, isNS := rr.(*dns.NS); isNS && rr.Header().Name == "." {
			names = append(names, nameOf(ns.Ns))
		}
		if addr, isAddr := addrOf(rr); isAddr {
			owner := nameOf(rr.Header().Name)
			addrs[owner] = append(addrs[owner], addr)
		}
	}
	if err := parser.Err(); err != nil {
		return nil, fmt.Errorf("reading root hints: %w", err)
	}
	var hosts []Host
	for _, n := range names {
		if len(addrs[n]) > 0 {
			hosts = append(hosts, Host{n, addrs[n]})
		}
	}
	if len(hosts) == 0 {
		return nil, fmt.Errorf("reading root hints: %s has no server of the root with an address: write `. NS NAME` and `NAME A ADDRESS`", file)
	}
	return hosts, nil
}

// nameOf is a name out of a message or a zone file, in canonical form. Such names have
// been read by miekg/dns; one that isn't a name even so is the root, which no rule takes
// for a server.
func nameOf(s string) wire.Name {
	n, err := wire.ParseName(s)
	if err != nil {
		return wire.Root
	}
	return n.Canonical()
}

// addrOf is the address in an A or AAAA record.
func addrOf(rr dns.RR) (netip.Addr, bool) {
	switch rr := rr.(type) {
	case *dns.A:
		a, ok := netip.AddrFromSlice(rr.A.To4())
		return a, ok
	case *dns.AAAA:
		a, ok := netip.AddrFromSlice(rr.AAAA.To16())
		return a, ok
	}
	return netip.Addr{}, false
}

// sortedNames are names in canonical order, each once.
func sortedNames(names []wire.Name) []wire.Name {
	names = slices.Clone(names)
	slices.SortFunc(names, wire.Name.Compare)
	return slices.Compact(names)
}

// sortedAddrs are addresses in order, IPv4 first, each once.
func sortedAddrs(addrs []netip.Addr) []netip.Addr {
	addrs = slices.Clone(addrs)
	slices.SortFunc(addrs, netip.Addr.Compare)
	return slices.Compact(addrs)
}
