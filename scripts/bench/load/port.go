package load

// A port of a flow: which of its queries are out, and since when.

import (
	"encoding/binary"
	"fmt"
	"time"
)

// remembered is how many queries of a port are remembered, a power of two: an older one
// is lost. The ID is the query's number, so that it says where the query is.
const remembered = 1 << 12

// query is one that was sent.
type query struct {
	at       time.Duration // when it was sent or, at a fixed rate, was to be sent
	key      uint32
	id       uint16
	out      bool // is waited for
	late     bool // was waited for in vain
	measured bool
}

type port struct {
	*batch
	queries [remembered]query
	next    uint16 // ID of the next query
	oldest  uint16 // no query before it is waited for
	out     int    // queries that are waited for
}

// fill makes the i-th packet of a batch a query of the stream.
func (p *port) fill(i int, s Stream, at time.Duration, measured bool) {
	packet, key := s.Append(p.outBytes[i][:0])
	binary.BigEndian.PutUint16(packet, p.next)
	p.outBytes[i] = packet
	slot := &p.queries[p.next%remembered]
	if slot.out {
		p.out--
	}
	*slot = query{at: at, key: key, id: p.next, out: true, measured: measured}
	p.next++
	p.out++
}

// take looks at a received packet: the query it answers, which is late if it had been
// given up.
func (p *port) take(packet []byte, s Stream) (answered query, err error) {
	if len(packet) < headerLen {
		return query{}, fmt.Errorf("a packet of %d octets came back", len(packet))
	}
	id := binary.BigEndian.Uint16(packet)
	slot := &p.queries[id%remembered]
	if slot.id != id || !slot.out && !slot.late {
		return query{}, fmt.Errorf("wrong answer: no query with its ID is waited for: %x", packet)
	}
	if err := s.Check(packet, slot.key); err != nil {
		return query{}, fmt.Errorf("wrong answer: %w: %x", err, packet)
	}
	answered = *slot
	if slot.out {
		p.out--
	}
	slot.out, slot.late = false, false
	return answered, nil
}

// expire gives up the queries that were sent before a time.
func (p *port) expire(before time.Duration) {
	for ; p.oldest != p.next; p.oldest++ {
		slot := &p.queries[p.oldest%remembered]
		if !slot.out || slot.id != p.oldest {
			continue
		}
		if slot.at >= before {
			return
		}
		slot.out, slot.late = false, true
		p.out--
	}
}
