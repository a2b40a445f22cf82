package scale

// scale-zones: a hundred thousand small zones, on every server.

import (
	"fmt"
	"os"
	"time"

	"meridian/scripts/bench/results"
	"meridian/scripts/bench/scale/world"
)

// ManyZones measures many small zones.
func ManyZones(s *Stage) (*results.Section, error) {
	count := of(s, 5_000, 100_000)
	files, err := s.folder("files")
	if err != nil {
		return nil, err
	}
	if err := world.WriteSmall(files, count, ""); err != nil {
		return nil, err
	}
	names := make([]string, count)
	for i := range names {
		names[i] = world.SmallZone(i)
	}
	took, peak, err := s.importSmall(count)
	if err != nil {
		return nil, err
	}
	section := &results.Section{Notes: []string{fmt.Sprintf("%d zones of five names. meridian's were imported once, by one command and as one revision, in %s s, for which the server held %s MB at most.",
		count, results.Number(took.Seconds()), results.Number(float64(peak)/1e6))}}
	for round := range s.Rounds {
		for _, c := range []*contender{s.ours(), knot(), nsd(), gdnsd(), bind()} {
			v, err := s.startSmall(c, files, names)
			if err != nil {
				return nil, fmt.Errorf("%s, round %d: %w", c.name, round+1, err)
			}
			section.Add(c.name, v)
		}
	}
	return section, nil
}

// importSmall gives ours its zones, in the folder "meridian" of the stage.
func (s *Stage) importSmall(count int) (took time.Duration, most int64, err error) {
	files, err := s.folder("import") // import takes those of a folder that end in .zone
	if err != nil {
		return 0, 0, err
	}
	defer os.RemoveAll(files)
	if err := world.WriteSmall(files, count, ".zone"); err != nil {
		return 0, 0, err
	}
	dir, err := s.folder("meridian")
	if err != nil {
		return 0, 0, err
	}
	r, err := s.start(s.ours(), dir, nil)
	if err != nil {
		return 0, 0, err
	}
	defer r.Stop()
	if err := s.await(r); err != nil {
		return 0, 0, err
	}
	began := time.Now()
	if err := s.load(r, files); err != nil {
		return 0, 0, err
	}
	took = time.Since(began)
	most, err = peak(r.Process)
	return took, most, err
}

// startSmall starts a server on the zones.
func (s *Stage) startSmall(c *contender, files string, zones []string) (results.Values, error) {
	dir, err := s.folder(c.name)
	if err != nil {
		return nil, err
	}
	if c.name != "meridian" {
		defer os.RemoveAll(dir)
		if err := os.Symlink(files, zoneFolder(dir)); err != nil {
			return nil, err
		}
	}
	r, err := s.start(c, dir, zones, sampled(len(zones))...)
	if err != nil {
		return nil, err
	}
	defer r.Stop()
	v := results.Values{"load": r.took.Seconds()}
	return v, s.memory(r.Process, "", v)
}

// sampled are the questions that must all be answered: those of 1,000 zones, first and last
// among them. Some servers answer for zones that they have while others are yet to come.
func sampled(zones int) (q []world.Question) {
	most := min(1000, zones)
	for i := range most {
		q = append(q, world.SmallQuestion(i*(zones-1)/(most-1)))
	}
	return q
}
