package control

// Control: the owner of the state, and the ways in.

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"meridian/config"
	"meridian/dnsserver/answer"
	"meridian/geoip"
	"meridian/healthcheck"
	"meridian/steering"
	"meridian/store"
	"meridian/zones"
)

// Options are what a Control stands on; all but Tables, Aliases and OnView are needed.
type Options struct {
	Store   store.Store
	Geo     *geoip.Databases
	Checker *healthcheck.Checker
	Shared  *answer.Shared // gets each new view
	Logger  *slog.Logger
	Now     func() time.Time
	// Tables is the folder in which class tables are kept for the next start. Nothing is
	// kept where it is "".
	Tables string
	// Aliases fills the cells of names outside to which ALIAS records lead; without it
	// those are never resolved.
	Aliases Aliases
	// OnView, if not nil, is told how long each new view took to build.
	OnView func(time.Duration)
}

// Control turns changes into states. Make it with New; Run must run.
type Control struct {
	opts     Options
	tables   *tables
	state    atomic.Pointer[State]
	requests chan *request
	stopped  chan struct{} // closed when Run has ended
	ready    chan struct{}
	slots    atomic.Pointer[[]string]
	// The writer's: what outlives views, and the pause before the next try to end
	// expired overrides.
	runtime *runtime
	aliases *aliases
	retry   time.Duration
}

// New loads the state from the store and gives the first view to opts.Shared.
func New(ctx context.Context, opts Options) (*Control, error) {
	c := &Control{
		opts:     opts,
		tables:   newTables(opts.Geo, newTableCache(opts)),
		requests: make(chan *request),
		stopped:  make(chan struct{}),
		ready:    make(chan struct{}),
		runtime:  newRuntime(opts.Checker),
		aliases:  newAliases(opts.Aliases),
	}
	return c, c.load(ctx)
}

// State returns the present state.
func (c *Control) State() *State { return c.state.Load() }

// Geo are the databases by which clients are located.
func (c *Control) Geo() *geoip.Databases { return c.opts.Geo }

// RegionSlots are the names of the slots by which Counters count steered answers.
func (c *Control) RegionSlots() []string { return *c.slots.Load() }

// ErrStopped is returned when a change comes after the end of Run.
var ErrStopped = errors.New("the server is stopping and takes no changes")

// Commit validates a change as a whole and makes it one revision. When it returns,
// the change is durable and queries see it. Its error is a config.Problems where the
// change is refused for what is in it, store.ErrConflict where what it touches has
// changed since its base; then nothing has changed.
func (c *Control) Commit(ctx context.Context, change Change) (Result, error) {
	for {
		p, tables, err := c.prepare(&change)
		if err != nil {
			return Result{}, err
		}
		r := &request{ctx: ctx, plan: p, tables: tables, done: make(chan struct{})}
		select {
		case c.requests <- r:
		case <-ctx.Done():
			return Result{}, ctx.Err()
		case <-c.stopped:
			return Result{}, ErrStopped
		}
		<-r.done
		// Another change came between that made other tables necessary: again.
		if !errors.Is(r.err, errStale) {
			return r.result, r.err
		}
	}
}

// Plan is Commit without the commit: what would be refused, warned of and written.
func (c *Control) Plan(_ context.Context, change Change) (Result, error) {
	p, _, err := c.prepare(&change)
	if err != nil {
		return Result{}, err
	}
	differ, err := c.newDiffer()
	if err != nil {
		return Result{}, err
	}
	defer differ.close()
	diff, err := differ.diff(p.sortedWrites())
	if err != nil {
		return Result{}, err
	}
	return p.result(store.Revision{}, diff), nil
}

// prepare plans a change on the present state and has the class tables made that it
// needs.
func (c *Control) prepare(change *Change) (*plan, map[tableKey]*steering.Table, error) {
	p := newPlan(c.State(), change, c.opts.Now())
	if err := p.problems.Err(); err != nil {
		return nil, nil, err
	}
	tables, problems := c.tablesFor(p)
	if err := problems.Err(); err != nil {
		return nil, nil, err
	}
	return p, tables, nil
}

// tablesFor has the tables made that the plan's records need. What a fence or a class
// count forbids is a problem of the record that needs the table.
func (c *Control) tablesFor(p *plan) (map[tableKey]*steering.Table, config.Problems) {
	made := map[tableKey]*steering.Table{} // nil for those that can't be
	failed := map[tableKey]error{}
	var problems config.Problems
	for _, j := range p.compile {
		settings := j.settings.WithDefaults()
		for _, typ := range TypesOf(settings) {
			key := keyOf(p.next, settings, typ)
			if _, tried := made[key]; !tried {
				made[key], failed[key] = c.tables.get(p.next, settings, typ)
			}
			if err := failed[key]; err != nil {
				problems = append(problems, config.Problem{
					Path:    []string{"zones", j.zone.String(), "steered", j.owner.String()},
					Message: fmt.Sprintf("type %s: %v", zones.TypeName(typ), err),
				})
			}
		}
	}
	return made, problems
}

// result is what Commit and Plan tell of a plan.
func (p *plan) result(rev store.Revision, diff []store.Change) Result {
	return Result{Revision: rev, Warnings: p.problems, Notes: p.notes, Diff: diff}
}
