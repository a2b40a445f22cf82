package healthcheck

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"meridian/config"
)

// A schedule is driven here by hand: simulate pops what is due, and every probe
// takes as long as cost says.
type simulation struct {
	schedule schedule
	now      time.Time
	workers  int
	cost     time.Duration
	running  []*target // in the order in which they started
	starts   map[*target][]time.Time
}

func newSimulation(targets int, interval time.Duration, workers int) *simulation {
	s := &simulation{now: noon, workers: workers, starts: map[*target][]time.Time{}}
	s.schedule.random = rand.New(rand.NewPCG(1, 2)).Float64
	for i := range targets {
		t := &target{targetKey: keyOf(tcpTarget(i, interval))}
		t.index = -1
		s.schedule.add(t, s.now)
	}
	return s
}

func tcpTarget(i int, interval time.Duration) Target {
	addr := netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
	return NewTarget(config.Check{Kind: "tcp", Port: 1, Interval: config.Duration(interval)}, addr, "")
}

// run goes on for d, in steps short against everything else.
func (s *simulation) run(d time.Duration) {
	const step = 5 * time.Millisecond
	for end := s.now.Add(d); s.now.Before(end); s.now = s.now.Add(step) {
		for len(s.running) > 0 && s.now.Sub(s.lastStart(s.running[0])) >= s.cost {
			s.schedule.again(s.running[0], s.now)
			s.running = s.running[1:]
		}
		if s.now.Before(s.schedule.wake) && (len(s.schedule.queue) == 0 || s.schedule.time(s.schedule.queue[0].due).After(s.now)) {
			continue // neither timer nor nudge
		}
		started, _ := s.schedule.pop(s.now, s.workers-len(s.running))
		for _, t := range started {
			s.starts[t] = append(s.starts[t], s.now)
		}
		s.running = append(s.running, started...)
	}
}

func (s *simulation) lastStart(t *target) time.Time { return s.starts[t][len(s.starts[t])-1] }

// most is the largest number of probes that started within any of the windows from
// a moment on.
func (s *simulation) most(from time.Time, window time.Duration) int {
	counts := map[int64]int{}
	most := 0
	for _, starts := range s.starts {
		for _, at := range starts {
			if !at.Before(from) {
				n := int64(at.Sub(from) / window)
				counts[n]++
				most = max(most, counts[n])
			}
		}
	}
	return most
}

func TestScheduleSpreadsProbesOverTheInterval(t *testing.T) {
	s := newSimulation(1000, 10*time.Second, 1000)
	s.run(time.Second + 100*time.Millisecond)
	if len(s.starts) != 1000 {
		t.Errorf("%d of 1000 first probes have started within a tenth of the interval", len(s.starts))
	}
	if n := s.most(noon, 100*time.Millisecond); n > 200 {
		t.Errorf("%d of 1000 first probes started within a tenth of a second", n)
	}
	s.run(10 * time.Second) // the second probes find their phase
	settled := s.now
	s.run(60 * time.Second)
	if n := s.most(settled, time.Second); n > 150 { // 100 on average
		t.Errorf("%d of 1000 probes at 10s started within one second", n)
	}
	for target, starts := range s.starts {
		for i := 2; i < len(starts); i++ {
			if gap := starts[i].Sub(starts[i-1]); gap < 9990*time.Millisecond || gap > 10010*time.Millisecond {
				t.Fatalf("%s was probed %v after the last time", target.target(), gap)
			}
		}
	}
}

func TestScheduleProbesALoneTargetAtOnce(t *testing.T) {
	s := newSimulation(1, time.Hour, 1)
	s.run(10 * time.Millisecond)
	if len(s.starts) != 1 {
		t.Error("the first probe has not started within 10 ms")
	}
}

// A paused machine comes back: what fell due meanwhile must not be probed all at once.
func TestScheduleSkipsAfterAStall(t *testing.T) {
	for _, paused := range []time.Duration{3 * time.Second, 9 * time.Second, time.Minute, 24 * time.Hour} {
		t.Run(fmt.Sprint(paused), func(t *testing.T) {
			s := newSimulation(1000, 10*time.Second, 1000)
			s.run(30 * time.Second)
			s.now = s.now.Add(paused)
			back := s.now
			s.run(10*time.Second + 10*time.Millisecond)
			if n := s.most(back, time.Second); n > 150 {
				t.Errorf("%d of 1000 probes started within one second", n)
			}
			for target := range s.starts {
				if s.lastStart(target).Before(back) {
					t.Fatalf("%s was not probed within an interval after the pause", target.target())
				}
			}
		})
	}
}

// With too few workers everyone is probed more rarely, and nobody not at all.
func TestScheduleIsFairWhenWorkersAreTooFew(t *testing.T) {
	s := newSimulation(100, time.Second, 10)
	s.cost = 500 * time.Millisecond // 20 a second, where 100 are wanted
	s.run(60 * time.Second)
	for target, starts := range s.starts {
		if n := len(starts); n < 10 || n > 14 {
			t.Errorf("%s was probed %d times, its share is 12", target.target(), n)
		}
	}
}

// A probe that runs into its own next slot lets that slot pass; one that is over
// just as the slot begins doesn't.
func TestScheduleSlotsWhileProbing(t *testing.T) {
	tests := []struct {
		cost time.Duration
		want int // probes in 60 intervals
	}{
		{0, 60},
		{time.Second, 60},             // the timeout may be the interval
		{1500 * time.Millisecond, 30}, // each second slot passes
	}
	for _, tt := range tests {
		s := newSimulation(1, time.Second, 1)
		s.cost = tt.cost
		s.run(60 * time.Second)
		for _, starts := range s.starts {
			if n := len(starts); n < tt.want-2 || n > tt.want+2 {
				t.Errorf("probes of %v every second: %d in a minute, want about %d", tt.cost, n, tt.want)
			}
		}
	}
}

func TestScheduleForgetsWhatIsRemoved(t *testing.T) {
	s := newSimulation(3, time.Second, 3)
	waiting := s.schedule.queue[1]
	s.schedule.remove(waiting)
	s.schedule.remove(waiting) // as when its probe is under way
	s.run(5 * time.Second)
	if len(s.starts) != 2 || s.starts[waiting] != nil || s.schedule.first != 0 {
		t.Errorf("%d targets were probed, %d wait for their first probe", len(s.starts), s.schedule.first)
	}
}
