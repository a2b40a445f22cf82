package scale

// scale-1M: one zone of a million names, on every server.

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"meridian/scripts/bench/results"
	"meridian/scripts/bench/scale/world"
)

// million is what one section of this kind serves.
type million struct {
	*Stage
	names   int
	singles int // changes of one record
	many    int // records changed at once
	changes int // revisions after which memory is looked at again
	base    string
}

// Million measures one zone of a million names.
func Million(s *Stage) (*results.Section, error) {
	m := &million{Stage: s, names: of(s, world.Million/10, world.Million), singles: of(s, 2, 10), many: of(s, 1_000, 10_000), changes: of(s, 5_000, 100_000)}
	m.base = filepath.Join(s.Dir, "base.zone")
	if err := world.WriteBig(m.base, m.names, 0, 0, 0); err != nil {
		return nil, err
	}
	section := &results.Section{Notes: []string{fmt.Sprintf("%d names; %d records at once; memory once more after half of %d changes, and after all of them.", m.names, m.many, m.changes)}}
	for round := range s.Rounds {
		measures := map[string]func(dir string) (results.Values, error){}
		order := []string{"meridian"}
		measures["meridian"] = m.meridian
		for _, c := range []*contender{knot(), nsd(), gdnsd(), bind()} {
			order = append(order, c.name)
			measures[c.name] = func(dir string) (results.Values, error) { return m.peer(c, dir) }
		}
		for _, name := range order {
			v, err := m.round(name, measures[name])
			if err != nil {
				return nil, fmt.Errorf("%s, round %d: %w", name, round+1, err)
			}
			section.Add(name, v)
		}
	}
	return section, nil
}

// round measures one server in a folder of its own.
func (m *million) round(name string, measure func(dir string) (results.Values, error)) (results.Values, error) {
	dir, err := m.folder(name)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if _, err := m.folder(filepath.Join(name, "zones")); err != nil {
		return nil, err
	}
	if err := os.Link(m.base, bigFile(dir)); err != nil {
		return nil, err
	}
	return measure(dir)
}

// asked is how many names stand for all.
const asked = 16

// all are questions about first, last and a few more of names from 0 on, in a round.
func all(count, round int) (q []world.Question) {
	for i := range min(asked, count) {
		n := i * (count - 1) / max(1, min(asked, count)-1)
		q = append(q, world.Question{Name: world.Name(n), Address: world.Address(n, round)})
	}
	return q
}

// peer measures a server of others: load, memory, changes.
func (m *million) peer(c *contender, dir string) (_ results.Values, err error) {
	r, err := m.start(c, dir, []string{world.BigZone}, all(m.names, 0)...)
	if err != nil {
		return nil, err
	}
	defer r.Stop()
	v := results.Values{"load": r.took.Seconds()}
	if err := m.memory(r.Process, "", v); err != nil {
		return nil, err
	}
	if c.change == nil {
		return v, nil
	}
	r.names = m.names
	if err := m.changeOne(r, of(m.Stage, 1, 3), 1, v); err != nil {
		return nil, err
	}
	return v, m.changeMany(r, m.many, v)
}

// meridian measures ours: the first import, a start on what it left, memory, changes.
func (m *million) meridian(dir string) (results.Values, error) {
	v := results.Values{}
	if err := m.firstImport(dir, v); err != nil {
		return nil, err
	}
	took, err := m.again(dir, v, all(m.names, 0), m.changed)
	if err != nil {
		return nil, err
	}
	v["load"] = took.Seconds()
	_, err = m.again(dir, v, all(m.names, 0)[asked-1:], m.after) // the last name isn't touched by any change
	return v, err
}

// firstImport imports the zone into an empty store.
func (m *million) firstImport(dir string, v results.Values) error {
	r, err := m.start(m.ours(), dir, nil)
	if err != nil {
		return err
	}
	defer r.Stop()
	if err := m.await(r); err != nil {
		return err
	}
	began := time.Now()
	if err := m.load(r, bigFile(dir)); err != nil {
		return err
	}
	v["import"] = time.Since(began).Seconds()
	peak, err := peak(r.Process)
	v["import-peak"] = float64(peak) / 1e6
	if err != nil {
		return err
	}
	if err := m.memory(r.Process, "import-", v); err != nil {
		return err
	}
	_, err = watch(m.Ctx, r.addr, r.Process, all(m.names, 0)...)
	return err
}

// again starts ours on the store that is there, waits for answers, and measures something.
func (m *million) again(dir string, v results.Values, questions []world.Question, measure func(r *running, v results.Values) error) (time.Duration, error) {
	r, err := m.start(m.ours(), dir, nil, questions...)
	if err != nil {
		return 0, err
	}
	defer r.Stop()
	if err := m.await(r); err != nil {
		return 0, err
	}
	return r.took, measure(r, v)
}

// changed looks at memory and at changes.
func (m *million) changed(r *running, v results.Values) error {
	if err := m.memory(r.Process, "", v); err != nil {
		return err
	}
	if err := m.changeOne(r, m.singles, 1, v); err != nil {
		return err
	}
	// As one revision: the whole zone once more.
	whole := *r
	whole.contender, whole.names = m.oursWhole(), m.names
	return m.changeMany(&whole, m.many, v)
}

// after looks at memory after many revisions.
func (m *million) after(r *running, v results.Values) error {
	for i, prefix := range []string{"half-", "after-"} {
		report, err := m.Stage.changes(r, "-names", fmt.Sprint(m.names/2), "-count", fmt.Sprint(m.changes/2), "-together", "256", "-round", fmt.Sprint(100+i))
		if err != nil {
			return err
		}
		v["changes"], v["changes-p99"] = report.PerSecond, millis(report.P99)
		if err := m.memory(r.Process, prefix, v); err != nil {
			return err
		}
	}
	return nil
}

// changeOne changes one record, again and again.
func (s *Stage) changeOne(r *running, times, first int, v results.Values) error {
	var acks, visibles, afters []float64
	for round := first; round < first+times; round++ {
		ack, visible, err := s.seen(r, 1, round)
		if err != nil {
			return fmt.Errorf("changing one record: %w", err)
		}
		acks, visibles = append(acks, millis(ack)), append(visibles, millis(visible))
		afters = append(afters, millis(max(0, visible-ack)))
	}
	v["one-ack"], v["one-visible"], v["one-after"] = results.Median(acks), results.Median(visibles), slices.Max(afters)
	return nil
}

// changeMany changes many records at once.
func (s *Stage) changeMany(r *running, many int, v results.Values) error {
	const round = 90
	ack, visible, err := s.seen(r, many, round)
	if err != nil {
		return fmt.Errorf("changing %d records: %w", many, err)
	}
	v["many-ack"], v["many-visible"], v["many-after"] = millis(ack), millis(visible), millis(max(0, visible-ack))
	return nil
}
