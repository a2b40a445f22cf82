package healthcheck

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"meridian/steering"
)

// memory keeps verdicts as a store does; it can be made to refuse or to hang.
type memory struct {
	mu      sync.Mutex
	kept    map[string][]byte
	batches int
	refuse  bool
	hang    atomic.Bool
}

func (m *memory) PutVerdicts(ctx context.Context, verdicts map[string][]byte) error {
	if m.hang.Load() {
		<-ctx.Done()
		return ctx.Err()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.batches++
	if m.refuse {
		return errors.New("no space left on device")
	}
	if m.kept == nil {
		m.kept = map[string][]byte{}
	}
	for key, text := range verdicts {
		if m.kept[key] = text; text == nil {
			delete(m.kept, key)
		}
	}
	return nil
}

func (m *memory) Verdicts(context.Context) (map[string][]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.kept), nil
}

func (m *memory) len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.kept)
}

func (m *memory) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.batches
}

func (m *memory) setRefuse(refuse bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refuse = refuse
}

// A restart sends nobody to a dead region, and forgets no last flip to down.
func TestRestartBeginsWithTheLastVerdicts(t *testing.T) {
	store := &memory{}
	alive, dead := groupOf(web, 1, a1), groupOf(web, 1, a2)
	var lastDown uint32
	world(t, Options{Verdicts: store}, func(t *testing.T, c *Checker, n *network) {
		c.Acquire(alive, Before{})
		h := c.Acquire(dead, Before{})
		pass(15 * time.Second)
		n.kill(a2)
		pass(31 * time.Second)
		lastDown = h.Load().LastDown()
	})
	world(t, Options{Verdicts: store}, func(t *testing.T, c *Checker, n *network) {
		n.kill(a1, a2)
		up, down, fresh := c.Acquire(alive, Before{}), c.Acquire(dead, Before{}), c.Acquire(groupOf(web, 1, a3), Before{})
		wantState(t, up, steering.Up, steering.ReasonStale)
		wantState(t, down, steering.Down, steering.ReasonStale)
		wantState(t, fresh, steering.New, steering.ReasonNone)
		if got := down.Load().LastDown(); got != lastDown || got == 0 {
			t.Errorf("last down %d, was %d", got, lastDown)
		}
		if !c.StatusOf(up)[0].Stale {
			t.Error("the status says nothing of stale")
		}
		pass(10 * time.Millisecond)
		wantState(t, up, steering.Up, steering.ReasonProbed) // one failure is short of fall
		wantState(t, down, steering.Down, steering.ReasonProbed)
		pass(31 * time.Second)
		wantState(t, up, steering.Down, steering.ReasonProbed)
		if got := up.Load().LastDown(); got != lastDown+1 {
			t.Errorf("the next flip to down has number %d, want %d", got, lastDown+1)
		}
	})
}

func TestEndKeepsWhatWasNotKeptYet(t *testing.T) {
	store := &memory{}
	world(t, Options{Verdicts: store}, func(t *testing.T, c *Checker, n *network) {
		c.Acquire(groupOf(web, 1, a1), Before{})
		pass(10 * time.Millisecond) // up, and the batch still waits
		if store.len() != 0 {
			t.Error("the verdict was kept at once, not in a batch")
		}
	})
	if store.len() != 1 {
		t.Errorf("%d verdicts are kept, want 1", store.len())
	}
}

func TestReleasedTargetsLeaveTheStore(t *testing.T) {
	store := &memory{}
	changed := web
	changed.Path = "/healthz"
	world(t, Options{Verdicts: store}, func(t *testing.T, c *Checker, n *network) {
		old := c.Acquire(groupOf(web, 1, a1), Before{})
		pass(5 * time.Second)
		h := c.Acquire(groupOf(changed, 1, a1), Before{Word: old})
		c.Release(old)
		pass(2 * time.Second)
		if store.len() != 1 {
			t.Errorf("%d verdicts are kept, want the inherited one", store.len())
		}
		if _, ok := store.kept[c.words[h].first.target().key()]; !ok {
			t.Error("what is kept is not the inherited one")
		}
		c.Release(h)
		pass(2 * time.Second)
		if store.len() != 0 {
			t.Errorf("%d verdicts are kept of nothing", store.len())
		}
	})
}

func TestVerdictsOfNobodyLeaveTheStore(t *testing.T) {
	store := &memory{kept: map[string][]byte{
		"tcp 192.0.2.9:1 aa": []byte(`{"state":2}`),
		"tcp 192.0.2.9:2 bb": []byte(`{"state":0}`), // new is no verdict
		"tcp 192.0.2.9:3 cc": []byte(`garbage`),
	}}
	world(t, Options{Verdicts: store}, func(t *testing.T, c *Checker, n *network) {
		pass(time.Minute)
		if store.len() != 1 {
			t.Errorf("%d verdicts are kept, want the one that may be claimed yet", store.len())
		}
		pass(time.Hour)
		if store.len() != 0 {
			t.Errorf("%d verdicts are kept after an hour", store.len())
		}
	})
}

// A full disk delays no flip, is tried ever more rarely, and has all in the end.
func TestRefusingStore(t *testing.T) {
	store := &memory{refuse: true}
	var log bytes.Buffer
	opts := Options{Verdicts: store, Logger: slog.New(slog.NewTextHandler(&log, nil))}
	world(t, opts, func(t *testing.T, c *Checker, n *network) {
		h := c.Acquire(groupOf(web, 1, a1), Before{})
		pass(15 * time.Second)
		n.kill(a1)
		pass(31 * time.Second)
		wantState(t, h, steering.Down, steering.ReasonProbed)
		pass(time.Hour)
		if got := store.count(); got < 60 || got > 70 {
			t.Errorf("%d tries in an hour, want about one a minute", got)
		}
		if got := strings.Count(log.String(), "no space left on device"); got != store.count() {
			t.Errorf("%d of %d refusals are in the log", got, store.count())
		}
		store.setRefuse(false)
		pass(2 * time.Minute)
		if got := store.kept[c.words[h].first.target().key()]; !bytes.Contains(got, []byte(`"state":1`)) {
			t.Errorf("kept is %s, want the newest state", got)
		}
	})
}

func TestHangingStoreDelaysNoFlip(t *testing.T) {
	store := &memory{}
	world(t, Options{Verdicts: store}, func(t *testing.T, c *Checker, n *network) {
		store.hang.Store(true)
		h := c.Acquire(groupOf(web, 1, a1), Before{})
		pass(15 * time.Second)
		n.kill(a1)
		pass(31 * time.Second)
		wantState(t, h, steering.Down, steering.ReasonProbed)
		store.hang.Store(false) // so that the end has nothing to complain of
	})
	if store.len() != 1 {
		t.Errorf("%d verdicts are kept in the end, want 1", store.len())
	}
}

func TestEndSaysWhatTheStoreRefused(t *testing.T) {
	store := &memory{refuse: true}
	var ended error
	synctest.Test(t, func(t *testing.T) {
		c := New(Options{Prober: newNetwork(), Verdicts: store})
		c.Acquire(groupOf(web, 1, a1), Before{})
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		ended = c.Run(ctx)
	})
	if ended == nil || !strings.Contains(ended.Error(), "keeping the last verdicts: no space left on device") {
		t.Errorf("Run: %v", ended)
	}
}
