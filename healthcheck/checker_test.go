package healthcheck

import (
	"context"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"meridian/config"
	"meridian/steering"
)

// network is a fake world to probe: addresses that are dead, and how long an answer
// takes.
type network struct {
	mu     sync.Mutex
	dead   map[netip.Addr]bool
	delay  time.Duration
	probes map[netip.Addr][]time.Time // when each began
}

func newNetwork() *network {
	return &network{dead: map[netip.Addr]bool{}, probes: map[netip.Addr][]time.Time{}}
}

func (n *network) Probe(ctx context.Context, t Target) Result {
	addr := t.Address.Addr()
	n.mu.Lock()
	n.probes[addr] = append(n.probes[addr], time.Now())
	delay, dead := n.delay, n.dead[addr]
	n.mu.Unlock()
	select {
	case <-time.After(delay):
	case <-ctx.Done():
		return Result{Reason: "broken off"}
	}
	if dead {
		return Result{Reason: "connection refused"}
	}
	return Result{OK: true, Reason: "connected"}
}

func (n *network) kill(addrs ...netip.Addr) { n.set(true, addrs) }
func (n *network) heal(addrs ...netip.Addr) { n.set(false, addrs) }

func (n *network) set(dead bool, addrs []netip.Addr) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, addr := range addrs {
		n.dead[addr] = dead
	}
}

func (n *network) count(addr netip.Addr) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.probes[addr])
}

var (
	a1 = netip.MustParseAddr("192.0.2.1")
	a2 = netip.MustParseAddr("192.0.2.2")
	a3 = netip.MustParseAddr("192.0.2.3")

	// every 10 s, down after 3 failures, up after 2 successes
	web = config.Check{Kind: config.KindHTTP, Host: "www.example.com"}
)

func groupOf(c config.Check, min int, addrs ...netip.Addr) Group {
	g := Group{Min: min}
	for _, addr := range addrs {
		g.Targets = append(g.Targets, NewTarget(c, addr, "www.example.com"))
	}
	return g
}

// world runs test in a bubble of fake time, with a checker that runs on a fake
// network until test is over.
func world(t *testing.T, opts Options, test func(t *testing.T, c *Checker, n *network)) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork()
		opts.Prober = n
		c := New(opts)
		if err := c.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- c.Run(ctx) }()
		test(t, c, n)
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

// pass lets d go by and all that comes of it happen.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func wantState(t *testing.T, h *steering.Word, s steering.State, why steering.Reason) {
	t.Helper()
	if got := h.Load(); got.State() != s || got.Reason() != why {
		t.Errorf("%v (%v), want %v (%v)", got.State(), got.Reason(), s, why)
	}
}

func TestNewTargetIsProbedAtOnceAndUpAfterOneSuccess(t *testing.T) {
	world(t, Options{}, func(t *testing.T, c *Checker, n *network) {
		pass(time.Hour) // it runs with nothing to do
		h := c.Acquire(groupOf(web, 1, a1), Before{})
		wantState(t, h, steering.New, steering.ReasonNone)
		pass(10 * time.Millisecond)
		wantState(t, h, steering.Up, steering.ReasonProbed)
	})
}

func TestDeathAndReturn(t *testing.T) {
	world(t, Options{}, func(t *testing.T, c *Checker, n *network) {
		h := c.Acquire(groupOf(web, 1, a1), Before{})
		pass(25 * time.Second)
		n.kill(a1)
		pass(19 * time.Second) // at most two probes
		wantState(t, h, steering.Up, steering.ReasonProbed)
		pass(11 * time.Second) // at least three
		wantState(t, h, steering.Down, steering.ReasonProbed)
		if got := h.Load(); got.LastDown() != 1 || got.DownAddresses() != 1 {
			t.Errorf("the word after the first flip to down: %s", describe(got))
		}
		n.heal(a1)
		pass(9 * time.Second) // at most one probe
		wantState(t, h, steering.Down, steering.ReasonProbed)
		pass(11 * time.Second) // at least two
		wantState(t, h, steering.Up, steering.ReasonProbed)
		if got := h.Load(); got.LastDown() != 1 || got.DownAddresses() != 0 {
			t.Errorf("the word after the return: %s", describe(got))
		}
	})
}

// Workers that are busy make probes late, and OnStart says by how much.
func TestLatenessOfProbesIsTold(t *testing.T) {
	var late []time.Duration
	opts := Options{Workers: 1, OnStart: func(d time.Duration) { late = append(late, d) }}
	world(t, opts, func(t *testing.T, c *Checker, n *network) {
		n.delay = time.Second
		c.Acquire(groupOf(web, 1, a1, a2), Before{})
		pass(1500 * time.Millisecond) // the second probe is under way
		if len(late) != 2 || late[0] != 0 || late[1] < 900*time.Millisecond || late[1] > time.Second {
			t.Errorf("two probes of a second each, one at a time, were late by %v", late)
		}
	})
}

func TestFlipsAreToldInOrder(t *testing.T) {
	var flips []Flip
	probes := 0
	opts := Options{
		OnProbe: func(Target, Result) { probes++ },
		OnFlip:  func(f Flip) { flips = append(flips, f) },
	}
	world(t, opts, func(t *testing.T, c *Checker, n *network) {
		g := groupOf(web, 1, a1)
		c.Acquire(g, Before{})
		pass(15 * time.Second)
		n.kill(a1)
		pass(40 * time.Second)
		if probes != n.count(a1) {
			t.Errorf("%d probes were told of, of %d", probes, n.count(a1))
		}
		want := []Flip{
			{Target: g.Targets[0], From: steering.New, To: steering.Up, Reason: "connected"},
			{Target: g.Targets[0], From: steering.Up, To: steering.Down, Number: 1, Reason: "connection refused"},
		}
		if len(flips) != len(want) {
			t.Fatalf("%d flips, want %d", len(flips), len(want))
		}
		for i, f := range flips {
			if f.At.IsZero() {
				t.Error("a flip without its time")
			}
			if f.At = (time.Time{}); f != want[i] {
				t.Errorf("flip %d is %+v, want %+v", i, f, want[i])
			}
		}
	})
}

func TestEqualTargetsAreProbedOnce(t *testing.T) {
	world(t, Options{}, func(t *testing.T, c *Checker, n *network) {
		both := c.Acquire(groupOf(web, 1, a1, a2), Before{})
		for range 100 {
			if c.Acquire(groupOf(web, 1, a1, a2), Before{}) != both {
				t.Fatal("equal groups have different words")
			}
		}
		alone := c.Acquire(groupOf(web, 1, a1), Before{})
		pass(105 * time.Second)
		if got := n.count(a1); got < 10 || got > 12 {
			t.Errorf("%d probes in 105 s, every 10 s", got)
		}
		n.kill(a1)
		pass(31 * time.Second)
		wantState(t, alone, steering.Down, steering.ReasonProbed)
		wantState(t, both, steering.Up, steering.ReasonProbed)
		if bits := both.Load().DownAddresses(); bits != 0b01 {
			t.Errorf("down addresses %b, want the first alone", bits)
		}
	})
}

func TestMinAddresses(t *testing.T) {
	world(t, Options{}, func(t *testing.T, c *Checker, n *network) {
		h := c.Acquire(groupOf(web, 2, a1, a2, a3), Before{})
		pass(30 * time.Second)
		n.kill(a2)
		pass(31 * time.Second)
		wantState(t, h, steering.Up, steering.ReasonProbed)
		n.kill(a3)
		pass(31 * time.Second)
		wantState(t, h, steering.Down, steering.ReasonTooFew)
		n.kill(a1)
		pass(31 * time.Second)
		wantState(t, h, steering.Down, steering.ReasonProbed)
		got := h.Load()
		if got.DownAddresses() != 0b111 || got.LastDown() != 2 {
			t.Errorf("it went down by the second flip, with all addresses down at the end: %s", describe(got))
		}
		again := c.Acquire(groupOf(web, 1, a1, a2, a3), Before{}) // min_addresses was changed
		if got := again.Load(); got.LastDown() != 3 {
			t.Errorf("it would have gone down by the third flip: %s", describe(got))
		}
	})
}

func TestReleaseStopsProbing(t *testing.T) {
	world(t, Options{}, func(t *testing.T, c *Checker, n *network) {
		first := c.Acquire(groupOf(web, 1, a1), Before{})
		second := c.Acquire(groupOf(web, 1, a1), Before{})
		pass(15 * time.Second)
		c.Release(first)
		before := n.count(a1)
		pass(20 * time.Second)
		if n.count(a1) == before {
			t.Error("not probed any more, though it is held")
		}
		c.Release(second)
		before = n.count(a1)
		pass(time.Hour)
		if got := n.count(a1); got != before {
			t.Errorf("%d probes after the last release", got-before)
		}
		if left := c.Targets(); len(left) != 0 {
			t.Errorf("%d targets are left", len(left))
		}
		wantState(t, second, steering.Up, steering.ReasonProbed) // an old view may read it yet
		wantState(t, c.Acquire(groupOf(web, 1, a1), Before{}), steering.New, steering.ReasonNone)
	})
}

func TestResultsAfterReleaseComeToNothing(t *testing.T) {
	told := 0
	world(t, Options{OnProbe: func(Target, Result) { told++ }}, func(t *testing.T, c *Checker, n *network) {
		n.delay = time.Second
		h := c.Acquire(groupOf(web, 1, a1), Before{})
		pass(500 * time.Millisecond)
		c.Release(h)
		again := c.Acquire(groupOf(web, 1, a1), Before{})
		pass(700 * time.Millisecond) // the first probe is over, the second isn't
		wantState(t, h, steering.New, steering.ReasonNone)
		wantState(t, again, steering.New, steering.ReasonNone)
		pass(time.Second)
		wantState(t, again, steering.Up, steering.ReasonProbed)
		if told != 1 {
			t.Errorf("%d probes were told of, want that of the second hold alone", told)
		}
	})
}

func TestChangedCheckInheritsTheState(t *testing.T) {
	changed := web
	changed.Path = "/healthz"
	for _, dead := range []bool{false, true} {
		world(t, Options{}, func(t *testing.T, c *Checker, n *network) {
			old := c.Acquire(groupOf(web, 1, a1, a2), Before{})
			pass(15 * time.Second)
			state := steering.Up
			if dead {
				n.kill(a1, a2)
				pass(40 * time.Second)
				state = steering.Down
			}
			h := c.Acquire(groupOf(changed, 1, a1, a2, a3), Before{Word: old})
			c.Release(old)
			wantState(t, h, state, steering.ReasonInherited)
			if got, want := h.Load().LastDown(), old.Load().LastDown(); dead && (got != want || want == 0) {
				t.Errorf("last down %d, the old word's is %d", got, want)
			}
			if bits := h.Load().DownAddresses(); bits>>2 != 1 {
				t.Errorf("down addresses %b: the third is new and must not be taken", bits)
			}
			if dead {
				n.heal(a1)
				n.kill(a3)
			} else {
				n.kill(a1, a2, a3)
			}
			pass(900 * time.Millisecond) // one probe is no verdict
			wantState(t, h, state, steering.ReasonInherited)
			pass(31 * time.Second)
			if got := h.Load().State(); got == state {
				t.Errorf("still %v after the verdict", got)
			}
		})
	}
}

func TestEndBreaksProbesOffWithoutAVerdict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork()
		n.delay = time.Second
		c := New(Options{Prober: n})
		once := web
		once.Fall = 1
		h := c.Acquire(groupOf(once, 1, a1), Before{})
		ctx, stop := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer stop()
		if err := c.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
		wantState(t, h, steering.New, steering.ReasonNone)
		if n.count(a1) != 1 {
			t.Errorf("%d probes had begun, want 1", n.count(a1))
		}
	})
}

// Targets that run into their timeout hold up those that don't only as long as there
// is no worker.
func TestWorkersAreBounded(t *testing.T) {
	world(t, Options{Workers: 2}, func(t *testing.T, c *Checker, n *network) {
		n.delay = time.Second
		var words []*steering.Word
		for i := range 10 {
			words = append(words, c.Acquire(groupOf(web, 1, tcpTarget(i, 1).Address.Addr()), Before{}))
		}
		up := func() (count int) {
			for _, h := range words {
				if h.Load().State().IsUp() {
					count++
				}
			}
			return count
		}
		pass(1100 * time.Millisecond)
		if got := up(); got != 2 {
			t.Errorf("%d are up after the first probes, want 2", got)
		}
		pass(4 * time.Second)
		if got := up(); got != 10 {
			t.Errorf("%d are up after five probes of each worker, want 10", got)
		}
	})
}

func TestStatus(t *testing.T) {
	world(t, Options{}, func(t *testing.T, c *Checker, n *network) {
		n.kill(a2)
		h := c.Acquire(groupOf(web, 1, a2, a1), Before{})
		c.Acquire(groupOf(web, 1, a1), Before{})
		pass(900 * time.Millisecond) // one probe each
		got := c.StatusOf(h)
		if len(got) != 2 || got[0].Target.Address.Addr() != a2 || got[1].Target.Address.Addr() != a1 {
			t.Fatalf("not the group's targets in their order: %+v", got)
		}
		dead, alive := got[0], got[1]
		if dead.State != steering.New || dead.Failures != 1 || dead.Failed != 1 || dead.Groups != 1 || dead.Last.Reason != "connection refused" {
			t.Errorf("the dead one: %+v", dead)
		}
		if alive.State != steering.Up || alive.Successes != 1 || alive.Probes != 1 || alive.Flips != 1 || alive.Groups != 2 || alive.Since != alive.LastAt {
			t.Errorf("the live one: %+v", alive)
		}
		if all := c.Targets(); len(all) != 2 || all[0] != alive || all[1] != dead {
			t.Errorf("not all targets in order: %+v", all)
		}
		c.Release(h)
		if got := c.StatusOf(h); got != nil {
			t.Errorf("the word of what was released has a status: %+v", got)
		}
	})
}
