package main

// A manifest on its way in: read with its zone files where the command runs, and made
// the request that the API takes.

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"meridian/api"
	"meridian/config"
	"meridian/manifest"
	"meridian/wire"
	"meridian/zones"
)

// manifestFile is a manifest that was read, with the request that applies it.
type manifestFile struct {
	manifest *manifest.Manifest
	apply    api.Apply
	warnings config.Problems
}

// readManifest reads a manifest and the zone files that it names. Its error is all that
// is wrong in any of them.
func readManifest(ctx context.Context, path string) (*manifestFile, error) {
	m, found := manifest.Read(path)
	if m == nil {
		return nil, withCode(exitUsage, found)
	}
	f := &manifestFile{manifest: m, apply: api.Apply{Regions: m.Regions, Topologies: m.Topologies, Checks: m.Checks}}
	names := sortedKeys(m.Zones)
	made, problems := make([]api.ApplyZone, len(names)), make([]config.Problems, len(names))
	each(len(names), func(i int) {
		if ctx.Err() == nil {
			made[i], problems[i] = readManifestZone(m, names[i])
		}
	})
	if ctx.Err() != nil {
		return nil, errors.New("interrupted; nothing was changed")
	}
	f.apply.Zones = map[string]api.ApplyZone{}
	for i, name := range names {
		f.apply.Zones[name] = made[i]
	}
	f.warnings = slices.Concat(found, zones.Sorted(problems...))
	if err := f.warnings.Err(); err != nil {
		return nil, withCode(exitUsage, err)
	}
	f.apply.Digest = digest(f.apply)
	return f, nil
}

// readManifestZone reads a zone's file, if the manifest names one.
func readManifestZone(m *manifest.Manifest, zoneText string) (api.ApplyZone, config.Problems) {
	z := api.ApplyZone{Steered: m.Zones[zoneText].Steered}
	file := m.ZoneFile(zoneText)
	if file == "" {
		return z, nil
	}
	name, err := wire.ParseName(zoneText)
	if err != nil {
		return z, nil // reading the manifest told
	}
	contents, found := zones.ReadFile(file, name, zones.ReadOptions{})
	records := api.RecordsOf(contents, zones.ReadOptions{})
	z.Records = &records
	return z, found
}

// digest tells what manifests apply apart: not how they are laid out, or where they lie.
func digest(a api.Apply) string {
	a.Digest, a.Prune, a.UnlessApplied = "", false, false
	bare := make(map[string]api.ApplyZone, len(a.Zones))
	for name, z := range a.Zones {
		if z.Records != nil {
			z.Records = withoutPositions(*z.Records)
		}
		bare[name] = z
	}
	a.Zones = bare
	h := sha256.New()
	if err := json.NewEncoder(h).Encode(a); err != nil {
		panic(fmt.Sprintf("encoding a manifest: %v", err)) // plain values
	}
	return hex.EncodeToString(h.Sum(nil))
}

func withoutPositions(r api.Records) *api.Records {
	r.File = ""
	r.RRsets = slices.Clone(r.RRsets)
	for i := range r.RRsets {
		s := &r.RRsets[i]
		s.File, s.Line, s.Column = "", 0, 0
	}
	return &r
}

// located gives problems that the server found their places in the manifest.
func (f *manifestFile) located(err error) error {
	var problems config.Problems
	if !errors.As(err, &problems) {
		return err
	}
	problems = slices.Clone(problems)
	for i, p := range problems {
		if p.File == "" {
			problems[i] = f.manifest.Locate(config.Problems{p})[0]
		}
	}
	return withCode(exitFailed, problems)
}
