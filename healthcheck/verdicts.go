package healthcheck

// Verdicts over a restart: the store learns of a flip after it took effect, in
// batches, and nothing waits for it.

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"meridian/steering"
)

// Verdicts is where verdicts lie over a restart; store.Store is one.
type Verdicts interface {
	// PutVerdicts keeps verdicts by target; nil removes one.
	PutVerdicts(ctx context.Context, verdicts map[string][]byte) error
	Verdicts(ctx context.Context) (map[string][]byte, error)
}

const (
	// Flips come in swarms (a region dies), so that the first waits a little for the rest:
	// as little as a kill right after a flip loses.
	batchDelay = 100 * time.Millisecond
	// What the store refused is tried again after that, then ever later up to this.
	maxRetryDelay = time.Minute
	saveTimeout   = 10 * time.Second
	// A verdict that no target claimed this long after the start belongs to none: a
	// zone that came late has come.
	orphanAfter = time.Hour
)

// verdict is what is kept of one target, as JSON.
type verdict struct {
	State    steering.State `json:"state"`
	Since    time.Time      `json:"since"`
	LastDown uint32         `json:"last_down,omitempty"`
	Reason   string         `json:"reason,omitempty"` // of the last probe; for whoever reads the store
}

// Load reads the last verdicts from the store. Targets acquired from now on start
// with them, marked stale. It is called once, before Acquire.
func (c *Checker) Load(ctx context.Context) error {
	if c.verdicts == nil {
		return nil
	}
	texts, err := c.verdicts.Verdicts(ctx)
	if err != nil {
		return fmt.Errorf("reading the last verdicts: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, text := range texts {
		var v verdict
		if err := json.Unmarshal(text, &v); err != nil || v.State != steering.Up && v.State != steering.Down {
			c.forget(key) // nothing can be made of it: its target starts new
			continue
		}
		c.kept[key] = v
		c.downs = max(c.downs, v.LastDown)
	}
	return nil
}

// claim takes the verdict from before the restart, if there is one.
func (c *Checker) claim(t Target) (verdict, bool) {
	if len(c.kept) == 0 {
		return verdict{}, false
	}
	key := t.key()
	v, ok := c.kept[key]
	delete(c.kept, key)
	return v, ok
}

// note has the target's verdict kept soon.
func (c *Checker) note(t *target) {
	if c.verdicts == nil {
		return
	}
	m := t.machine
	text, err := json.Marshal(verdict{State: m.state, Since: m.since.time(), LastDown: m.lastDown, Reason: t.lastWhy})
	if err != nil {
		panic("a verdict is always JSON: " + err.Error())
	}
	c.save(t.target().key(), text)
}

// forget has a verdict removed soon.
func (c *Checker) forget(key string) { c.save(key, nil) }

func (c *Checker) save(key string, text []byte) {
	if c.verdicts == nil {
		return
	}
	c.unsaved[key] = text
	select {
	case c.changed <- struct{}{}:
	default: // the keeper knows already
	}
}

// keepVerdicts gives the store batches of verdicts until ctx ends.
func (c *Checker) keepVerdicts(ctx context.Context) {
	orphans := time.NewTimer(orphanAfter)
	defer orphans.Stop()
	delay := batchDelay
	for {
		select {
		case <-ctx.Done():
			return
		case <-orphans.C:
			c.forgetOrphans()
			continue
		case <-c.changed:
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(delay):
		}
		if err := c.saveBatch(ctx); err != nil {
			c.log.Warn("verdicts are not kept: health works on, but a restart now would begin with older ones", "why", err, "next try in", delay.String())
			delay = min(2*delay, maxRetryDelay)
		} else {
			delay = batchDelay
		}
	}
}

// saveBatch gives the store what it hasn't yet. What it refuses waits for the next
// time, unless there is newer by then.
func (c *Checker) saveBatch(ctx context.Context) error {
	c.mu.Lock()
	batch := c.unsaved
	c.unsaved = map[string][]byte{}
	c.saving = len(batch)
	c.mu.Unlock()
	if len(batch) == 0 {
		return nil
	}
	defer func() {
		c.mu.Lock()
		c.saving = 0
		c.mu.Unlock()
	}()
	ctx, cancel := context.WithTimeout(ctx, saveTimeout)
	defer cancel()
	err := c.verdicts.PutVerdicts(ctx, batch)
	if err == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	maps.Copy(batch, c.unsaved)
	c.unsaved = map[string][]byte{}
	for key, text := range batch {
		c.save(key, text)
	}
	return err
}

// Unsaved is how many verdicts the store doesn't have yet: what a kill now would lose.
func (c *Checker) Unsaved() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.unsaved) + c.saving
}

// saveLast is saveBatch at the end, when there is no next time.
func (c *Checker) saveLast(ctx context.Context) error {
	if err := c.saveBatch(ctx); err != nil {
		return fmt.Errorf("keeping the last verdicts: %w", err)
	}
	return nil
}

func (c *Checker) forgetOrphans() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key := range c.kept {
		c.forget(key)
	}
	clear(c.kept)
}
