package control

// Static records on their way from the store into zones.
//
//	the store's keys, in order ──batches, cut between owners──→ workers ──→ each zone's parts ──→ zones

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	goruntime "runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"meridian/view"
	"meridian/wire"
	"meridian/zones"
)

// zoneLoader takes keys of RRsets in their order. One goroutine uses it.
type zoneLoader struct {
	ctx     context.Context
	workers *errgroup.Group
	batches chan []stored
	batch   []stored
	owner   string // of the last key: all up to its type

	mu       sync.Mutex // guards builders
	builders map[string]*view.Builder
}

// stored is a key with its value.
type stored struct {
	key   string
	value []byte
}

// loadBatch is about how many RRsets a worker takes at a time.
const loadBatch = 2048

func newZoneLoader(ctx context.Context) *zoneLoader {
	l := &zoneLoader{builders: map[string]*view.Builder{}, batches: make(chan []stored, goruntime.GOMAXPROCS(0))}
	l.workers, l.ctx = errgroup.WithContext(ctx)
	for range goruntime.GOMAXPROCS(0) {
		l.workers.Go(l.work)
	}
	return l
}

// add takes the key and value of an RRset. Those of one owner follow one another.
func (l *zoneLoader) add(key string, value []byte) error {
	owner := key[:strings.LastIndexByte(key, '/')]
	if len(l.batch) >= loadBatch && owner != l.owner {
		if err := l.send(); err != nil {
			return err
		}
	}
	l.owner = owner
	l.batch = append(l.batch, stored{key, value})
	return nil
}

func (l *zoneLoader) send() error {
	select {
	case l.batches <- l.batch:
		l.batch = make([]stored, 0, loadBatch+16)
		return nil
	case <-l.ctx.Done():
		return context.Cause(l.ctx) // a worker's error
	}
}

// zone takes a zone's own key.
func (l *zoneLoader) zone(text string, value []byte) error {
	var v zoneValue
	if err := json.Unmarshal(value, &v); err != nil {
		return fmt.Errorf("reading zone/%s from the store: %w", text, err)
	}
	b, err := l.builder(text)
	if err == nil {
		b.SetSerials(v.Serials)
	}
	return err
}

// builder returns that of a zone.
func (l *zoneLoader) builder(text string) (*view.Builder, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b := l.builders[text]; b != nil {
		return b, nil
	}
	name, err := wire.ParseName(text)
	if err != nil {
		return nil, fmt.Errorf("reading the zone %s from the store: %w", text, err)
	}
	b := view.NewBuilder(name)
	l.builders[text] = b
	return b, nil
}

// zones ends the loader and returns all zones.
func (l *zoneLoader) zones() ([]*view.Zone, error) {
	var sendErr error
	if len(l.batch) > 0 {
		sendErr = l.send()
	}
	if err := cmp.Or(l.wait(), sendErr); err != nil {
		return nil, err
	}
	made := make([]*view.Zone, 0, len(l.builders))
	for _, b := range l.builders {
		made = append(made, b.Done())
	}
	return made, nil
}

// wait ends the workers.
func (l *zoneLoader) wait() error {
	close(l.batches)
	return l.workers.Wait()
}

// work builds nodes until there are no more batches. What a damaged file has instead of
// RDATA may be encoded by nobody: that ends the start with an error, as all of such a file.
func (l *zoneLoader) work() (err error) {
	w := loadWorker{zoneLoader: l}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the store's file is damaged: %s: %v", w.key, p)
		}
	}()
	for batch := range l.batches {
		for len(batch) > 0 {
			n, err := w.node(batch)
			if err != nil {
				return err
			}
			batch = batch[n:]
		}
	}
	return nil
}

// loadWorker builds nodes into its own parts of the zones that it meets.
type loadWorker struct {
	*zoneLoader
	key  string // that is looked at
	zone string // of part, as the keys have it
	apex wire.Name
	part *view.Part
	sets []zones.RRset
}

// node builds the first node of a batch and returns how many RRsets it has.
func (w *loadWorker) node(batch []stored) (n int, err error) {
	key := batch[0].key
	w.key = key
	owner := key[:strings.LastIndexByte(key, '/')+1]
	for n < len(batch) && strings.HasPrefix(batch[n].key, owner) {
		if n == len(w.sets) {
			w.sets = append(w.sets, zones.RRset{})
		}
		if err := w.sets[n].Decode(batch[n].value); err != nil {
			return 0, fmt.Errorf("reading %s from the store: %w", batch[n].key, err)
		}
		n++
	}
	if err := w.enter(key); err != nil {
		return 0, err
	}
	sets := w.sets[:n]
	for _, s := range sets {
		if !s.Owner.Canonical().IsSubdomainOf(w.apex) {
			return 0, fmt.Errorf("the store's file is damaged: %s has a record of %s", key, s.Owner)
		}
	}
	if n > 1 { // keys are in the order of the types' digits
		slices.SortFunc(sets, func(a, b zones.RRset) int { return cmp.Compare(a.Type, b.Type) })
	}
	w.part.Add(sets)
	return n, nil
}

// enter goes to the zone of a key.
func (w *loadWorker) enter(key string) error {
	zone := key[len("rrset/"):]
	if n := len(w.zone); n > 0 && len(zone) > n && zone[n] == '/' && zone[:n] == w.zone {
		return nil
	}
	w.zone, _, _ = strings.Cut(zone, "/")
	b, err := w.builder(w.zone)
	if err == nil {
		w.part, w.apex = b.Part(), b.Name()
	}
	return err
}
