package countries

// Clients: networks as resolvers would name them in a client subnet.

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"

	"github.com/oschwald/maxminddb-golang/v2"
)

// Clients are n client prefixes out of a country database, each from a network chosen at
// random: a /24 for nine in ten, a /56 of IPv6 for the others.
func Clients(database string, n int, seed uint64) ([]netip.Prefix, error) {
	reader, err := maxminddb.Open(database)
	if err != nil {
		return nil, fmt.Errorf("opening the country database: %w", err)
	}
	defer reader.Close()
	var v4, v6 []netip.Prefix
	for r := range reader.Networks() {
		switch p := r.Prefix(); {
		case p.Addr().Is4() && p.Bits() <= 24:
			v4 = append(v4, p)
		case p.Addr().Is6() && p.Bits() <= 56:
			v6 = append(v6, p)
		}
	}
	if len(v4) == 0 || len(v6) == 0 {
		return nil, fmt.Errorf("%s has %d networks of IPv4 and %d of IPv6", database, len(v4), len(v6))
	}
	rng := rand.New(rand.NewPCG(seed, 0))
	clients := make([]netip.Prefix, n)
	for i := range clients {
		if rng.IntN(10) > 0 {
			clients[i] = inside(v4[rng.IntN(len(v4))], 24, rng)
		} else {
			clients[i] = inside(v6[rng.IntN(len(v6))], 56, rng)
		}
	}
	return clients, nil
}

// inside is a random prefix of this length in p.
func inside(p netip.Prefix, bits int, rng *rand.Rand) netip.Prefix {
	random := rng.Uint64()
	if a := p.Addr(); a.Is4() {
		octets := a.As4()
		value := binary.BigEndian.Uint32(octets[:]) | uint32(random)&(1<<(32-p.Bits())-1)
		binary.BigEndian.PutUint32(octets[:], value)
		return netip.PrefixFrom(netip.AddrFrom4(octets), bits).Masked()
	}
	octets := p.Addr().As16()
	high := binary.BigEndian.Uint64(octets[:]) | random&(1<<(64-p.Bits())-1)
	binary.BigEndian.PutUint64(octets[:], high)
	return netip.PrefixFrom(netip.AddrFrom16(octets), bits).Masked()
}
