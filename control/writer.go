package control

// The writer: one goroutine that turns changes into revisions and views.
//
// It takes all changes that wait, plans each on the state that the one before leaves,
// and commits them in one durable write. Then the views are swapped once, and all who
// waited are told. Commits that wait so share one fsync.

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"meridian/steering"
	"meridian/store"
	"meridian/view"
	"meridian/wire"
)

// maxBatch is how many changes share one durable write at most.
const maxBatch = 256

// errStale sends a change back to be prepared anew.
var errStale = errors.New("the state has moved on")

// request is a change on its way through the writer.
type request struct {
	ctx    context.Context
	plan   *plan
	tables map[tableKey]*steering.Table
	result Result
	err    error
	done   chan struct{} // closed when result and err are there
}

// Run is the writer. It ends with ctx; what is under way is committed before.
func (c *Control) Run(ctx context.Context) error {
	defer close(c.stopped)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case r := <-c.requests:
			c.commit(ctx, c.waiting(r))
		case <-timer.C:
			c.expire(ctx)
		}
		timer.Reset(c.untilExpiry())
	}
}

// waiting is the first request and those that wait behind it.
func (c *Control) waiting(first *request) []*request {
	batch := []*request{first}
	for len(batch) < maxBatch {
		select {
		case r := <-c.requests:
			batch = append(batch, r)
		default:
			return batch
		}
	}
	return batch
}

// commit takes a batch through: plan, durable write, publish.
func (c *Control) commit(ctx context.Context, batch []*request) {
	begin := c.opts.Now()
	defer func() {
		for _, r := range batch {
			close(r.done)
		}
	}()
	from := c.State()
	head := from
	var accepted []*request
	var sets []store.ChangeSet
	for _, r := range batch {
		if r.err = c.replan(head, r); r.err != nil {
			continue
		}
		if len(r.plan.writes) == 0 {
			r.result = r.plan.result(store.Revision{}, nil)
			continue
		}
		if r.result.Diff, r.err = c.diff(r.plan.writes); r.err != nil {
			continue
		}
		set := r.plan.changeSet()
		if r.plan.change.Base == 0 {
			set.Base = from.Revision() + uint64(len(sets))
		}
		sets = append(sets, set)
		accepted = append(accepted, r)
		head = r.plan.provisional(from.Revision() + uint64(len(sets)))
	}
	if len(sets) == 0 {
		return
	}
	results, err := c.opts.Store.Commit(context.WithoutCancel(ctx), sets)
	if err != nil {
		for _, r := range accepted {
			r.err = fmt.Errorf("writing to the store: %w", err)
		}
		return
	}
	c.publishAll(accepted, results)
	if c.opts.OnView != nil {
		c.opts.OnView(c.opts.Now().Sub(begin))
	}
}

// replan makes the request's plan one on the head of the batch, if it isn't already.
func (c *Control) replan(head *State, r *request) error {
	if r.plan.prev == head {
		return nil
	}
	r.plan = newPlan(head, r.plan.change, c.opts.Now())
	if err := r.plan.problems.Err(); err != nil {
		return err
	}
	for _, j := range r.plan.compile {
		settings := j.settings.WithDefaults()
		for _, typ := range TypesOf(settings) {
			key := keyOf(r.plan.next, settings, typ)
			if r.tables[key] != nil {
				continue
			}
			if r.tables[key] = c.tables.lookup(key); r.tables[key] == nil {
				return errStale
			}
		}
	}
	return nil
}

func (p *plan) changeSet() store.ChangeSet {
	return store.ChangeSet{Author: p.change.Author, Message: p.change.Message, Base: p.change.Base, Writes: p.writes}
}

// provisional is the state that the next plan of a batch is made on: its steered
// records aren't compiled, and nobody answers from it.
func (p *plan) provisional(revision uint64) *State {
	p.next.View = p.prev.View.With(revision, p.madeZones(), p.goneZones())
	return p.next
}

func (p *plan) madeZones() []*view.Zone {
	var made []*view.Zone
	for _, z := range p.zones {
		if z != nil {
			made = append(made, z)
		}
	}
	return made
}

func (p *plan) goneZones() []wire.Name {
	var gone []wire.Name
	for name, z := range p.zones {
		if z == nil {
			gone = append(gone, name)
		}
	}
	return gone
}

// publishAll compiles what was committed and swaps the view once. A change-set that
// conflicts ends the batch: those behind it were planned on it, and come again.
func (c *Control) publishAll(accepted []*request, results []store.CommitResult) {
	state := c.State()
	for i, r := range accepted {
		if r.err = results[i].Err; r.err != nil {
			if errors.Is(r.err, store.ErrNoChange) {
				r.err = nil
			}
			for _, later := range accepted[i+1:] {
				later.err = errStale
			}
			break
		}
		state = c.compilePlan(state, r)
		r.result = r.plan.result(results[i].Revision, r.result.Diff)
	}
	c.publish(state)
}

// compilePlan makes the state of a committed plan, with its records compiled.
func (c *Control) compilePlan(state *State, r *request) *State {
	p := r.plan
	zones := map[wire.Name]*view.Zone{}
	maps.Copy(zones, p.zones)
	jobs := map[wire.Name][]job{}
	for _, j := range p.compile {
		jobs[j.zone] = append(jobs[j.zone], j)
	}
	for name, of := range jobs {
		z := zones[name]
		if z == nil {
			z = state.View.Zone(name)
		}
		edit := z.Edit()
		for _, j := range of {
			edit.Steer(j.owner, c.runtime.compile(p.next, j, r.tables))
		}
		zones[name] = edit.Done()
	}
	c.forgetGone(state, p)
	p.zones = zones
	next := *p.next
	next.View = state.View.With(p.next.View.Revision, p.madeZones(), p.goneZones())
	for key := range p.change.Overrides {
		c.flip(&next, key)
	}
	return &next
}

// forgetGone lets go what the plan's deleted records held.
func (c *Control) forgetGone(state *State, p *plan) {
	for name, made := range p.zones {
		old := state.View.Zone(name)
		if old == nil {
			continue
		}
		for owner := range old.SteeredOwners() {
			if made == nil || made.Node(owner) == nil || made.Node(owner).Steered == nil {
				c.runtime.forget(recordKey{name, owner})
			}
		}
	}
}

// publish makes queries be answered from a state.
func (c *Control) publish(s *State) {
	slots := slices.Clone(c.runtime.slots)
	c.slots.Store(&slots)
	c.state.Store(s)
	c.opts.Shared.SetView(s.View)
	c.runtime.release()
}
