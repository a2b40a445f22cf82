package scale

// flood: what more queries than can be answered do to health checks: whether probes begin
// in time, whether anything flips without a reason, and how soon a flip is in answers.

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"meridian/scripts/bench/load"
	"meridian/scripts/bench/process"
	"meridian/scripts/bench/results"
)

const (
	endpoints = 8
	flipping  = 4 // of these, others must not flip
	rise      = 2
	fall      = 2
	// after is how long answers are looked at after a flip: those that were under way may
	// come in any order.
	after = 300 * time.Millisecond
)

// The rows.
const (
	quiet = "meridian, 1,000 queries a second"
	// Flooded is the row of ours in the flood.
	Flooded = "meridian, in the flood"
)

// Flood measures health checks first at ease, then in a flood.
func Flood(s *Stage) (*results.Section, error) {
	f, err := s.startFlood()
	if err != nil {
		return nil, err
	}
	defer f.close()
	section := &results.Section{}
	for _, part := range []struct {
		name   string
		flow   load.Flow
		length time.Duration
	}{
		{quiet, load.Flow{Rate: 1000}, of(s, 10*time.Second, time.Minute)},
		{Flooded, load.Flow{Window: 256}, of(s, 20*time.Second, 10*time.Minute)},
	} {
		v, err := f.measure(part.flow, part.length)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", part.name, err)
		}
		section.Add(part.name, v)
	}
	return section, nil
}

// flood is a server whose endpoints are checked each second.
type flood struct {
	*Stage
	server    *running
	metrics   string
	endpoints []*endpoint
	stream    *flips
}

func (f *flood) close() {
	closeAll(f.endpoints)
	if f.server != nil {
		_ = f.server.Stop()
	}
}

// startFlood starts everything and waits until all is up.
func (s *Stage) startFlood() (_ *flood, err error) {
	f := &flood{Stage: s}
	defer func() {
		if err != nil {
			f.close()
		}
	}()
	var port, metrics uint16
	if f.endpoints, port, err = newEndpoints(endpoints); err != nil {
		return nil, err
	}
	if metrics, err = process.FreePort(); err != nil {
		return nil, err
	}
	f.metrics = fmt.Sprintf("127.0.0.1:%d", metrics)
	dir, err := s.folder("meridian")
	if err != nil {
		return nil, err
	}
	if f.server, err = s.start(s.ours("--workers", "2", "--metrics", f.metrics), dir, nil); err != nil {
		return nil, err
	}
	if err := s.await(f.server); err != nil {
		return nil, err
	}
	if err := f.apply(dir, port); err != nil {
		return nil, err
	}
	return f, f.allUp()
}

// spare is what a name has while its endpoint is down.
var spare = netip.MustParseAddr("127.0.9.200")

// apply makes a name for each endpoint: it has the endpoint's address while that is up.
func (f *flood) apply(dir string, port uint16) error {
	var b strings.Builder
	fmt.Fprintf(&b, `regions:
  near: {location: aws:eu-west-1}
  far: {location: aws:us-east-1}
checks:
  web: {kind: http, port: %d, interval: 1s, timeout: 1s, rise: %d, fall: %d}
zones:
  flood.test:
    file: zone
    steered:
`, port, rise, fall)
	var names []string
	var first []netip.Addr
	for i, e := range f.endpoints {
		fmt.Fprintf(&b, `      f%d:
        policy: failover
        endpoints:
          near: {addresses: [%s], check: web}
          far: {addresses: [%s], tier: 2}
`, i, e.addr, spare)
		names, first = append(names, fmt.Sprintf("f%d.flood.test.", i)), append(first, e.addr)
	}
	if err := write(dir, "zone", "$ORIGIN flood.test.\n$TTL 300\n@ SOA ns host 1 3600 600 86400 300\n@ NS ns\nns A 127.0.0.1\n"); err != nil {
		return err
	}
	if err := write(dir, "manifest.yaml", "%s", b.String()); err != nil {
		return err
	}
	if _, err := f.command(f.Meridian, "apply", "-f", dir+"/manifest.yaml", "--server", admin(dir)); err != nil {
		return err
	}
	var err error
	f.stream, err = newFlips(names, first, spare)
	return err
}

// allUp waits until every target has been probed often enough.
func (f *flood) allUp() error {
	for _, e := range f.endpoints {
		select {
		case <-e.turn(false, rise+1):
		case <-time.After(time.Minute):
			return errors.New("an endpoint wasn't probed for a minute")
		case <-f.Ctx.Done():
			return f.Ctx.Err()
		}
	}
	return nil
}

// measure has some endpoints fail and come back, again and again, while there are queries.
func (f *flood) measure(flow load.Flow, length time.Duration) (results.Values, error) {
	before, err := scrape(f.metrics)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(f.Ctx, length-5*time.Second) // what has begun is ended
	defer cancel()
	var group sync.WaitGroup
	var mu sync.Mutex
	var took []time.Duration
	var failures []error
	for i := range flipping {
		group.Go(func() {
			all, err := f.flip(ctx, i)
			mu.Lock()
			defer mu.Unlock()
			took = append(took, all...)
			failures = append(failures, err)
		})
	}
	flow.Stream = f.stream
	cpu, err := f.server.CPU()
	if err != nil {
		return nil, err
	}
	got, err := load.Run(f.server.addr, []load.Flow{flow}, load.Options{Duration: length, Calm: flow.Rate > 0})
	cancel()
	group.Wait()
	if err = errors.Join(append(failures, err)...); err != nil {
		return nil, err
	}
	later, err := scrape(f.metrics)
	if err != nil {
		return nil, err
	}
	used, err := f.server.CPU()
	if err != nil {
		return nil, err
	}
	return f.found(took, &got[0], before, later, used-cpu), nil
}

// found are a part's values.
func (f *flood) found(took []time.Duration, r *load.Result, before, later metricValues, cpu time.Duration) results.Values {
	v := results.Values{"qps": r.Rate(), "busy": 100 * cpu.Seconds() / r.Elapsed.Seconds(), "flips": float64(len(took))}
	slices.Sort(took)
	if n := len(took); n > 0 {
		v["flip-p50"], v["flip-p99"], v["flip-most"] = millis(took[n/2]), millis(took[min(n-1, n*99/100)]), millis(took[n-1])
	}
	flipped := later.sum("meridian_flips_total") - before.sum("meridian_flips_total")
	v["false"] = flipped - float64(len(took))
	late := later.buckets("meridian_check_lateness_seconds").minus(before.buckets("meridian_check_lateness_seconds"))
	v["probes"], v["late-p50"], v["late-p99"] = late.count(), 1000*late.quantile(.5), 1000*late.quantile(.99)
	v["due"] = endpoints * r.Elapsed.Seconds()
	return v
}

// flip has one endpoint fail and come back until ctx ends, and returns how long after the
// last answer that was needed all DNS answers were changed.
func (f *flood) flip(ctx context.Context, i int) (took []time.Duration, err error) {
	for ctx.Err() == nil {
		for _, up := range []bool{false, true} {
			times := fall
			if up {
				times = rise
			}
			d, err := f.turn(i, up, times)
			if err != nil {
				return nil, fmt.Errorf("endpoint %d: %w", i, err)
			}
			took = append(took, d)
		}
	}
	return took, nil
}

// turn waits for one flip.
func (f *flood) turn(i int, up bool, times int) (time.Duration, error) {
	const most = 10 * time.Second
	select {
	case <-f.endpoints[i].turn(!up, times):
	case <-time.After(most):
		return 0, fmt.Errorf("there weren't %d probes in %s", times, most)
	}
	decided := f.endpoints[i].decided()
	for {
		time.Sleep(after)
		own, since, _ := f.stream.state(i)
		switch {
		case own == up && since.Before(decided):
			return 0, fmt.Errorf("it flipped %s before its last probe was answered", decided.Sub(since))
		case own == up:
			return since.Sub(decided), nil
		case time.Since(decided) > most:
			return 0, fmt.Errorf("no answer has changed in %s", most)
		}
	}
}

// FloodTable is flood's.
func FloodTable(s *results.Section) string {
	return results.Table(s, "", results.Metric("answers a second", "qps"), results.Metric("processors busy with the server, %", "busy"),
		results.Metric("probes", "probes"), results.Metric("were due", "due"), results.Metric("begun late: p50, ms", "late-p50"), results.Metric("p99, ms", "late-p99"),
		results.Metric("flips", "flips"), results.Metric("without reason", "false"),
		results.Metric("seen after the probe: p50, ms", "flip-p50"), results.Metric("p99, ms", "flip-p99"), results.Metric("most, ms", "flip-most"))
}
