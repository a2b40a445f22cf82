package scale

// A stream of queries that sees flips: which name has which address, and since when.

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// flips asks for a number of names in turn, each of which has one of two addresses. All
// but Append and Check may be called from any goroutine.
type flips struct {
	queries [][]byte
	first   []netip.Addr // a name's own
	second  netip.Addr   // what it has instead
	turn    int

	mu     sync.Mutex // guards what follows
	own    []bool     // whether a name has its own
	since  []time.Time
	events []int // changes
}

func newFlips(names []string, first []netip.Addr, second netip.Addr) (*flips, error) {
	f := &flips{first: first, second: second, own: make([]bool, len(names)), since: make([]time.Time, len(names)), events: make([]int, len(names))}
	for i, name := range names {
		q := new(dns.Msg)
		q.SetQuestion(name, dns.TypeA)
		packet, err := q.Pack()
		if err != nil {
			return nil, fmt.Errorf("making a query for %s: %w", name, err)
		}
		f.queries = append(f.queries, packet)
		f.own[i] = true
	}
	return f, nil
}

func (f *flips) Append(to []byte) ([]byte, uint32) {
	f.turn = (f.turn + 1) % len(f.queries)
	return append(to, f.queries[f.turn]...), uint32(f.turn)
}

// Check looks at an answer, which has one A record after the question and no more: the
// queries have no EDNS.
func (f *flips) Check(r []byte, key uint32) error {
	if len(r) != len(f.queries[key])+16 || r[3]&0x0f != 0 || binary.BigEndian.Uint16(r[6:]) != 1 {
		return errors.New("there isn't just one A record")
	}
	var own bool
	switch got := netip.AddrFrom4([4]byte(r[len(r)-4:])); got {
	case f.first[key]:
		own = true
	case f.second:
	default:
		return fmt.Errorf("the address %s is none of the name's", got)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if own != f.own[key] {
		f.own[key], f.since[key] = own, time.Now()
		f.events[key]++
	}
	return nil
}

// state is whether a name has its own address, since when, and how often that has changed.
func (f *flips) state(i int) (own bool, since time.Time, events int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.own[i], f.since[i], f.events[i]
}
