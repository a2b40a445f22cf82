package geoip

// Space that is decided before any database is asked: IPv6 that carries IPv4, and
// special-purpose space.

import "net/netip"

// carrier is an IPv6 prefix whose addresses carry an IPv4 address right behind it.
type carrier struct {
	prefix netip.Prefix
	hi, lo uint64 // its first address
}

// The carriers: IPv4-mapped (RFC 4291 section 2.5.5.2), the well-known translation
// prefix (RFC 6052 section 2.1) and 6to4 (RFC 3056 section 2). Teredo (RFC 4380) is
// none: its relay's address says nothing of the client, and the client's is obscured.
var carriers = [...]carrier{
	{netip.MustParsePrefix("::ffff:0:0/96"), 0, 0x0000_ffff_0000_0000},
	{netip.MustParsePrefix("64:ff9b::/96"), 0x0064_ff9b_0000_0000, 0},
	{netip.MustParsePrefix("2002::/16"), 0x2002_0000_0000_0000, 0},
}

// Indexes of carriers.
const (
	mapped = iota
	translated
	sixToFour
)

// carriedIPv4 takes the IPv4 prefix out of an IPv6 one of n bits, n no shorter than
// its carrier's prefix. It returns how many bits stand before it.
func carriedIPv4(hi, lo uint64, n int) (v4 uint32, before int, ok bool) {
	switch {
	case n >= 96 && (hi == carriers[mapped].hi && lo>>32 == carriers[mapped].lo>>32 ||
		hi == carriers[translated].hi && lo>>32 == 0):
		return uint32(lo), 96, true
	case n >= 16 && hi>>48 == carriers[sixToFour].hi>>48:
		return uint32(hi >> 16), 16, true
	}
	return 0, 0, false
}

// Carried returns the IPv4 address that a carries and how many bits of a stand before
// it (96, or 16 for 6to4); an address that carries none is returned as it is, with 0.
func Carried(a netip.Addr) (carried netip.Addr, before int) {
	if a.Is4() {
		return a, 0
	}
	hi, lo := key6(a)
	if v4, before, ok := carriedIPv4(hi, lo, 128); ok {
		return addrOf(v4), before
	}
	return a, 0
}

// unwrap returns the IPv4 address that a carries, else a itself.
func unwrap(a netip.Addr) netip.Addr {
	a, _ = Carried(a)
	return a
}

// specialPurpose lists the space of which a geo database can say nothing right: the
// IANA special-purpose registries (RFC 6890 and its updates), multicast and class E;
// of IPv6 all that isn't global unicast space (RFC 4291 section 2.4), and inside that
// IETF protocol assignments (Teredo among them), documentation and AS112.
var specialPurpose = [...]netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("10.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("127.0.0.0/8"),
	netip.MustParsePrefix("169.254.0.0/16"),
	netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.31.196.0/24"),
	netip.MustParsePrefix("192.52.193.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"),
	netip.MustParsePrefix("192.168.0.0/16"),
	netip.MustParsePrefix("192.175.48.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("224.0.0.0/3"),
	netip.MustParsePrefix("::/3"),
	netip.MustParsePrefix("2001::/23"),
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2620:4f:8000::/48"),
	netip.MustParsePrefix("3fff::/20"),
	netip.MustParsePrefix("4000::/2"),
	netip.MustParsePrefix("8000::/1"),
}
