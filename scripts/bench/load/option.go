package load

// What queries have beside their question.

import (
	"encoding/binary"
	"math/rand/v2"

	"github.com/miekg/dns"
)

// Option is something that a stream's queries have, or that its answers lack.
type Option func(*optional)

type optional struct {
	seed   uint64
	echo   bool
	cookie []byte // the whole EDNS option
}

// Seed makes a stream's choices those of this number.
func Seed(seed uint64) Option { return func(o *optional) { o.seed = seed } }

// Echo takes any response to the question for an answer: for a server that only returns
// what it gets.
func Echo() Option { return func(o *optional) { o.echo = true } }

// Cookie adds a DNS cookie: the client's 8 octets and, if it is known, the server's part.
func Cookie(cookie []byte) Option {
	return func(o *optional) {
		o.cookie = binary.BigEndian.AppendUint16(nil, dns.EDNS0COOKIE)
		o.cookie = binary.BigEndian.AppendUint16(o.cookie, uint16(len(cookie)))
		o.cookie = append(o.cookie, cookie...)
	}
}

func chosen(options []Option) optional {
	o := optional{seed: rand.Uint64()}
	for _, option := range options {
		option(&o)
	}
	return o
}

const (
	headerLen = 12
	optLen    = 11 // of an OPT record without options
)

// query is a query for a name's A records as a resolver sends it: with EDNS, 1232 octets
// (RFC 9715), and DO, whose length of options are its last octets but the cookie's.
func (o optional) query(name string) []byte {
	q := new(dns.Msg)
	q.SetQuestion(dns.Fqdn(name), dns.TypeA)
	q.RecursionDesired = false
	q.SetEdns0(1232, true)
	b, err := q.Pack()
	if err != nil {
		panic("packing a query for " + name + ": " + err.Error())
	}
	binary.BigEndian.PutUint16(b[len(b)-2:], uint16(len(o.cookie)))
	return append(b, o.cookie...)
}
