package scale

// gc: what a thousand changes a second do to answers, in a zone of a million names. Each
// change leaves garbage, whose collector has the whole zone to go through.

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"meridian/scripts/bench/load"
	"meridian/scripts/bench/process"
	"meridian/scripts/bench/results"
	"meridian/scripts/bench/scale/world"
)

// The rows.
const (
	Without = "without changes"
	With    = "with changes"
	// elsewhere has the same work done by another process: what there is of With and not of
	// this is the server's own doing, and not that of too few processors.
	elsewhere = "with changes to another meridian"
)

const (
	steadyRate = 20_000 // queries a second
	changeRate = 1_000  // changes a second
	longTime   = time.Millisecond
)

// Collector measures answers without changes and with them, in turn.
func Collector(s *Stage) (*results.Section, error) {
	names := of(s, world.Million/10, world.Million)
	dir, err := s.filled(names)
	if err != nil {
		return nil, err
	}
	other, err := s.folder("other")
	if err != nil {
		return nil, err
	}
	if err := os.CopyFS(filepath.Join(other, "data"), os.DirFS(filepath.Join(dir, "data"))); err != nil {
		return nil, err
	}
	var servers []*running
	for _, dir := range []string{dir, other} {
		if err := os.Chmod(filepath.Join(dir, "data"), 0o700); err != nil {
			return nil, err
		}
		r, err := s.start(s.ours(), dir, nil, all(names, 0)...)
		if err != nil {
			return nil, err
		}
		defer r.Stop()
		if err := s.await(r); err != nil {
			return nil, err
		}
		if _, err := s.settled(r.Process); err != nil {
			return nil, err
		}
		servers = append(servers, r)
	}
	section := &results.Section{}
	for round := range s.Rounds {
		for _, row := range []struct {
			name    string
			changed *running
		}{{Without, nil}, {With, servers[0]}, {elsewhere, servers[1]}} {
			v, err := s.steady(servers[0], row.changed, names)
			if err != nil {
				return nil, fmt.Errorf("%s, round %d: %w", row.name, round+1, err)
			}
			section.Add(row.name, v)
		}
	}
	return section, nil
}

// filled is a folder of ours with a number of names.
func (s *Stage) filled(names int) (dir string, err error) {
	if dir, err = s.folder("meridian"); err != nil {
		return "", err
	}
	data, err := s.folder("meridian/data")
	if err != nil {
		return "", err
	}
	fill, err := s.Build("fill")
	if err != nil {
		return "", err
	}
	_, err = s.command(fill, "-data", data, "-names", fmt.Sprint(names))
	return dir, err
}

// steady asks at a fixed rate while names of a server, if there is one, change. The generator and
// the changer share a processor, which the server may use too.
func (s *Stage) steady(r, changing *running, names int) (v results.Values, err error) {
	length, before := of(s, 3*time.Second, 20*time.Second), 500*time.Millisecond
	if err := process.PinSelf(processors[0]); err != nil {
		return nil, err
	}
	defer func() {
		if again := process.PinSelf(processors...); err == nil {
			err = again
		}
	}()
	var report world.Report
	changed := make(chan error, 1)
	go func() {
		if changing == nil {
			changed <- nil
			return
		}
		var err error
		report, err = s.changes(changing, "-names", fmt.Sprint(names), "-rate", fmt.Sprint(changeRate), "-for", (before + length + time.Second).String())
		changed <- err
	}()
	v, err = s.asked(r, names, before, length)
	if missed := <-changed; err == nil {
		err = missed
	}
	if err == nil && changing != nil {
		v["changes"], v["ack"] = report.PerSecond, millis(report.P50)
	}
	return v, err
}

// asked asks for names at random, those that change among them.
func (s *Stage) asked(r *running, names int, before, length time.Duration) (results.Values, error) {
	look, err := newStamps(r.addr.Port())
	if err != nil {
		return nil, err
	}
	begun := false
	var took []time.Duration
	var missed int
	// Stamps are of what is measured alone.
	observe := func() (err error) {
		if !begun {
			begun = true
			look.begin()
			return nil
		}
		took, missed, err = look.stop()
		return err
	}
	flow := load.Flow{Stream: load.NewNames(names, world.Name, nil, load.Echo()), Rate: steadyRate}
	all, err := load.Run(r.addr, []load.Flow{flow}, load.Options{Warmup: before, Duration: length, Calm: true, Observe: observe})
	if err != nil {
		return nil, err
	}
	slices.Sort(took)
	v := inServer(took)
	v["missed"] = float64(missed)
	v["lost"] = float64(all[0].Lost)
	for share, name := range map[float64]string{.5: "client-p50", .99: "client-p99", .999: "client-p999"} {
		v[name] = micros(all[0].Latency.Quantile(share))
	}
	return v, nil
}

// inServer are quantiles of sorted times, and their histogram.
func inServer(took []time.Duration) results.Values {
	v := results.Values{"answers": float64(len(took))}
	if len(took) == 0 {
		return v
	}
	at := func(share float64) float64 { return micros(took[min(len(took)-1, int(share*float64(len(took))))]) }
	v["p50"], v["p90"], v["p99"], v["p999"], v["most"] = at(.5), at(.9), at(.99), at(.999), at(1)
	below := 0
	for _, bound := range bounds {
		n, _ := slices.BinarySearch(took, bound)
		v[bar(bound)] = 100 * float64(n-below) / float64(len(took))
		below = n
	}
	v[bar(0)] = 100 * float64(len(took)-below) / float64(len(took))
	n, _ := slices.BinarySearch(took, longTime)
	v["slow"] = 100 * float64(len(took)-n) / float64(len(took))
	return v
}

// bounds are those of a histogram's bars.
var bounds = []time.Duration{
	16 * time.Microsecond, 32 * time.Microsecond, 64 * time.Microsecond, 128 * time.Microsecond, 256 * time.Microsecond, 512 * time.Microsecond,
	time.Millisecond, 2 * time.Millisecond, 4 * time.Millisecond, 8 * time.Millisecond,
}

// bar is the name of a bar: that below a bound, or (0) above all of them.
func bar(bound time.Duration) string {
	if bound == 0 {
		return "over"
	}
	return "below-" + bound.String()
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// CollectorTable is gc's: quantiles, and histograms.
func CollectorTable(s *results.Section) string {
	without := s.Row(Without)
	quantiles := table(s, "p50", "", results.Metric("in the server: p50, µs", "p50"), results.Metric("p99", "p99"), results.Metric("p99.9", "p999"),
		results.Against("× without", "p999", without), results.Metric("most", "most"), results.Metric("over 1 ms, %", "slow"),
		results.Metric("for the client: p50, µs", "client-p50"), results.Metric("p99", "client-p99"), results.Metric("p99.9", "client-p999"),
		results.Metric("lost", "lost"), results.Metric("changes a second", "changes"), results.Metric("p50 of their acknowledgement, ms", "ack"))
	var b strings.Builder
	b.WriteString("| answers that were in the server for, % |")
	for i := range s.Rows {
		fmt.Fprintf(&b, " %s |", s.Rows[i].Name)
	}
	b.WriteString("\n|---|" + strings.Repeat("---:|", len(s.Rows)) + "\n")
	for _, bound := range append(slices.Clone(bounds), 0) {
		title := "at least " + bounds[len(bounds)-1].String()
		if bound > 0 {
			title = "less than " + bound.String()
		}
		fmt.Fprintf(&b, "| %s |", title)
		for i := range s.Rows {
			b.WriteString(" " + results.Cell(s.Rows[i].Values(bar(bound))) + " |")
		}
		b.WriteString("\n")
	}
	return quantiles + "\n" + b.String() + "\n" + said(s)
}
