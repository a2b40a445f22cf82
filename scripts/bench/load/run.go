package load

// A run: flows to one server, by one thread.

import (
	"errors"
	"net/netip"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// Flow is a stream and how it is sent.
type Flow struct {
	Stream Stream
	From   netip.Addr // 127.0.0.1 if not given
	Ports  int        // 8 if 0
	// Window is how many queries are out, together, in a closed loop; 0 for a fixed Rate.
	Window int
	Rate   float64 // queries a second
	// Hostile flows may be answered as the server likes.
	Hostile bool
}

// Options are how long a run is, and who looks on.
type Options struct {
	Warmup, Duration time.Duration
	// Patience is how long an answer is waited for, 1 s if 0.
	Patience time.Duration
	// Observe, if there is one, is called when measuring begins and when it ends.
	Observe func() error
	// Calm lets the thread sleep when there is nothing to do, for up to a millisecond:
	// for servers that share its processor.
	Calm bool
}

// Result is what came of a flow while it was measured.
type Result struct {
	Elapsed  time.Duration
	Sent     uint64 // queries
	Lost     uint64 // of these, those without an answer
	Answers  uint64 // that came in, also to queries of before
	Latency  Histogram
	answered uint64
}

// Rate is answers a second.
func (r *Result) Rate() float64 { return float64(r.Answers) / r.Elapsed.Seconds() }

// Run sends the flows to a server and returns a result for each.
func Run(server netip.AddrPort, flows []Flow, o Options) ([]Result, error) {
	r := run{o: o, results: make([]Result, len(flows))}
	if r.o.Patience == 0 {
		r.o.Patience = time.Second
	}
	defer r.close()
	for i, f := range flows {
		if err := r.add(server, f, &r.results[i]); err != nil {
			return nil, err
		}
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := r.run(); err != nil {
		return nil, err
	}
	for i := range r.results {
		res := &r.results[i]
		res.Elapsed = r.end - r.begin
		res.Lost = res.Sent - res.answered
	}
	return r.results, nil
}

// flow is a Flow under way.
type flow struct {
	Flow
	ports  []*port
	turn   int    // the port whose turn it is, at a fixed rate
	sent   uint64 // at a fixed rate, since the start
	result *Result
}

type run struct {
	o          Options
	flows      []*flow
	results    []Result
	start      time.Time
	now        time.Duration // since start
	begin, end time.Duration // of measuring; 0 before
	polled     []unix.PollFd
}

func (r *run) add(server netip.AddrPort, f Flow, to *Result) error {
	if (f.Window == 0) == (f.Rate == 0) {
		return errors.New("a flow has either a window or a rate")
	}
	if !f.From.IsValid() {
		f.From = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	if f.Ports == 0 {
		f.Ports = 8
	}
	added := &flow{Flow: f, result: to}
	r.flows = append(r.flows, added)
	for range f.Ports {
		b, err := newBatch(f.From, server)
		if err != nil {
			return err
		}
		added.ports = append(added.ports, &port{batch: b})
		r.polled = append(r.polled, unix.PollFd{Fd: int32(b.fd), Events: unix.POLLIN})
	}
	return nil
}

func (r *run) close() {
	for _, f := range r.flows {
		for _, p := range f.ports {
			p.close()
		}
	}
}

func (r *run) measuring() bool { return r.begin != 0 && r.end == 0 }

// run is the loop: note the time, send what is due, take what has come.
func (r *run) run() error {
	r.start = time.Now()
	for {
		r.now = time.Since(r.start)
		if err := r.clock(); err != nil {
			return err
		}
		if r.end != 0 && (r.settled() || r.now > r.end+r.o.Patience) {
			return nil
		}
		busy := false
		for _, f := range r.flows {
			did, err := r.step(f)
			if err != nil {
				return err
			}
			busy = busy || did
		}
		if r.o.Calm && !busy {
			r.rest()
		}
	}
}

// clock begins and ends measuring.
func (r *run) clock() error {
	at := &r.begin
	switch {
	case r.begin == 0 && r.now >= r.o.Warmup:
	case r.measuring() && r.now >= r.begin+r.o.Duration:
		at = &r.end
	default:
		return nil
	}
	if r.o.Observe != nil {
		if err := r.o.Observe(); err != nil {
			return err
		}
	}
	r.now = time.Since(r.start)
	*at = max(1, r.now)
	return nil
}

// settled says whether all queries that were measured are answered.
func (r *run) settled() bool {
	for _, f := range r.flows {
		if !f.Hostile && f.result.answered < f.result.Sent {
			return false
		}
	}
	return true
}

func (r *run) step(f *flow) (busy bool, err error) {
	if r.end == 0 {
		if f.Rate > 0 {
			busy, err = r.pace(f)
		} else {
			busy, err = r.refill(f)
		}
		if err != nil {
			return busy, err
		}
	}
	for _, p := range f.ports {
		n, err := r.receive(f, p)
		if err != nil {
			return busy, err
		}
		busy = busy || n > 0
		p.expire(r.now - r.o.Patience)
	}
	return busy, nil
}

// refill sends, in a closed loop, as many as each port has room for.
func (r *run) refill(f *flow) (busy bool, err error) {
	for _, p := range f.ports {
		n := min(batchSize, f.Window/len(f.ports)-p.out)
		if n <= 0 {
			continue
		}
		for i := range n {
			r.fill(f, p, i, r.now)
		}
		if err := p.send(n); err != nil {
			return true, err
		}
		busy = true
	}
	return busy, nil
}

// pace sends, at a fixed rate, what is due by now, the ports in turn.
func (r *run) pace(f *flow) (busy bool, err error) {
	for range f.ports {
		due := int(r.now.Seconds()*f.Rate) - int(f.sent)
		if due <= 0 {
			return busy, nil
		}
		p := f.ports[f.turn]
		f.turn = (f.turn + 1) % len(f.ports)
		n := min(due, batchSize)
		for i := range n {
			f.sent++
			r.fill(f, p, i, time.Duration(float64(f.sent)/f.Rate*1e9))
		}
		if err := p.send(n); err != nil {
			return true, err
		}
		busy = true
	}
	return busy, nil
}

func (r *run) fill(f *flow, p *port, i int, at time.Duration) {
	p.fill(i, f.Stream, at, r.measuring())
	if r.measuring() {
		f.result.Sent++
	}
}

func (r *run) receive(f *flow, p *port) (int, error) {
	n, err := p.receive()
	if n == 0 || err != nil {
		return n, err
	}
	now := time.Since(r.start)
	for i := range n {
		q, err := p.take(p.packet(i), f.Stream)
		switch {
		case f.Hostile && err != nil:
		case err != nil:
			return n, err
		case q.measured && !q.late:
			f.result.answered++
			f.result.Latency.Add(now - q.at)
		}
		if r.measuring() {
			f.result.Answers++
		}
	}
	return n, nil
}

// rest waits for an answer or the next query that is due.
func (r *run) rest() {
	wait := time.Millisecond
	for _, f := range r.flows {
		if f.Rate > 0 && r.end == 0 {
			next := time.Duration(float64(f.sent+1) / f.Rate * 1e9)
			wait = min(wait, max(0, next-time.Since(r.start)))
		}
	}
	timeout := unix.NsecToTimespec(int64(wait))
	_, _ = unix.Ppoll(r.polled, &timeout, nil)
}
