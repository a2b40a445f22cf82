package scale

// scale-10M: one zone of ten million names, on ours.

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"meridian/scripts/bench/results"
	"meridian/scripts/bench/scale/world"
)

// TenMillion measures one zone of ten million names.
func TenMillion(s *Stage) (*results.Section, error) {
	names := of(s, world.Million/5, 10*world.Million)
	dir, err := s.folder("meridian")
	if err != nil {
		return nil, err
	}
	data, err := s.folder("meridian/data")
	if err != nil {
		return nil, err
	}
	fill, err := s.Build("fill")
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if _, err := s.command(fill, "-data", data, "-names", fmt.Sprint(names)); err != nil {
		return nil, err
	}
	took := time.Since(began)
	file, err := os.Stat(filepath.Join(data, "meridian.db"))
	if err != nil {
		return nil, err
	}
	section := &results.Section{Notes: []string{fmt.Sprintf("%d names. The store was filled by scripts/bench/scale/fill, in revisions of 200,000 names and without the API, in %s s; its file has %s MB.",
		names, results.Number(took.Seconds()), results.Number(float64(file.Size())/1e6))}}
	for round := range min(s.Rounds, 3) { // each takes long, and varies little
		v, err := s.ten(dir, names, round)
		if err != nil {
			return nil, fmt.Errorf("round %d: %w", round+1, err)
		}
		section.Add("meridian", v)
	}
	return section, nil
}

// ten starts ours once, and changes one record a few times.
func (s *Stage) ten(dir string, names, round int) (results.Values, error) {
	last := world.Question{Name: world.Name(names - 1), Address: world.Address(names-1, 0)}
	r, err := s.start(s.ours(), dir, nil, last)
	if err != nil {
		return nil, err
	}
	defer r.Stop()
	v := results.Values{"load": r.took.Seconds()}
	if err := s.await(r); err != nil {
		return nil, err
	}
	if err := s.memory(r.Process, "", v); err != nil {
		return nil, err
	}
	times := of(s, 2, 20)
	return v, s.changeOne(r, times, 1+round*times, v)
}
