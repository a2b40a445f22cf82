package control

// The rest of a start: class tables that were not at hand are made while all else is
// answered, and then the records that wait for them are compiled.

import (
	"context"
	"errors"
)

// Ready is closed when everything that the store has is answered from.
func (c *Control) Ready() <-chan struct{} { return c.ready }

// complete has the missing tables made and their records compiled. A record that can't have
// one fails, and nothing else.
func (c *Control) complete(ctx context.Context) {
	for {
		p := newPlan(c.State(), &Change{complete: true}, c.opts.Now())
		if len(p.compile) == 0 {
			break
		}
		tables, problems := c.tablesFor(p)
		r := &request{ctx: ctx, plan: p, tables: tables, done: make(chan struct{})}
		select {
		case c.requests <- r:
		case <-ctx.Done():
			return
		case <-c.stopped:
			return
		}
		if <-r.done; errors.Is(r.err, errStale) {
			continue
		}
		for _, problem := range problems {
			c.opts.Logger.Error("a steered record can't be answered with these geo data", "problem", problem.String())
		}
		break
	}
	c.tables.sweep()
	close(c.ready)
}

// incomplete finds the records that lack a table for any of their types.
func (p *plan) incomplete() {
	for z, n := range p.prev.Steered() {
		if s := n.Steered(); len(s.Faulty) > 0 {
			p.compile = append(p.compile, job{z.Name, n.Canonical(), s.Settings()})
		}
	}
}

// finish adds to the requests that were committed those that complete a start, on the
// state that the last of these leaves.
func (c *Control) finish(committed, completing []*request) []*request {
	head := c.State()
	if n := len(committed); n > 0 {
		head = committed[n-1].plan.next
	}
	for _, r := range completing {
		if r.err = c.replan(head, r); r.err == nil {
			head = r.plan.provisional(head.Revision())
			committed = append(committed, r)
		}
	}
	return committed
}
