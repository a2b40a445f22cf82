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
	"sync"
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
	var completing sync.WaitGroup
	defer completing.Wait()
	completing.Go(func() { c.complete(ctx) })
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
	defer func() {
		for _, r := range batch {
			close(r.done)
		}
	}()
	changing, completing := split(batch)
	committed := c.commitAll(ctx, changing)
	begin := c.opts.Now()
	compiled := c.finish(committed, completing)
	if len(compiled) == 0 {
		return
	}
	c.publish(c.compile(compiled))
	if c.opts.OnView != nil {
		c.opts.OnView(c.opts.Now().Sub(begin))
	}
}

// split sets those requests apart that change nothing in the store.
func split(batch []*request) (changing, completing []*request) {
	for _, r := range batch {
		if r.plan.change.complete {
			completing = append(completing, r)
		} else {
			changing = append(changing, r)
		}
	}
	return changing, completing
}

// commitAll plans requests and has the store keep them; it returns those that it took.
func (c *Control) commitAll(ctx context.Context, batch []*request) []*request {
	accepted, sets, err := c.planAll(batch)
	if err != nil {
		refuseAll(accepted, err)
		return nil
	}
	if len(sets) == 0 {
		return nil
	}
	results, err := c.opts.Store.Commit(context.WithoutCancel(ctx), sets)
	if err != nil {
		refuseAll(accepted, fmt.Errorf("writing to the store: %w", err))
		return nil
	}
	return took(accepted, results)
}

func refuseAll(requests []*request, err error) {
	for _, r := range requests {
		r.err = err
	}
}

// planAll plans each request on the state that those before it leave, and returns
// those that change something with their change-sets.
func (c *Control) planAll(batch []*request) (accepted []*request, sets []store.ChangeSet, err error) {
	differ, err := c.newDiffer()
	if err != nil {
		return batch, nil, err
	}
	defer differ.close()
	head := c.State()
	for _, r := range batch {
		if r.err = c.replan(head, r); r.err != nil {
			continue
		}
		diff, err := differ.diff(r.plan.sortedWrites())
		if err != nil {
			return batch, nil, err
		}
		r.result = r.plan.result(store.Revision{}, diff)
		if len(diff) == 0 {
			continue
		}
		sets = append(sets, r.plan.changeSet(head.Revision(), diff))
		accepted = append(accepted, r)
		head = r.plan.provisional(head.Revision() + 1)
	}
	return accepted, sets, nil
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
			if _, tried := r.tables[key]; tried {
				continue
			}
			table := c.tables.lookup(key)
			if table == nil {
				return errStale
			}
			r.tables[key] = table
		}
	}
	return nil
}

// changeSet is what the store is given: the writes that differ from what it has.
func (p *plan) changeSet(head uint64, diff []store.Change) store.ChangeSet {
	set := store.ChangeSet{Author: p.change.Author, Message: p.change.Message, Base: p.change.Base}
	if set.Base == 0 {
		set.Base = head
	}
	if len(diff) == len(p.writes) {
		set.Writes = p.writes
		return set
	}
	set.Writes = make([]store.Write, 0, len(diff))
	for _, d := range diff {
		set.Writes = append(set.Writes, store.Write{Key: d.Key, Value: d.After})
	}
	return set
}

// provisional is the state that the next plan of a batch is made on: its new steered
// records aren't compiled, and nobody answers from it.
func (p *plan) provisional(revision uint64) *State {
	p.next.View = p.view(revision)
	return p.next
}

// view is the view with the plan's zones, as provisional as these.
func (p *plan) view(revision uint64) *view.View {
	var made []*view.Zone
	var gone []wire.Name
	for name, z := range p.zones {
		if z != nil {
			made = append(made, z)
		} else {
			gone = append(gone, name)
		}
	}
	return p.prev.View.With(revision, made, gone)
}

// took is the requests that the store took. The first that it refused ends the batch:
// those behind it were planned on it, and come again.
func took(accepted []*request, results []store.CommitResult) []*request {
	for i, r := range accepted {
		r.result.Revision = results[i].Revision
		switch r.err = results[i].Err; {
		case r.err == nil:
			continue
		case errors.Is(r.err, store.ErrNoChange):
			r.err = errStale // the store isn't as the plan has it: once more, from what is there
		}
		refuseAll(accepted[i+1:], errStale)
		return accepted[:i]
	}
	return accepted
}

// compile makes the state after a batch: that of its last plan, with the steered
// records compiled that any of them touched.
func (c *Control) compile(batch []*request) *State {
	state := c.State()
	if len(batch) == 0 {
		return state
	}
	next := *batch[len(batch)-1].plan.next
	jobs := map[recordKey]bool{}
	tables := map[tableKey]*steering.Table{}
	gone := map[recordKey]bool{}
	touched := map[wire.Name]bool{}
	for _, r := range batch {
		for name := range r.plan.zones {
			touched[name] = true
		}
		for _, j := range r.plan.compile {
			jobs[recordKey{j.zone, j.owner}] = true
		}
		maps.Copy(tables, r.tables)
		for _, key := range r.plan.unsteered {
			gone[key] = true
		}
	}
	for key := range gone {
		if next.steered(key) == nil {
			c.runtime.letGo(state.steered(key))
		}
	}
	next.View = next.View.With(next.Revision(), c.compiled(jobs, c.runtime.compiler(state, &next, tables)), nil)
	c.aliases.prepare(next.View, touched)
	c.runtime.dropUnused()
	c.flipChanged(state, &next)
	return &next
}

// compiled returns the zones in which records are to be compiled, with these compiled.
func (c *Control) compiled(jobs map[recordKey]bool, with *compiler) []*view.Zone {
	edits := map[wire.Name]*view.Edit{}
	for key := range jobs {
		record := with.state.steered(key)
		if record == nil {
			continue // a later change of the batch took it away
		}
		if edits[key.zone] == nil {
			edits[key.zone] = with.state.View.Zone(key.zone).Edit()
		}
		edits[key.zone].Steer(key.owner, with.compile(key, record))
	}
	var made []*view.Zone
	for _, edit := range edits {
		made = append(made, edit.Done())
	}
	return made
}

// publish makes queries be answered from a state.
func (c *Control) publish(s *State) {
	slots := slices.Clone(c.runtime.slots)
	c.slots.Store(&slots)
	c.state.Store(s)
	c.opts.Shared.SetView(s.View)
	c.runtime.release()
	c.aliases.finish()
}
