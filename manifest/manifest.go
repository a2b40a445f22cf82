package manifest

// A manifest: what it names, and how it is read and checked.

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"meridian/config"
	"meridian/wire"
)

// Manifest is one document. Its maps are nil where a part is not there.
type Manifest struct {
	// Name is the file's name, as it was given.
	Name       string
	Regions    map[string]config.Region
	Topologies map[string]config.Topology
	Checks     map[string]config.Check
	// Zones are by their names as they are written; no two are the same zone.
	Zones map[string]Zone

	places   places
	problems config.Problems // of reading, without those of Validate
}

// Zone is what a manifest says of one zone.
type Zone struct {
	// File is the zone file as it is written, "" where the zone's records are to stay
	// as they are. See Manifest.ZoneFile.
	File string
	// Steered is the whole steered set by owner names as they are written ("www", "@",
	// "*"); nil where the set is to stay as it is, empty where it is to be emptied.
	Steered map[string]config.Steered
}

// Read parses the manifest in a file. A file that can't be read is a problem without
// a line.
func Read(path string) (*Manifest, config.Problems) {
	data, err := os.ReadFile(path)
	if err != nil {
		var inner *fs.PathError
		if errors.As(err, &inner) {
			err = inner.Err
		}
		return nil, config.Problems{{File: path, Message: fmt.Sprintf("the manifest can't be read: %v", err)}}
	}
	return Parse(path, data)
}

// Parse reads a manifest; name stands in problems. If the YAML is malformed it returns
// nil and the first error. Otherwise it returns all that is wrong whatever else is
// configured; names of resources that the document doesn't define are taken as good,
// and so are locations, until Validate.
func Parse(name string, data []byte) (*Manifest, config.Problems) {
	root, problem := parseYAML(name, data)
	if problem != nil {
		return nil, config.Problems{*problem}
	}
	r := &reader{file: name, places: places{}}
	m := r.manifest(value{r: r, node: root})
	m.Name, m.places, m.problems = name, r.places, r.problems
	return m, m.Validate(m.open())
}

// Validate returns everything that is wrong with the manifest, by line, when its
// resources take their place among those around; what Parse found is among it.
// Around is not changed.
func (m *Manifest) Validate(around config.Around) config.Problems {
	around.Regions = overlay(around.Regions, m.Regions)
	around.Topologies = overlay(around.Topologies, m.Topologies)
	around.Checks = overlay(around.Checks, m.Checks)
	var found config.Problems
	for name, region := range m.Regions {
		found = append(found, around.Region([]string{"regions", name}, name, region)...)
	}
	for name, topology := range m.Topologies {
		found = append(found, around.Topology([]string{"topologies", name}, name, topology)...)
	}
	for name, check := range m.Checks {
		found = append(found, around.Check([]string{"checks", name}, name, check)...)
	}
	for zoneText, zone := range m.Zones {
		zoneName, err := wire.ParseName(zoneText)
		if err != nil {
			continue // reading told
		}
		for ownerText, steered := range zone.Steered {
			owner, err := wire.RelativeName(ownerText, zoneName)
			if err != nil {
				continue
			}
			path := []string{"zones", zoneText, "steered", ownerText}
			found = append(found, around.Steered(path, zoneName.Canonical(), owner.Canonical(), steered)...)
		}
	}
	told := newTold(m.problems)
	found = slices.DeleteFunc(found, func(p config.Problem) bool { return told.covers(p.Path) })
	all := append(slices.Clone(m.problems), m.Locate(found)...)
	sortByPlace(all)
	return all
}

func overlay[V any](below, above map[string]V) map[string]V {
	all := make(map[string]V, len(below)+len(above))
	maps.Copy(all, below)
	maps.Copy(all, above)
	return all
}

// open is a world in which every resource that m names and doesn't define is there.
func (m *Manifest) open() config.Around {
	around := config.Around{Regions: map[string]config.Region{}, Topologies: map[string]config.Topology{}, Checks: map[string]config.Check{}}
	regions := func(names ...string) {
		for _, name := range names {
			around.Regions[name] = config.Region{}
		}
	}
	check := func(name string) { around.Checks[name] = config.Check{Kind: config.KindTCP} }
	for _, region := range m.Regions {
		check(region.Check)
	}
	for _, topology := range m.Topologies {
		regions(topology.Default...)
		for _, row := range topology.Clients {
			regions(slices.Concat(row.Order, row.Only, row.Never)...)
		}
	}
	for _, zone := range m.Zones {
		for _, steered := range zone.Steered {
			around.Topologies[steered.Topology] = config.Topology{}
			check(steered.Check)
			for name, endpoint := range steered.WithDefaults().Endpoints {
				regions(name, endpoint.Region)
				check(endpoint.Check)
			}
			for _, fallback := range steered.WhenAllDown.Fallback {
				regions(fallback.Region)
			}
		}
	}
	// "" is no name: nothing was named.
	delete(around.Regions, "")
	delete(around.Topologies, "")
	delete(around.Checks, "")
	return around
}

// Locate returns problems with the file, line and column of what their paths lead to,
// or of the nearest that the document has above it. Names of zones and owners may be
// written otherwise than in the document.
func (m *Manifest) Locate(problems config.Problems) config.Problems {
	located := slices.Clone(problems)
	for i := range located {
		p := &located[i]
		at := m.places.find(p.Path)
		p.File, p.Line, p.Column = m.Name, at.line, at.column
	}
	return located
}

// ZoneFile is the path of a zone's file, which is written relative to the manifest;
// "" where it has none.
func (m *Manifest) ZoneFile(zone string) string {
	file := m.Zones[zone].File
	if file == "" || filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(filepath.Dir(m.Name), file)
}

// Set returns the manifest's resources as a configuration, with canonical names. The
// manifest must have been parsed without problems.
func (m *Manifest) Set() config.Set {
	s := config.Set{
		Regions: maps.Clone(m.Regions), Topologies: maps.Clone(m.Topologies), Checks: maps.Clone(m.Checks),
		Steered: map[wire.Name]map[wire.Name]config.Steered{},
	}
	for zoneText, zone := range m.Zones {
		if zone.Steered == nil {
			continue
		}
		zoneName := wire.MustParseName(zoneText).Canonical()
		s.Steered[zoneName] = make(map[wire.Name]config.Steered, len(zone.Steered))
		for ownerText, steered := range zone.Steered {
			owner, err := wire.RelativeName(ownerText, zoneName)
			if err != nil {
				panic("manifest: Set of a manifest with problems: " + err.Error())
			}
			s.Steered[zoneName][owner.Canonical()] = steered
		}
	}
	return s
}
