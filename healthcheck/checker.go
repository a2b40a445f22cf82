package healthcheck

// The checker: the targets that are in use, and the loop that has them probed.

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"meridian/steering"
)

// DefaultWorkers is how many probes may be under way at once where Options says
// nothing: enough for a few hundred dead targets a second that all run into their
// timeout, and few enough sockets for an ordinary limit on open files.
const DefaultWorkers = 1024

// Options are what a Checker stands on. The zero value is useful: real probes,
// nothing kept, nothing logged.
type Options struct {
	Prober   Prober       // nil: NewProber(nil)
	Logger   *slog.Logger // nil: nothing is logged
	Workers  int          // probes under way at once; 0: DefaultWorkers
	Verdicts Verdicts     // nil: nothing is kept over a restart

	// OnStart, if not nil, is told how long after its time each probe begins, by the
	// goroutine of the probe and without a lock.
	OnStart func(late time.Duration)
	// OnProbe and OnFlip, if not nil, are called after the words have changed, by the
	// goroutine of the probe and without a lock. Those of one target come in order.
	OnProbe func(Target, Result)
	OnFlip  func(Flip)
}

// Flip is one change of a target's state.
type Flip struct {
	Target   Target
	From, To steering.State
	At       time.Time
	Number   uint32 // server-wide, of a flip from up to down; else 0
	Reason   string // of the probe that was the last needed
}

// Checker probes the targets of the groups that are held and keeps their words.
type Checker struct {
	prober   Prober
	log      *slog.Logger
	workers  int
	verdicts Verdicts
	onStart  func(late time.Duration)
	onProbe  func(Target, Result)
	onFlip   func(Flip)

	nudge   chan struct{} // tells Run that the schedule has changed
	changed chan struct{} // tells the keeper that there are verdicts to keep

	// mu guards what follows, all that is in targets and groups (words are written
	// under it and read without). Nothing is probed, stored,
	// logged or called back under it.
	mu       sync.Mutex
	schedule schedule
	running  int // probes under way
	targets  targets
	groups   map[string]*group         // of several targets, by groupKey
	words    map[*steering.Word]*group // all groups, by their words
	lastID   uint32                    // of targets
	downs    uint32                    // flips from up to down so far
	kept     map[string]verdict        // from before the restart, not claimed yet
	unsaved  map[string][]byte         // verdicts that the store hasn't yet; nil removes
	saving   int                       // how many the store is being given
}

// New returns a checker of nothing; Load and Run are yet to be called.
func New(opts Options) *Checker {
	c := &Checker{
		prober:   opts.Prober,
		log:      opts.Logger,
		workers:  opts.Workers,
		verdicts: opts.Verdicts,
		onStart:  opts.OnStart,
		onProbe:  opts.OnProbe,
		onFlip:   opts.OnFlip,
		nudge:    make(chan struct{}, 1),
		changed:  make(chan struct{}, 1),
		schedule: schedule{random: rand.Float64},
		targets:  newTargets(),
		groups:   map[string]*group{},
		words:    map[*steering.Word]*group{},
		kept:     map[string]verdict{},
		unsaved:  map[string][]byte{},
	}
	if c.prober == nil {
		c.prober = NewProber(nil)
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.workers <= 0 {
		c.workers = DefaultWorkers
	}
	return c
}

// Run probes until ctx ends, then breaks off the probes under way (they count for
// nothing) and gives the store what it hasn't yet. Its error says that the store
// didn't take it. It is called once.
func (c *Checker) Run(ctx context.Context) error {
	keeping, stopKeeping := context.WithCancel(context.WithoutCancel(ctx))
	defer stopKeeping()
	var keeper, probes sync.WaitGroup
	keeper.Go(func() { c.keepVerdicts(keeping) })

	c.mu.Lock()
	c.schedule.begin(time.Now())
	c.mu.Unlock()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		start, wake := c.popDue()
		for _, p := range start {
			probes.Go(func() { c.probe(ctx, p) })
		}
		timer.Reset(time.Until(wake))
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-c.nudge:
		}
	}
	probes.Wait()
	stopKeeping()
	keeper.Wait()
	return c.saveLast(context.WithoutCancel(ctx))
}

// due is a target that is to be probed, and since when.
type due struct {
	*target
	since time.Time
}

func (c *Checker) popDue() (start []due, wake time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	targets, wake := c.schedule.pop(time.Now(), c.workers-c.running)
	c.running += len(targets)
	for _, t := range targets {
		start = append(start, due{t, c.schedule.time(t.due)})
	}
	return start, wake
}

// probe is one worker's turn: probe, publish, tell, and back into the schedule.
func (c *Checker) probe(ctx context.Context, d due) {
	t := d.target
	if c.onStart != nil {
		c.onStart(time.Since(d.since))
	}
	within, cancel := context.WithTimeout(ctx, t.settings.Value().Timeout)
	result := c.prober.Probe(within, t.target())
	cancel()
	if ctx.Err() == nil {
		c.take(t, result)
	}
	c.free(t)
}

// take lets a result have its effect, unless its target was released meanwhile.
func (c *Checker) take(t *target, result Result) {
	c.mu.Lock()
	if !t.held() {
		c.mu.Unlock()
		return
	}
	flip, flipped := c.publish(t, result, time.Now())
	c.mu.Unlock()

	if flipped {
		c.log.Info("target is "+flip.To.String(), "target", flip.Target.String(), "was", flip.From.String(), "why", flip.Reason)
	}
	if c.onProbe != nil {
		c.onProbe(flip.Target, result)
	}
	if flipped && c.onFlip != nil {
		c.onFlip(flip)
	}
}

// publish steps the target's machine and writes the words that change by it, then
// notes what the store is to learn.
func (c *Checker) publish(t *target, result Result, now time.Time) (Flip, bool) {
	t.lastOK, t.lastWhy, t.lastAt = result.OK, result.Reason, momentOf(now)
	t.probes++
	if !result.OK {
		t.failed++
	}
	before, target := t.machine, t.target()
	t.machine = before.next(result.OK, thresholds{target.Settings.Rise, target.Settings.Fall}, now)
	flip := Flip{Target: target, From: before.state, To: t.machine.state, At: now, Reason: result.Reason}
	if flip.From == steering.Up && flip.To == steering.Down {
		c.downs++
		flip.Number, t.machine.lastDown = c.downs, c.downs
	}
	if t.machine.health() != before.health() {
		t.refresh(c.downs)
	}
	if flip.From == flip.To {
		return flip, false
	}
	t.flips++
	c.note(t)
	return flip, true
}

// free gives the worker back and the target its next slot.
func (c *Checker) free(t *target) {
	c.mu.Lock()
	defer c.mu.Unlock()
	wasFull := c.running == c.workers
	c.running--
	if t.held() {
		c.schedule.again(t, time.Now())
	}
	if wasFull || t.held() && c.schedule.time(t.due).Before(c.schedule.wake) {
		c.nudgeRun()
	}
}

func (c *Checker) nudgeRun() {
	select {
	case c.nudge <- struct{}{}:
	default: // it is nudged already
	}
}
