package alias

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"

	"meridian/view"
	"meridian/wire"
)

var target = wire.MustParseName("lb.example.net.")

// script is a fake of all resolvers: it says what it is told to say, and counts.
type script struct {
	mu    sync.Mutex
	says  map[string]string // by "name TYPE": records, NXDOMAIN, SERVFAIL or NETWORK
	takes time.Duration     // for each question
	asked []string
	busy  int
	most  int // under way at a time
}

func (s *script) say(question, answer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.says == nil {
		s.says = map[string]string{}
	}
	s.says[question] = answer
}

// questions returns how often was asked since the last call.
func (s *script) questions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.asked)
	s.asked = nil
	return n
}

func (s *script) Exchange(ctx context.Context, name wire.Name, typ uint16) (*dns.Msg, error) {
	question := name.String() + " " + dns.TypeToString[typ]
	s.mu.Lock()
	s.busy++
	s.most = max(s.most, s.busy)
	s.asked = append(s.asked, question)
	answer := s.says[question]
	s.mu.Unlock()
	time.Sleep(s.takes)
	s.mu.Lock()
	s.busy--
	s.mu.Unlock()
	reply := new(dns.Msg)
	switch answer {
	case "NETWORK":
		return nil, networkError{errors.New("no route")}
	case "SERVFAIL":
		return nil, errors.New("it says SERVFAIL")
	case "NXDOMAIN":
		reply.Rcode = dns.RcodeNameError
	}
	if reply.Rcode == dns.RcodeNameError || answer == "" {
		soa, _ := dns.NewRR("example.net. 60 SOA a b 1 2 3 4 30")
		reply.Ns = append(reply.Ns, soa)
		return reply, nil
	}
	for line := range strings.SplitSeq(answer, "\n") {
		rr, err := dns.NewRR(line)
		if err != nil {
			return nil, err
		}
		if rr.Header().Rrtype == dns.TypeNS {
			reply.Ns = append(reply.Ns, rr)
		} else {
			reply.Answer = append(reply.Answer, rr)
		}
	}
	return reply, nil
}

// running runs f beside a Resolver in a bubble of fake time. Look-ups are spread as
// little as can be: each at three quarters of its time.
func running(t *testing.T, s *script, f func(r *Resolver)) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		r := New(Options{Exchanger: s, Rand: func() float64 { return 0 }})
		done := make(chan error)
		go func() { done <- r.Run(ctx) }()
		f(r)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// after lets time pass, and all that is due in it happen.
func after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// show is what a cell says now.
func show(c *view.Cell) string {
	found := c.Load()
	if found == nil {
		return "not resolved"
	}
	text := "nothing"
	if !found.Set.IsZero() {
		text = fmt.Sprint(found.Set.TTL())
		for _, rdata := range found.Set.RDATA(wire.Root) {
			text += fmt.Sprintf(" %d.%d.%d.%d", rdata[0], rdata[1], rdata[2], rdata[3])
		}
	}
	if time.Now().UnixMilli() > found.Until {
		text += ", stale"
	}
	if found.NetworkError {
		text += ", network error"
	}
	return text
}

func wants(t *testing.T, c *view.Cell, want string) {
	t.Helper()
	if got := show(c); got != want {
		t.Errorf("the cell says %s, want %s", got, want)
	}
}

// TestRefreshedBeforeItExpires: a name is looked up at once, and again before its TTL ends.
func TestRefreshedBeforeItExpires(t *testing.T) {
	s := &script{}
	s.say("lb.example.net. A", "lb.example.net. 60 A 192.0.2.1")
	running(t, s, func(r *Resolver) {
		c := r.Acquire(target, dns.TypeA)
		wants(t, c, "not resolved")
		after(0)
		wants(t, c, "60 192.0.2.1")
		s.say("lb.example.net. A", "lb.example.net. 60 A 192.0.2.3\nlb.example.net. 30 A 192.0.2.2")
		after(44 * time.Second)
		wants(t, c, "60 192.0.2.1")
		after(time.Second)
		wants(t, c, "30 192.0.2.2 192.0.2.3")
		if n := s.questions(); n != 2 {
			t.Errorf("%d questions", n)
		}
	})
}

// TestLastKnownGoodIsKept: whatever becomes of the target, what it had stays, stale once
// its TTL has ended; and failures are asked less and less often, up to once a minute.
func TestLastKnownGoodIsKept(t *testing.T) {
	for _, test := range []struct{ failure, want string }{
		{"SERVFAIL", "60 192.0.2.1, stale"},
		{"NETWORK", "60 192.0.2.1, stale, network error"},
		{"NXDOMAIN", "60 192.0.2.1, stale"},
	} {
		s := &script{}
		s.say("lb.example.net. A", "lb.example.net. 60 A 192.0.2.1")
		running(t, s, func(r *Resolver) {
			c := r.Acquire(target, dns.TypeA)
			after(0)
			s.say("lb.example.net. A", test.failure)
			after(61 * time.Second)
			wants(t, c, test.want)
			after(7 * 24 * time.Hour)
			wants(t, c, test.want)
			s.questions()
			after(time.Hour)
			if n := s.questions(); n != 80 { // every 45 s, three quarters of a minute
				t.Errorf("%s: %d questions in an hour", test.failure, n)
			}
			s.say("lb.example.net. A", "lb.example.net. 60 A 192.0.2.9")
			after(time.Minute)
			wants(t, c, "60 192.0.2.9")
		})
	}
}

// TestNothingThere: a type that the target never had is nothing, and a type that is gone
// while the name stays is gone; both for the negative TTL.
func TestNothingThere(t *testing.T) {
	s := &script{}
	s.say("lb.example.net. AAAA", "NXDOMAIN")
	s.say("lb.example.net. A", "lb.example.net. 60 A 192.0.2.1")
	running(t, s, func(r *Resolver) {
		never, gone := r.Acquire(target, dns.TypeAAAA), r.Acquire(target, dns.TypeA)
		after(0)
		wants(t, never, "nothing")
		s.say("lb.example.net. A", "")
		after(46 * time.Second)
		wants(t, gone, "nothing")
		wants(t, never, "nothing")
		s.say("lb.example.net. A", "lb.example.net. 60 A 192.0.2.1")
		after(23 * time.Second)
		wants(t, gone, "60 192.0.2.1")
	})
}

// TestNeverResolved: while nothing is known the cell says so, and the retries go from a
// second to a minute.
func TestNeverResolved(t *testing.T) {
	s := &script{}
	s.say("lb.example.net. A", "NETWORK")
	running(t, s, func(r *Resolver) {
		c := r.Acquire(target, dns.TypeA)
		after(0)
		for i, pause := range []int{750, 1500, 3000, 6000, 12000, 24000, 45000, 45000} {
			s.questions()
			after(time.Duration(pause)*time.Millisecond - 1)
			before := s.questions()
			after(1)
			if n := s.questions(); before != 0 || n != 1 {
				t.Errorf("retry %d: %d questions before its time and %d at it", i, before, n)
			}
		}
		wants(t, c, "not resolved")
	})
}

// TestTTLsAreBounded: between five seconds and a day.
func TestTTLsAreBounded(t *testing.T) {
	s := &script{}
	s.say("lb.example.net. A", "lb.example.net. 0 A 192.0.2.1")
	s.say("long.example.net. A", "long.example.net. 604800 A 192.0.2.2")
	running(t, s, func(r *Resolver) {
		short, long := r.Acquire(target, dns.TypeA), r.Acquire(wire.MustParseName("long.example.net."), dns.TypeA)
		after(0)
		wants(t, short, "5 192.0.2.1")
		wants(t, long, "86400 192.0.2.2")
		s.questions()
		after(15 * time.Second)
		if n := s.questions(); n != 4 { // every 3.75 s
			t.Errorf("%d questions", n)
		}
	})
}

// TestSharedAndReleased: one cell for all who want the same, asked for until the last
// has let go; who comes back later finds a new one.
func TestSharedAndReleased(t *testing.T) {
	s := &script{takes: time.Second}
	s.say("lb.example.net. A", "lb.example.net. 60 A 192.0.2.1")
	running(t, s, func(r *Resolver) {
		one, two := r.Acquire(target, dns.TypeA), r.Acquire(target, dns.TypeA)
		if one != two || r.Acquire(target, dns.TypeAAAA) == one || r.Len() != 2 {
			t.Errorf("%d names are wanted", r.Len())
		}
		after(time.Second)
		r.Release(target, dns.TypeA)
		r.Release(target, dns.TypeAAAA)
		s.questions()
		after(time.Minute)
		if n := s.questions(); n != 1 {
			t.Errorf("%d questions while one is left that wants it", n)
		}
		after(30*time.Second - 500*time.Millisecond)
		s.say("lb.example.net. A", "lb.example.net. 60 A 192.0.2.2")
		after(2 * time.Second) // a look-up is under way
		r.Release(target, dns.TypeA)
		after(time.Hour)
		wants(t, one, "60 192.0.2.1, stale")
		if n := s.questions(); n != 1 || r.Len() != 0 {
			t.Errorf("%d questions, %d wanted after the last release", n, r.Len())
		}
		if r.Acquire(target, dns.TypeA) == one {
			t.Error("a new wish has the old cell")
		}
		after(time.Second)
	})
}

// TestFewAtATime: a thousand names that come at once are looked up a few at a time, by
// one goroutine while none is due.
func TestFewAtATime(t *testing.T) {
	s := &script{takes: 10 * time.Millisecond}
	running(t, s, func(r *Resolver) {
		var cells []*view.Cell
		for i := range 1000 {
			cells = append(cells, r.Acquire(wire.MustParseName(fmt.Sprintf("n%d.example.net.", i)), dns.TypeA))
		}
		after(700 * time.Millisecond)
		for _, c := range cells {
			wants(t, c, "nothing")
		}
		if s.most != maxBusy || s.questions() != 1000 {
			t.Errorf("%d under way at a time", s.most)
		}
	})
}

// TestStopsInTheMiddle: Run ends with its context, whatever is under way.
func TestStopsInTheMiddle(t *testing.T) {
	s := &script{takes: time.Hour}
	running(t, s, func(r *Resolver) {
		r.Acquire(target, dns.TypeA)
		after(time.Minute)
	})
}
