package healthcheck

// The schedule: which target is probed when. One heap by due time, no timer per
// target. It is told the time and starts nothing itself.
//
// Each target has slots, one interval apart, whose phase is drawn at random: so
// probes spread over the interval and stay spread. A target is in the heap while it
// waits and out of it while it is being probed, so a probe that runs into its own
// next slot lets that slot pass.
//
//	slots   ──┬─────────┬─────────┬─────────┬──   interval 10 s
//	probes    ▣▣        ▣▣▣▣▣▣▣▣▣▣▣▣▣       ▣     the third slot passes
//
// Lateness never turns into a burst: a slot that was missed by over a quarter of the
// interval passes, and after a stall of the whole process (a paused machine) all
// that fell due in it wait for their next slot.

import (
	"container/heap"
	"time"
)

const (
	// A timer that comes this late, at least, means that the process stood still.
	stall = 250 * time.Millisecond
	// While all workers are busy the loop looks in this often, so that a stall is seen
	// then too.
	heartbeat = 100 * time.Millisecond
	// First probes of targets that come together are spread by this much each, within
	// a tenth of the interval.
	firstSpacing = time.Millisecond
	// With nothing to do the loop sleeps for this long, or until it is nudged.
	idle = time.Hour
)

// schedule is guarded by the checker's mutex.
type schedule struct {
	queue  queue
	epoch  time.Time      // when it got its first target
	wake   time.Time      // when the loop said that it would be back
	first  int            // targets that wait for their first probe
	random func() float64 // from [0, 1)
}

// timing is a target's part in the schedule.
type timing struct {
	slot  time.Duration // the slot that due belongs to, since the epoch
	due   time.Duration
	index int32 // in the queue, -1 outside
	fresh bool  // waits for its first probe
}

// add puts in a target whose first probe is to be soon: at once when it comes
// alone, spread out when many come together. Its slots get a phase of their own.
func (s *schedule) add(t *target, now time.Time) {
	if s.epoch.IsZero() {
		s.epoch = now
	}
	t.fresh = true
	s.placeFirst(t, now, s.first)
	s.first++
	heap.Push(&s.queue, t)
}

// placeFirst gives t its first place, behind the ahead others that wait for theirs.
func (s *schedule) placeFirst(t *target, now time.Time, ahead int) {
	interval := t.interval()
	wait := time.Duration(ahead)*firstSpacing + s.within(firstSpacing)
	if wait > interval/10 {
		wait = s.within(interval / 10)
	}
	t.due = now.Sub(s.epoch) + wait
	t.slot = t.due - s.within(interval*9/10)
}

// time is that of a target's slot or due.
func (s *schedule) time(since time.Duration) time.Time { return s.epoch.Add(since) }

func (t *target) interval() time.Duration { return t.settings.Value().Interval }

func (s *schedule) within(d time.Duration) time.Duration {
	return time.Duration(s.random() * float64(d))
}

// again puts a target back after its probe.
func (s *schedule) again(t *target, now time.Time) {
	advance(t, now.Sub(s.epoch), t.interval()/4)
	heap.Push(&s.queue, t)
}

// remove takes a target out, if it is in.
func (s *schedule) remove(t *target) {
	if t.index >= 0 {
		heap.Remove(&s.queue, int(t.index))
	}
	s.started(t)
}

// started ends a target's wait for its first probe.
func (s *schedule) started(t *target) {
	if t.fresh {
		t.fresh = false
		s.first--
	}
}

// begin spreads what has waited for the loop to start: it is no stall.
func (s *schedule) begin(now time.Time) {
	s.wake = time.Time{}
	for i, t := range s.queue {
		if t.fresh {
			s.placeFirst(t, now, i)
		} else {
			advance(t, now.Sub(s.epoch), 0)
		}
	}
	heap.Init(&s.queue)
}

// advance moves t to its next slot: the one after the last, or if that is over by
// more than grace, the first that is yet to come.
func advance(t *target, now, grace time.Duration) {
	interval := t.interval()
	t.slot += interval
	if behind := now - t.slot; behind > grace {
		t.slot += (behind/interval + 1) * interval
	}
	t.due = max(t.slot, now)
}

// pop takes out what is to be started now, at most free targets, those that are due
// longest first, and says when to come back at the latest.
func (s *schedule) pop(now time.Time, free int) (start []*target, wake time.Time) {
	late := time.Duration(0)
	if !s.wake.IsZero() {
		late = now.Sub(s.wake)
	}
	s.wake = now.Add(idle)
	for len(s.queue) > 0 {
		t := s.queue[0]
		if due := s.time(t.due); due.After(now) {
			s.wake = due
			break
		}
		if late > max(stall, t.interval()/4) && !t.fresh {
			advance(t, now.Sub(s.epoch), 0)
			heap.Fix(&s.queue, 0)
			continue
		}
		if len(start) == free {
			s.wake = now.Add(heartbeat)
			break
		}
		heap.Pop(&s.queue)
		s.started(t)
		start = append(start, t)
	}
	return start, s.wake
}

// queue is a heap by due time.
type queue []*target

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].due < q[j].due }
func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = int32(i), int32(j)
}

func (q *queue) Push(x any) {
	t := x.(*target)
	t.index = int32(len(*q))
	*q = append(*q, t)
}

func (q *queue) Pop() any {
	last := len(*q) - 1
	t := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	t.index = -1
	return t
}
