package load

// Good queries: of static names, and of one steered name for many clients.

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"

	"github.com/miekg/dns"
)

// Stream makes queries. It is used from one goroutine.
type Stream interface {
	// Append appends a query, whose ID is to be set by the caller, and returns a key by
	// which Check will know what was asked.
	Append(to []byte) (query []byte, key uint32)
	// Check is what is wrong with a response, whose ID has been looked at.
	Check(response []byte, key uint32) error
}

// Names asks for A records of numbered names, chosen at random.
type Names struct {
	count    int
	address  func(i int) netip.Addr
	query    []byte
	digits   []byte // of the name, in query
	question []byte // in query
	echo     bool
	rng      *rand.Rand
}

// NewNames makes a stream of a number of names, all of one length and ending their first
// label in their number in decimal, each with one address.
func NewNames(count int, name func(i int) string, address func(i int) netip.Addr, options ...Option) *Names {
	o := chosen(options)
	n := &Names{count: count, address: address, query: o.query(name(0)), echo: o.echo, rng: rand.New(rand.NewPCG(o.seed, 0))}
	n.question = n.query[headerLen : headerLen+len(name(0))+1+4]
	first := n.query[headerLen+1:][:n.query[headerLen]]
	start := bytes.IndexByte(first, '0')
	n.digits = first[start:]
	return n
}

func (n *Names) Append(to []byte) ([]byte, uint32) {
	key := uint32(n.rng.IntN(n.count))
	n.number(key)
	return append(to, n.query...), key
}

// number writes a name's number.
func (n *Names) number(v uint32) {
	for i := len(n.digits) - 1; i >= 0; i-- {
		n.digits[i] = byte('0' + v%10)
		v /= 10
	}
}

func (n *Names) Check(r []byte, key uint32) error {
	n.number(key)
	if err := checkQuestion(r, n.question); err != nil || n.echo {
		return err
	}
	got, _, err := firstAddress(r, len(n.question))
	if want := n.address(int(key)).As4(); err == nil && got != want {
		err = fmt.Errorf("the address is %v, not %v", netip.AddrFrom4(got), netip.AddrFrom4(want))
	}
	return err
}

// Steered asks for one name's A records with clients' subnets, chosen at random.
type Steered struct {
	head     []byte   // of the query, up to the length of the options
	options  [][]byte // by client: the client subnet, after what every query has
	question []byte
	regions  map[[4]byte]bool
	echo     bool
	rng      *rand.Rand
}

// NewSteered makes a stream of one name, which must have one of these addresses for each
// of the clients.
func NewSteered(name string, clients []netip.Prefix, addresses []netip.Addr, options ...Option) *Steered {
	o := chosen(options)
	query := o.query(name)
	s := &Steered{head: query[:len(query)-2-len(o.cookie)], regions: map[[4]byte]bool{}, echo: o.echo, rng: rand.New(rand.NewPCG(o.seed, 0))}
	s.question = query[headerLen : headerLen+len(name)+1+4]
	for _, c := range clients {
		s.options = append(s.options, append(subnet(c), o.cookie...))
	}
	for _, a := range addresses {
		s.regions[a.As4()] = true
	}
	return s
}

// subnet is a client subnet option (RFC 7871 section 6), with scope 0 as in queries.
func subnet(p netip.Prefix) []byte {
	family, octets := uint16(1), p.Masked().Addr().AsSlice()
	if p.Addr().Is6() {
		family = 2
	}
	octets = octets[:(p.Bits()+7)/8]
	b := binary.BigEndian.AppendUint16(nil, dns.EDNS0SUBNET)
	b = binary.BigEndian.AppendUint16(b, uint16(4+len(octets)))
	b = binary.BigEndian.AppendUint16(b, family)
	return append(append(b, byte(p.Bits()), 0), octets...)
}

func (s *Steered) Append(to []byte) ([]byte, uint32) {
	key := uint32(s.rng.IntN(len(s.options)))
	to = append(to, s.head...)
	to = binary.BigEndian.AppendUint16(to, uint16(len(s.options[key])))
	return append(to, s.options[key]...), key
}

func (s *Steered) Check(r []byte, key uint32) error {
	if err := checkQuestion(r, s.question); err != nil || s.echo {
		return err
	}
	got, next, err := firstAddress(r, len(s.question))
	if err != nil {
		return err
	}
	if !s.regions[got] {
		return fmt.Errorf("the address %v is no region's", netip.AddrFrom4(got))
	}
	return checkSubnet(r, next, s.options[key])
}
