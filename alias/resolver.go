package alias

// The book of names that are wanted: who wants them, and when each is due.

import (
	"container/heap"
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"meridian/view"
	"meridian/wire"
)

const (
	// maxBusy look-ups are under way at a time: enough for thousands of names a minute,
	// and no flood for the resolvers.
	maxBusy = 16
	// A failed look-up is tried again after firstRetry, and each time after twice as long
	// up to lastRetry.
	firstRetry = time.Second
	lastRetry  = time.Minute
	// idle is how long Run waits where nothing is due.
	idle = time.Hour
)

// Options are what a Resolver stands on.
type Options struct {
	Exchanger Exchanger
	Logger    *slog.Logger // nil is silent
	// Rand gives numbers from 0 up to 1 for spreading look-ups; nil is random.
	Rand func() float64
}

// Resolver keeps cells filled. Make it with New; Run must run.
type Resolver struct {
	opts Options
	woke chan struct{} // has one element when there may be something due

	mu    sync.Mutex // guards what follows
	known map[key]*wanted
	due   queue
	busy  int
}

type key struct {
	name wire.Name
	typ  uint16
}

// wanted is a name and type that is wanted. The Resolver's mutex guards all but key and cell.
type wanted struct {
	key
	cell   *view.Cell
	users  int
	at     time.Time // when it is due
	place  int       // in the queue; -1 while it is looked up
	failed int       // look-ups in a row
}

// New returns a Resolver that wants nothing yet.
func New(opts Options) *Resolver {
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if opts.Rand == nil {
		opts.Rand = rand.Float64
	}
	return &Resolver{opts: opts, woke: make(chan struct{}, 1), known: map[key]*wanted{}}
}

// Acquire returns the cell of a canonical name and type, which is filled as soon as may
// be and kept filled until as many Releases. All who want the same share it.
func (r *Resolver) Acquire(name wire.Name, typ uint16) *view.Cell {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := key{name, typ}
	w := r.known[k]
	if w == nil {
		w = &wanted{key: k, cell: &view.Cell{}, at: time.Now()}
		r.known[k] = w
		heap.Push(&r.due, w)
		r.wake()
	}
	w.users++
	return w.cell
}

// Release ends one Acquire. The cell stays as it is for those who still read it.
func (r *Resolver) Release(name wire.Name, typ uint16) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := r.known[key{name, typ}]
	if w.users--; w.users > 0 {
		return
	}
	delete(r.known, w.key)
	if w.place >= 0 {
		heap.Remove(&r.due, w.place)
	}
}

// Len is how many names and types are wanted.
func (r *Resolver) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.known)
}

// wake makes Run look what is due. It never blocks.
func (r *Resolver) wake() {
	select {
	case r.woke <- struct{}{}:
	default:
	}
}

// Run looks names up when they are due, until ctx ends; then it waits for the look-ups
// under way.
func (r *Resolver) Run(ctx context.Context) error {
	var lookups sync.WaitGroup
	defer lookups.Wait()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		case <-r.woke:
		}
		now, next := r.take(time.Now())
		for _, w := range now {
			lookups.Go(func() { r.refresh(ctx, w) })
		}
		timer.Reset(next)
	}
}

// take takes out of the queue what is due and may begin, and says how long until there
// is more; a look-up that ends wakes Run too.
func (r *Resolver) take(now time.Time) (due []*wanted, next time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.due) > 0 && r.busy < maxBusy {
		if wait := r.due[0].at.Sub(now); wait > 0 {
			return due, wait
		}
		due = append(due, heap.Pop(&r.due).(*wanted))
		r.busy++
	}
	return due, idle
}

// refresh looks a name up and settles when it is due again.
func (r *Resolver) refresh(ctx context.Context, w *wanted) {
	found, err := lookUp(ctx, r.opts.Exchanger, w.name, w.typ)
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.busy--
	defer r.wake()
	if ctx.Err() != nil || r.known[w.key] != w {
		return
	}
	if err == nil && found.gone {
		if last := w.cell.Load(); last != nil && !last.Set.IsZero() {
			err = errGone
		}
	}
	if err != nil {
		r.fail(w, err)
		w.at = now.Add(r.spread(min(firstRetry<<min(w.failed-1, 10), lastRetry)))
	} else {
		r.succeed(w, found, now)
		w.at = now.Add(r.spread(found.ttl))
	}
	heap.Push(&r.due, w)
}

func (r *Resolver) succeed(w *wanted, found finding, now time.Time) {
	if w.failed > 0 {
		r.opts.Logger.Info("the target of an ALIAS is resolved again", "name", w.name, "after", w.failed)
	}
	w.failed = 0
	w.cell.Store(&view.Resolved{Set: found.set, Until: now.Add(found.ttl).UnixMilli()})
}

// fail notes a failure. It is said once, not for each time.
func (r *Resolver) fail(w *wanted, err error) {
	w.failed++
	if w.failed == 1 {
		r.opts.Logger.Warn("the target of an ALIAS can't be resolved; what was last known of it is kept", "name", w.name, "error", err)
	}
	last := w.cell.Load()
	if network := isNetwork(err); last != nil && last.NetworkError != network {
		next := *last
		next.NetworkError = network
		w.cell.Store(&next)
	}
}

// spread is somewhat less than a time, so that a name is looked up before its TTL ends,
// and names that were begun together come apart.
func (r *Resolver) spread(d time.Duration) time.Duration {
	return d*3/4 + time.Duration(r.opts.Rand()*float64(d/5))
}

// queue is a heap of what is wanted by when it is due.
type queue []*wanted

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].at.Before(q[j].at) }
func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].place, q[j].place = i, j
}

// Push is for container/heap.
func (q *queue) Push(x any) {
	w := x.(*wanted)
	w.place = len(*q)
	*q = append(*q, w)
}

// Pop is for container/heap.
func (q *queue) Pop() any {
	last := len(*q) - 1
	w := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	w.place = -1
	return w
}
