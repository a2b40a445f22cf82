package load

// Queries that nobody should send: a server is measured by what each of them costs it.
// Whatever comes back, or doesn't, is right.

import (
	"math/rand/v2"

	"github.com/miekg/dns"
)

// Hostile is a stream of one of these kinds.
type Hostile struct {
	vary func(q []byte) []byte // changes a copy of the query
	base []byte
}

// RandomNames asks for names that aren't there, as an attack on resolvers does, each once.
func RandomNames(zone string, seed uint64) *Hostile {
	const length = 16
	rng := rand.New(rand.NewPCG(seed, 1))
	base := chosen(nil).query("xxxxxxxxxxxxxxxx." + zone)
	return &Hostile{base: base, vary: func(q []byte) []byte {
		bits := rng.Uint64()
		for i := range length {
			q[headerLen+1+i] = 'a' + byte(bits>>(4*i)&0xf)
		}
		return q
	}}
}

// Any asks for all that a name has, as one who wants a large answer to a forged address.
func Any(name string) *Hostile {
	q := new(dns.Msg)
	q.SetQuestion(name, dns.TypeANY)
	q.SetEdns0(4096, true)
	base, err := q.Pack()
	if err != nil {
		panic("packing a query for " + name + ": " + err.Error())
	}
	return &Hostile{base: base, vary: unchanged}
}

// Same asks one question again and again, as one who wants a server's answers to go to a
// forged address: what rate limiting is against.
func Same(name string) *Hostile {
	return &Hostile{base: chosen(nil).query(name), vary: unchanged}
}

// Malformed damages queries for a name, so that they can't be read to the end.
func Malformed(name string, seed uint64) *Hostile {
	rng := rand.New(rand.NewPCG(seed, 2))
	return &Hostile{base: chosen(nil).query(name), vary: func(q []byte) []byte {
		switch rng.IntN(3) {
		case 0: // cut off in the question
			return q[:headerLen+1+rng.IntN(len(name))]
		case 1: // a label that goes beyond the end
			q[headerLen] = 63
		case 2: // an option that goes beyond the end
			q[len(q)-1] = byte(1 + rng.IntN(255))
		}
		return q
	}}
}

func unchanged(q []byte) []byte { return q }

func (h *Hostile) Append(to []byte) ([]byte, uint32) {
	start := len(to)
	to = append(to, h.base...)
	return to[:start+len(h.vary(to[start:]))], 0
}

func (h *Hostile) Check([]byte, uint32) error { return nil }
