package steering

// The granule: the client prefix by which shares are divided, and its hash, which is
// the same on every server and never changes with a release.

import (
	"net/netip"

	"meridian/geoip"
)

// Lengths of a granule in bits. A /24 is the longest prefix that resolvers send for
// IPv4 (RFC 7871 section 11.1) and a /48 is a site.
const (
	GranuleV4 = 24
	GranuleV6 = 48
)

// Granule is a granule's hash.
type Granule uint64

// GranuleOf returns the granule of a client prefix, and its length in bits of the
// prefix's own family. IPv6 that carries IPv4 has the IPv4 address's granule. A
// prefix shorter than the granule has the granule of its first address.
func GranuleOf(p netip.Prefix) (g Granule, length uint8) {
	addr, before := geoip.Carried(p.Addr())
	if addr.Is4() {
		a := addr.As4()
		return Granule(scramble(uint64(a[0])<<16 | uint64(a[1])<<8 | uint64(a[2]) | 4<<56)), uint8(before + GranuleV4)
	}
	a := addr.As16()
	var v uint64
	for _, c := range a[:GranuleV6/8] {
		v = v<<8 | uint64(c)
	}
	length = GranuleV6
	if v == mappedSite || v == translatedSite {
		length = 96
	}
	return Granule(scramble(v | 6<<56)), length
}

// The two /48s in which a /96 carries IPv4 addresses, with granules of their own: the
// rest of them has one granule, which is said at a length that shuts the /96 out.
const (
	mappedSite     = 0                 // ::/48, around ::ffff:0:0/96
	translatedSite = 0x0064_ff9b << 16 // 64:ff9b::/48, around 64:ff9b::/96
)

// under says whether the granule falls into a share, which is in units of 2^-32.
// The constant keeps this draw apart from that of the endpoints.
func (g Granule) under(share uint64) bool { return scramble(uint64(g)^0x647261696e)>>32 < share }

// draw is the granule's 64-bit lot for an endpoint's seed.
func (g Granule) draw(seed uint64) uint64 { return scramble(uint64(g) ^ seed) }

// scramble is a bijection in which every bit of x moves half of the result's bits
// (the finalizer of a splitmix generator).
func scramble(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// seedOf is an endpoint's seed: of its name alone, so that a client who gets the
// canary of one record gets it of every record of the same application.
func seedOf(name string) uint64 {
	h := uint64(len(name))
	for _, c := range []byte(name) {
		h = scramble(h ^ uint64(c))
	}
	return h
}
