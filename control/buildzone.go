package control

// A zone that has no records yet, or few of those that it is to have, gets its contents:
// several goroutines build its tree and what the store is to keep at once.
//
//	contents ─→ parts ─→ each part's nodes, and its writes in order ─→ zone, lists of writes

import (
	goruntime "runtime"
	"slices"
	"strings"
	"sync"

	"meridian/store"
	"meridian/view"
	"meridian/wire"
	"meridian/zones"
)

// parallelFrom is how many RRsets are worth more than one goroutine.
const parallelFrom = 10_000

// sampled is how many of a zone's nodes there are for each that isMostlyNew looks at.
const sampled = 64

// isMostlyNew says whether most RRsets of contents aren't in the zone yet, or most of the
// zone's aren't in them. Of large zones a part speaks for all; small ones may be edited.
func (z *zonePlan) isMostlyNew(c *zones.Contents) bool {
	switch {
	case z.old == nil || z.old.Len() == 0:
		return true
	case max(c.Len(), z.old.RRsets) < parallelFrom:
		return false
	case c.Len() < z.old.RRsets/2:
		return true
	}
	i, same, other := 0, 0, 0
	for sets := range c.Nodes() {
		if i++; i%sampled != 0 {
			continue
		}
		n := z.old.Node(sets[0].Owner.Canonical())
		for _, s := range sets {
			if n.Set(s.Type) == wire.EncodeRRset(s.Owner, z.name, s.Type, s.TTL, s.RDATA) {
				same++
			} else {
				other++
			}
		}
	}
	return other > same
}

// succeed lets a zone that was built take the place of the one there was: what that had
// beyond its contents goes from the store, and steered records stay.
func (z *zonePlan) succeed(c *zones.Contents) {
	for s := range z.others(c) {
		z.writes = append(z.writes, rrsetWrite(z.name, s))
		z.touched[s.Owner.Canonical()], z.changed = true, true
	}
	if z.old != nil {
		for n := range z.old.Steered() {
			z.edit.Steer(n.Name(), n.Steered())
		}
	}
}

// build makes the zone with all of its contents but the SOA RRset.
func (z *zonePlan) build(c *zones.Contents) *view.Zone {
	builder := view.NewBuilder(z.name)
	workers := make([]zoneBuilder, 1)
	if c.Len() >= parallelFrom {
		workers = make([]zoneBuilder, goruntime.GOMAXPROCS(0))
	}
	var wg sync.WaitGroup
	for i, nodes := range c.Parts(len(workers)) {
		w := &workers[i]
		*w = zoneBuilder{zonePlan: z, part: builder.Part(), key: nameKey(z.name), writes: make([]store.Write, 0, c.Len()/len(workers)+1)}
		wg.Go(func() {
			for sets := range nodes {
				w.node(sets)
			}
			w.close()
			sortWrites(w.writes)
		})
	}
	wg.Wait()
	var lists [][]store.Write
	for _, w := range workers {
		lists = append(lists, w.writes)
		if len(w.writes) > 0 {
			z.touched[z.name], z.changed = true, true
		}
		for _, owner := range w.leading {
			z.touched[owner] = true
		}
		for _, owner := range w.outside {
			z.refuseOutside(owner)
		}
		if w.soa != nil {
			z.soa = w.soa
		}
	}
	if len(lists) == 1 {
		z.writes = append(z.writes, lists[0]...)
		return builder.Done()
	}
	wg.Go(func() { z.bulk = append(z.bulk, mergeWrites(lists)) })
	defer wg.Wait()
	return builder.Done()
}

// zoneBuilder is one goroutine's part of a build.
type zoneBuilder struct {
	*zonePlan // to be read
	part      *view.Part
	key       string // the zone's nameKey
	soa       *zones.RRset
	writes    []store.Write
	leading   []wire.Name // owners from which questions may lead to other names
	outside   []wire.Name

	// Keys and values lie in pieces of memory; the last so many writes don't have their
	// keys yet, which end at these places of the open piece.
	keys   []byte
	ends   []int
	values []byte
}

// node takes all RRsets of one owner.
func (w *zoneBuilder) node(sets []zones.RRset) {
	owner := sets[0].Owner.Canonical()
	if !owner.IsSubdomainOf(w.name) {
		w.outside = append(w.outside, sets[0].Owner)
		return
	}
	// What no message could carry can't be encoded either; validation says where it is.
	sets = slices.DeleteFunc(sets, func(s zones.RRset) bool { return s.WireLen() > zones.MaxWireLen })
	for i, s := range sets {
		if isSOA(s, w.name) {
			w.soa = &s
			sets = slices.Delete(sets, i, i+1)
			break
		}
	}
	if len(sets) == 0 {
		return
	}
	for _, s := range sets {
		w.write(owner, s)
		if s.Type == wire.TypeCNAME || s.Type == wire.TypeDNAME || s.Type == zones.TypeALIAS {
			w.leading = append(w.leading, owner)
		}
	}
	w.part.Add(sets)
}

// pieceLen is how long a piece of memory is.
const pieceLen = 64 << 10

func (w *zoneBuilder) write(owner wire.Name, s zones.RRset) {
	if cap(w.values)-len(w.values) < s.BinaryLen() {
		w.values = make([]byte, 0, max(pieceLen, s.BinaryLen()))
	}
	at := len(w.values)
	w.values = s.AppendTo(w.values)
	w.writes = append(w.writes, store.Write{Value: w.values[at:len(w.values):len(w.values)]})
	w.keys = appendRRsetKey(w.keys, w.name, w.key, owner, s.Type)
	if w.ends = append(w.ends, len(w.keys)); len(w.keys) > pieceLen {
		w.close()
	}
}

// close gives the last writes their keys.
func (w *zoneBuilder) close() {
	keys, start := string(w.keys), 0
	for i, end := range w.ends {
		w.writes[len(w.writes)-len(w.ends)+i].Key = keys[start:end]
		start = end
	}
	w.keys, w.ends = w.keys[:0], w.ends[:0]
}

func compareWrites(a, b store.Write) int { return strings.Compare(a.Key, b.Key) }

// sortWrites sorts by key. Writes that nearly are in order take little time.
func sortWrites(writes []store.Write) {
	if !slices.IsSortedFunc(writes, compareWrites) {
		slices.SortFunc(writes, compareWrites)
	}
}

// mergeWrites makes one sorted list of several.
func mergeWrites(lists [][]store.Write) []store.Write {
	for len(lists) > 1 {
		lists = append(lists[2:], mergeTwo(lists[0], lists[1]))
	}
	return lists[0]
}

func mergeTwo(a, b []store.Write) []store.Write {
	if len(a) == 0 || len(b) == 0 || compareWrites(a[len(a)-1], b[0]) <= 0 {
		return append(a, b...)
	}
	merged := make([]store.Write, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if compareWrites(a[0], b[0]) <= 0 {
			merged, a = append(merged, a[0]), a[1:]
		} else {
			merged, b = append(merged, b[0]), b[1:]
		}
	}
	return append(append(merged, a...), b...)
}
