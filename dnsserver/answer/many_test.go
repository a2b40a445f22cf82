package answer

// Queries as a server meets them: random names of large zones, none of them in any cache
// of the processor; and by two workers at once.

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"meridian/view"
	"meridian/wire"
	"meridian/zones"
)

// manyNames is a zone of so many names, and packets that ask for random ones of them.
func manyNames(count int) (*Shared, [][]byte) {
	apex := wire.MustParseName("example.com.")
	b := view.NewBuilder(apex)
	part := b.Part()
	name := func(i int) wire.Name { return wire.MustParseName(fmt.Sprintf("n%07d.example.com.", i)) }
	soa := append([]byte("\x02ns\x07example\x03com\x00\x00"), make([]byte, 20)...)
	part.Add([]zones.RRset{{Owner: apex, Type: wire.TypeSOA, TTL: 300, RDATA: [][]byte{soa}}})
	for i := range count {
		part.Add([]zones.RRset{{Owner: name(i), Type: wire.TypeA, TTL: 300, RDATA: [][]byte{binary.BigEndian.AppendUint32(nil, uint32(i))}}})
	}
	shared := new(Shared)
	shared.SetView(new(view.View).With(1, []*view.Zone{b.Done()}, nil))
	packets := make([][]byte, 1<<14)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range packets {
		p := []byte{0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0}
		p = append(p, name(random.IntN(count))...)
		packets[i] = append(p, 0, byte(wire.TypeA), 0, byte(wire.ClassIN))
	}
	return shared, packets
}

func askAll(b *testing.B, r *Responder, packets [][]byte, next func() bool) {
	buf := make([]byte, wire.MaxUDPSize)
	client := netip.MustParseAddr("192.0.2.1")
	for i := 0; next(); i++ {
		// Each client's few queries are within the limit.
		from := Arrival{Client: client, Now: int64(i)}
		if r.Answer(buf, packets[i%len(packets)], from) == 0 {
			b.Fatal("no answer")
		}
	}
}

// BenchmarkManyNames is by the size of the zone, with the rate limit off and on.
func BenchmarkManyNames(b *testing.B) {
	for _, count := range []int{1000, 100_000, 1_000_000} {
		shared, packets := manyNames(count)
		for _, rate := range []int{0, 1_000_000} {
			b.Run(fmt.Sprintf("names=%d/rate=%d", count, rate), func(b *testing.B) {
				askAll(b, NewResponder(shared, Settings{Rate: rate}), packets, b.Loop)
			})
		}
	}
}

// BenchmarkWorkers is the same for each of two workers at once: what they share costs
// nothing where both together answer twice as many.
func BenchmarkWorkers(b *testing.B) {
	shared, packets := manyNames(100_000)
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			b.SetParallelism(1)
			if workers == 1 {
				askAll(b, NewResponder(shared, Settings{}), packets, b.Loop)
				return
			}
			b.RunParallel(func(pb *testing.PB) { askAll(b, NewResponder(shared, Settings{}), packets, pb.Next) })
		})
	}
}
