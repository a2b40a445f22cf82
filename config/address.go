package config

// Addresses: what a host can have, and the two families that make A and AAAA.

import "net/netip"

// checkAddress says what is wrong with an address that a host should have.
func (a at) checkAddress(addr netip.Addr) {
	switch plain := addr.Unmap(); {
	case !addr.IsValid():
		a.add("write an IPv4 or IPv6 address", "there is no address")
	case addr.Zone() != "":
		a.add("leave the part from % on out", "%s names an interface of one machine", addr)
	case addr.Is4In6():
		a.add("write "+plain.String(), "%s is IPv4 written as IPv6", addr)
	case plain.IsUnspecified() || plain.IsMulticast() || plain == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		a.add("", "%s is no address of a host", addr)
	}
}

// family is one kind of addresses, which makes one type of record.
type family bool

const (
	ipv4 family = true
	ipv6 family = false
)

var families = [...]family{ipv4, ipv6}

func (f family) String() string {
	if f == ipv4 {
		return "IPv4"
	}
	return "IPv6"
}

func (f family) count(addresses []netip.Addr) (n int) {
	for _, addr := range addresses {
		if addr.Unmap().Is4() == bool(f) {
			n++
		}
	}
	return n
}

// endpoints is how many endpoints of a record have addresses of the family.
func (f family) endpoints(s Steered) (n int) {
	for _, e := range s.Endpoints {
		if f.count(e.Addresses) > 0 {
			n++
		}
	}
	return n
}
