package view

// A zone made whole from all its RRsets: what an Edit of an empty zone would make, several
// times faster and by several goroutines.
//
//	parts (each filled by one goroutine): nodes with their values ──┐
//	                                                                ▼
//	Done: nodes by hash → every node finds its parent, or makes it → shards, in parallel
//
// Nodes lie in a few large pieces of memory until their shards are built.

import (
	"encoding/binary"
	"math/bits"
	"runtime"
	"slices"
	"sync"

	"meridian/wire"
	"meridian/zones"
)

// Builder makes one zone. Parts may be asked for by any goroutine; Done ends it.
type Builder struct {
	zone  *Zone
	mu    sync.Mutex // guards parts
	parts []*Part
}

// NewBuilder begins a zone.
func NewBuilder(name wire.Name) *Builder { return &Builder{zone: NewZone(name)} }

// Name is the zone's.
func (b *Builder) Name() wire.Name { return b.zone.Name }

// SetSerials sets how the zone's serial advances.
func (b *Builder) SetSerials(m zones.SerialMode) { b.zone.Serials = m }

// Part is a share of the zone's nodes. One goroutine uses a Part.
type Part struct {
	apex wire.Name
	done [][]built // of pieces that are closed
	open []built
	// piece is what the open nodes consist of; with them it is closed before it grows long.
	piece []byte
	soa   wire.RRset

	rrsets, records int
}

// built is a node on its way into a shard.
type built struct {
	hash, parent uint64
	octets       string // key and value, once its piece is whole
	start        uint32 // in the piece before that
	keyLen       uint8
	marks        marks
	wildcard     bool // the node "*" is below
	children     int32
	more         *special
}

func (n *built) key() wire.Name { return wire.Name(n.octets[:n.keyLen]) }

// Part returns a new part.
func (b *Builder) Part() *Part {
	p := &Part{apex: b.zone.Name}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.parts = append(b.parts, p)
	return p
}

// pieceLen is how long a piece of memory gets before the next one is begun.
const pieceLen = 256 << 10

// Add adds a node with all its static RRsets, in the order of their types and each with
// RDATA. They are of one owner at or below the apex, which no other call names. Nothing
// of sets is kept.
func (p *Part) Add(sets []zones.RRset) {
	owner := sets[len(sets)-1].Owner
	n := built{start: uint32(len(p.piece))}
	key := owner.Canonical()
	n.keyLen = uint8(len(key))
	p.piece = append(p.piece, key...)
	head := len(p.piece)
	p.piece = appendHead(p.piece, 0, len(sets), 0, owner, key)
	for _, s := range sets {
		at := len(p.piece)
		p.piece = wire.AppendRRset(append(p.piece, 0, 0, 0, 0), s.Owner, p.apex, s.Type, s.TTL, s.RDATA)
		binary.NativeEndian.PutUint32(p.piece[at:], uint32(len(p.piece)-at-setLen))
		p.rrsets, p.records = p.rrsets+1, p.records+len(s.RDATA)
		p.note(&n, key, head, s, at)
	}
	p.open = append(p.open, n)
	if len(p.piece) > pieceLen {
		p.close()
	}
}

// note notes what a set, encoded at a place, means to its node, whose flags are at head.
func (p *Part) note(n *built, key wire.Name, head int, s zones.RRset, at int) {
	switch {
	case s.Type == wire.TypeNS:
		n.marks |= markServers
		if key != p.apex {
			p.piece[head] |= flagCut
		}
	case s.Type == wire.TypeDNAME:
		p.piece[head] |= flagRedirect
	case s.Type == zones.TypeALIAS:
		if a := newAlias(s); a != nil {
			n.marks |= markAlias
			n.more = &special{alias: a}
		}
	case s.Type == wire.TypeSOA && key == p.apex:
		p.soa = wire.RRsetOf(string(p.piece[at+setLen:]))
	}
}

// close ends a piece: its nodes are strings from then on.
func (p *Part) close() {
	octets := string(p.piece)
	for i := len(p.open) - 1; i >= 0; i-- {
		n := &p.open[i]
		n.octets, octets = octets[n.start:], octets[:n.start]
		n.hash, n.parent = n.key().Hashes()
	}
	p.done = append(p.done, p.open)
	p.piece, p.open = p.piece[:0], make([]built, 0, len(p.open))
}

// Done returns the zone.
func (b *Builder) Done() *Zone {
	z := b.zone
	t := tree{apex: z.Name, apexHash: z.Hash}
	var pieces [][]built
	for _, p := range b.parts {
		p.close()
		pieces = append(pieces, p.done...)
		z.RRsets, z.Records = z.RRsets+p.rrsets, z.Records+p.records
		if !p.soa.IsZero() {
			z.setSOA(p.soa)
		}
	}
	b.parts = nil
	t.nodes = slices.Concat(pieces...)
	t.connect()
	for i := range t.nodes {
		n := &t.nodes[i]
		z.counts.add(n.marks, 1)
		if n.octets[n.keyLen]&(flagCut|flagRedirect) != 0 {
			z.countCut(z.cutDepth(n.key(), true), 1)
		}
	}
	z.nodes = t.table()
	return z
}

// tree is the nodes of a zone while they find their parents.
type tree struct {
	apex     wire.Name
	apexHash uint64
	nodes    []built
	// index is where a node is in nodes, from 1, by its hash; open addressing, a power of
	// two of places.
	index []uint32
}

// connect has every node counted by its parent, which is made where there is none: an
// empty non-terminal (RFC 4592 section 2.2.2).
func (t *tree) connect() {
	if len(t.nodes) == 0 {
		return
	}
	t.index = make([]uint32, 1<<bits.Len(uint(2*len(t.nodes))))
	for i := range t.nodes {
		t.enter(i)
	}
	apex := t.find(t.apexHash, t.apex)
	for i := 0; i < len(t.nodes); i++ { // it grows meanwhile
		n := &t.nodes[i]
		if i == apex {
			continue
		}
		parent := apex
		if !t.belowApex(n) || parent < 0 {
			parent = t.parent(i)
			n = &t.nodes[i] // they may have moved
			if apex < 0 && t.belowApex(n) {
				apex = parent
			}
		}
		t.nodes[parent].children++
		if n.key().IsWildcard() {
			t.nodes[parent].wildcard = true
		}
	}
}

// belowApex says whether the apex is a node's parent: of all names in the zone the apex
// alone has its length.
func (t *tree) belowApex(n *built) bool {
	return int(n.keyLen)-1-int(n.octets[0]) == len(t.apex)
}

// parent finds a node's parent, or makes it.
func (t *tree) parent(i int) int {
	n := &t.nodes[i]
	name, _ := n.key().Parent()
	if at := t.find(n.parent, name); at >= 0 {
		return at
	}
	made := built{keyLen: uint8(len(name)), octets: string(appendHead([]byte(name), 0, 0, 0, name, name))}
	made.hash, made.parent = name.Hashes()
	t.nodes = append(t.nodes, made)
	if len(t.nodes)*4 > len(t.index)*3 {
		t.index = make([]uint32, 2*len(t.index))
		for i := range t.nodes {
			t.enter(i)
		}
	} else {
		t.enter(len(t.nodes) - 1)
	}
	return len(t.nodes) - 1
}

func (t *tree) enter(i int) {
	mask := uint64(len(t.index) - 1)
	at := t.nodes[i].hash & mask
	for t.index[at] != 0 {
		at = (at + 1) & mask
	}
	t.index[at] = uint32(i + 1)
}

// find returns where a node is, -1 for none.
func (t *tree) find(hash uint64, key wire.Name) int {
	mask := uint64(len(t.index) - 1)
	for at := hash & mask; t.index[at] != 0; at = (at + 1) & mask {
		i := int(t.index[at] - 1)
		if t.nodes[i].hash == hash && t.nodes[i].key() == key {
			return i
		}
	}
	return -1
}

// parallelFrom is how many shards are worth more than one goroutine.
const parallelFrom = 64

// table makes the table of all nodes.
func (t *tree) table() table[special] {
	count := len(t.nodes)
	made := table[special]{count: count, shards: (count + shardFill - 1) / shardFill}
	for i := 0; i < made.shards; i += chunkLen {
		made.chunks = append(made.chunks, make([]shard[special], min(chunkLen, made.shards-i)))
	}
	order, ends := t.byShard(made.shards)
	build := func(from, to int) {
		var b builder[special]
		for i := from; i < to; i++ {
			start := 0
			if i > 0 {
				start = int(ends[i-1])
			}
			*made.shard(i) = t.shard(&b, order[start:ends[i]])
		}
	}
	if made.shards < parallelFrom {
		build(0, made.shards)
		return made
	}
	var wg sync.WaitGroup
	share := (made.shards-1)/runtime.GOMAXPROCS(0) + 1
	for from := 0; from < made.shards; from += share {
		wg.Go(func() { build(from, min(from+share, made.shards)) })
	}
	wg.Wait()
	return made
}

// byShard orders the nodes by their shards: those of shard i end at ends[i].
func (t *tree) byShard(shards int) (order, ends []uint32) {
	order, ends = make([]uint32, len(t.nodes)), make([]uint32, shards)
	for i := range t.nodes {
		ends[shardOf(uint32(t.nodes[i].hash), shards)]++
	}
	sum := uint32(0)
	for i, n := range ends {
		ends[i], sum = sum, sum+n
	}
	for i := range t.nodes { // each end moves from the shard's start to where it belongs
		s := shardOf(uint32(t.nodes[i].hash), shards)
		order[ends[s]] = uint32(i)
		ends[s]++
	}
	return order, ends
}

// shard makes the shard of some nodes.
func (t *tree) shard(b *builder[special], nodes []uint32) shard[special] {
	b.reset()
	var room [256]byte
	for _, i := range nodes {
		n := &t.nodes[i]
		value := n.octets[n.keyLen:]
		if n.children > 0 {
			value = string(withChildren(room[:0], value, n.children, n.wildcard))
		}
		b.record(uint32(n.hash), n.marks, n.key(), value, n.more)
	}
	return b.shard()
}
