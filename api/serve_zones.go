package api

// Operations on zones.

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"meridian/config"
	"meridian/control"
	"meridian/view"
	"meridian/zones"
)

// ZonePath is in the path of operations on one zone.
type ZonePath struct {
	Zone string `path:"zone" doc:"with or without its last dot"`
}

func (s *server) addZones(api operations) {
	add(api, operation("list-zones", http.MethodGet, "/zones", "List all zones in canonical order"), s.listZones)
	add(api, operation("get-zone", http.MethodGet, "/zones/{zone}", "Show a zone"), s.getZone)
	add(api, operation("create-zone", http.MethodPost, "/zones", "Make a zone with nothing in it"), s.createZone)
	add(api, operation("delete-zone", http.MethodDelete, "/zones/{zone}", "Delete a zone with all that is in it"), s.deleteZone)
	add(api, operation("set-serials", http.MethodPut, "/zones/{zone}/serials", "Set how a zone's serial advances"), s.setSerials)
	add(api, large(operation("import-zones", http.MethodPost, "/import", "Replace the static records of zones in one revision; steered records stay")), s.importZones)
	add(api, streamed(operation("import-stream", http.MethodPost, "/import/stream", "The same in a form of Meridian's own command, which says what it is")), s.importStream)
}

// zone finds a zone by its name.
func (s *server) zone(text string) (*view.Zone, error) {
	name, err := parseZone(text)
	if err != nil {
		return nil, err
	}
	z := s.Control.State().View.Zone(name)
	if z == nil {
		return nil, newError(http.StatusNotFound, "there is no zone %s", name)
	}
	return z, nil
}

func (s *server) listZones(context.Context, *struct{}) ([]Zone, error) {
	list := []Zone{}
	for z := range s.Control.State().View.Zones() {
		list = append(list, zoneOf(z))
	}
	slices.SortFunc(list, func(a, b Zone) int { return a.Name.Compare(b.Name) })
	return list, nil
}

func (s *server) getZone(_ context.Context, in *ZonePath) (Zone, error) {
	z, err := s.zone(in.Zone)
	if err != nil {
		return Zone{}, err
	}
	return zoneOf(z), nil
}

func zoneOf(z *view.Zone) Zone {
	out := Zone{
		Name: z.Name, Loaded: z.Loaded(), Serials: z.Serials, Names: z.Len(),
		RRsets: z.RRsets, Records: z.Records, Steered: z.CountSteered(),
	}
	if z.Loaded() {
		out.Serial = z.Serial
	}
	return out
}

func (s *server) createZone(ctx context.Context, in *struct {
	Terms
	Body NewZone
}) (Outcome, error) {
	name, err := parseZone(in.Body.Name)
	if err != nil {
		return Outcome{}, err
	}
	if s.Control.State().View.Zone(name) != nil {
		return Outcome{}, newError(http.StatusConflict, "there is a zone %s already", name)
	}
	var change control.Change
	*change.Zone(name) = control.ZoneChange{Create: true, Serials: in.Body.Serials}
	return commit(ctx, s.Control, in.Terms, change)
}

func (s *server) deleteZone(ctx context.Context, in *struct {
	Terms
	ZonePath
}) (Outcome, error) {
	z, err := s.zone(in.Zone)
	if err != nil {
		return Outcome{}, err
	}
	var change control.Change
	change.Zone(z.Name).Delete = true
	return commit(ctx, s.Control, in.Terms, change)
}

func (s *server) setSerials(ctx context.Context, in *struct {
	Terms
	ZonePath
	Body SerialsOf
}) (Outcome, error) {
	z, err := s.zone(in.Zone)
	if err != nil {
		return Outcome{}, err
	}
	var change control.Change
	change.Zone(z.Name).Serials = in.Body.Serials
	return commit(ctx, s.Control, in.Terms, change)
}

func (s *server) importZones(ctx context.Context, in *struct {
	Terms
	Body Import
}) (Outcome, error) {
	var change control.Change
	var problems config.Problems
	for _, z := range in.Body.Zones {
		problems = append(problems, importInto(&change, z)...)
	}
	return s.importChange(ctx, in.Terms, change, problems)
}

// importChange makes a change of what was read, if nothing was wrong with that.
func (s *server) importChange(ctx context.Context, terms Terms, change control.Change, problems config.Problems) (Outcome, error) {
	if err := problems.Err(); err != nil {
		return Outcome{}, err
	}
	if len(change.Zones) == 0 {
		return Outcome{}, newError(http.StatusBadRequest, "there are no zones to import")
	}
	size := 0
	for _, z := range change.Zones {
		size += z.Contents.Len()
	}
	defer giveBack(size)
	out, err := commit(ctx, s.Control, terms, change)
	out.Warnings = append(problems, out.Warnings...)
	return out, err
}

// importInto adds a zone of an import to a change.
func importInto(change *control.Change, z ImportZone) config.Problems {
	name, err := parseZone(z.Zone)
	if err != nil {
		return config.Problems{{File: z.Records.File, Message: err.Message}}
	}
	contents, found := z.Records.Contents(name)
	return append(importContents(change, z.Records.File, contents, z.Serials), found...)
}

// importContents adds the contents of a zone, which were read from a file, to a change.
func importContents(change *control.Change, file string, contents *zones.Contents, mode zones.SerialMode) config.Problems {
	if change.Zones[contents.Name] != nil {
		return config.Problems{{File: file, Message: fmt.Sprintf("the zone %s comes more than once", contents.Name), Hint: "import one of them"}}
	}
	serials, problems := serialMode(mode)
	*change.Zone(contents.Name) = control.ZoneChange{Contents: contents, Serials: serials}
	return problems
}

// serialMode checks a mode that no schema was held against; "" leaves it.
func serialMode(mode zones.SerialMode) (zones.SerialMode, config.Problems) {
	if mode == "" {
		return "", nil
	}
	if _, err := zones.ParseSerialMode(string(mode)); err != nil {
		return "", config.Problems{{Path: []string{"serials"}, Message: err.Error()}}
	}
	return mode, nil
}
