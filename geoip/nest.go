package geoip

// Inside the two /64s of which a /96 carries IPv4.

import "math/bits"

// lookup answers for a prefix of n bits, 64 or more, whose second half is lo and which
// doesn't lie in the /96 at carrier: either it holds the /96, or it branches off.
func (e nest) lookup(lo uint64, n int, carrier uint64) (class uint16, scope uint8) {
	common := bits.LeadingZeros64(lo ^ carrier) // bits on the way to the /96
	if common >= min(n-64, 32) {
		return e.inner, 96
	}
	return e.rest, uint8(64 + common + 1)
}
