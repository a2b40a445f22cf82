package manifest_test

// Manifests that are good, and in what words those are refused that are not.

import (
	"errors"
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"meridian/config"
	"meridian/manifest"
)

var update = flag.Bool("update", false, "write what is got into testdata")

// around is nothing but the knowledge of a few places.
var around = config.Around{Place: func(text string) error {
	if text == "aws:eu-west-1" || text == "IS" {
		return nil
	}
	return errors.New(text + " is no place that is known")
}}

// wanted begins the lines of an invalid-NAME.yaml that say what is wrong with it.
const wanted = "# wanted: "

// TestInvalid reads each invalid-NAME.yaml, which has one fault (or several that must
// be told together) and begins with the problems that are to be found in it.
func TestInvalid(t *testing.T) {
	files, err := filepath.Glob("testdata/invalid-*.yaml")
	if err != nil || len(files) < 90 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for line := range strings.Lines(string(data)) {
				if after, ok := strings.CutPrefix(line, wanted); ok {
					want = append(want, strings.TrimSuffix(after, "\n"))
				}
			}
			if got := problemsOf(string(data)); *update {
				renew(t, file, string(data))
			} else if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if len(want) == 0 {
				t.Error("the file doesn't say what is wrong with it")
			}
		})
	}
}

func problemsOf(data string) (lines []string) {
	m, ps := manifest.Parse("x", []byte(data))
	if m != nil {
		ps = m.Validate(around)
	}
	for _, p := range ps {
		lines = append(lines, strings.TrimPrefix(p.String(), "x:"))
	}
	return lines
}

// renew writes what is wrong with a file into its first lines, which moves the lines.
func renew(t *testing.T, file, data string) {
	t.Helper()
	for strings.HasPrefix(data, wanted) {
		_, data, _ = strings.Cut(data, "\n")
	}
	head := strings.Repeat(wanted+"\n", len(problemsOf(data)))
	head = wanted + strings.Join(problemsOf(head+data), "\n"+wanted) + "\n"
	if err := os.WriteFile(file, []byte(head+data), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestGood(t *testing.T) {
	m, ps := manifest.Read("testdata/good.yaml")
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	if ps := m.Validate(around); len(ps) > 0 {
		t.Fatal(ps)
	}
	if got, want := m.ZoneFile("app.example.com"), "testdata/app.example.com.zone"; got != want {
		t.Errorf("the zone file is %s, want %s", got, want)
	}
	if z := m.Zones["static.example.com"]; z.Steered != nil {
		t.Error("steered is there where it is not")
	}
	if z := m.Zones["empty.example.com"]; z.Steered == nil || len(z.Steered) > 0 || m.ZoneFile("empty.example.com") != "" {
		t.Errorf("an empty steered set is %v", z)
	}
	exported := manifest.Export(m.Set())
	const golden = "testdata/good.export.yaml"
	if *update {
		if err := os.WriteFile(golden, exported, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(exported)); diff != "" {
		t.Error(diff)
	}
}

// TestOpenWorld: what a document doesn't define may be defined elsewhere, until it is
// validated among what is there.
func TestOpenWorld(t *testing.T) {
	const document = `
zones:
  example.com:
    steered:
      www: {topology: world, check: web, endpoints: {eu-west: {addresses: [192.0.2.1]}, b: {region: us-eats, addresses: [192.0.2.2]}}}
`
	m, ps := manifest.Parse("m.yaml", []byte(document))
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	there := config.Around{
		Regions:    map[string]config.Region{"eu-west": {}, "us-east": {}},
		Topologies: map[string]config.Topology{"world": {}},
		Checks:     map[string]config.Check{"web": {Kind: "http"}},
	}
	want := `m.yaml:5:101: zones.example.com.steered.www.endpoints.b.region: there is no region "us-eats" (did you mean us-east?)`
	if got := m.Validate(there).Error(); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if len(there.Regions) != 2 {
		t.Error("validation changed what is around")
	}
}

// TestLocate: a problem found elsewhere may write names otherwise, or lead to what is
// not in the document.
func TestLocate(t *testing.T) {
	m, _ := manifest.Parse("m.yaml", []byte("zones:\n  App.example.COM.:\n    steered:\n      www.app.example.com.:\n        ttl: 5s\n        endpoints:\n          a: {addresses: [192.0.2.1]}\n"))
	for path, want := range map[string]string{
		"zones|app.example.com|steered|www|ttl":                     "m.yaml:5:14",
		"zones|app.example.com|steered|www|endpoints|a|addresses|0": "m.yaml:7:27",
		"zones|app.example.com|steered|www|endpoints|b":             "m.yaml:6:9",
		"zones|app.example.com|steered|ftp":                         "m.yaml:3:5",
		"regions|a":                                                 "m.yaml",
	} {
		p := m.Locate(config.Problems{{Path: strings.Split(path, "|")}})[0]
		p.Path = nil
		if got := strings.TrimRight(p.String(), ": "); got != want {
			t.Errorf("%s is at %s, want %s", path, got, want)
		}
	}
}

func TestUnreadable(t *testing.T) {
	_, ps := manifest.Read("testdata/none.yaml")
	if want := "testdata/none.yaml: the manifest can't be read: no such file or directory"; ps.Error() != want {
		t.Errorf("%v\nwant %s", ps, want)
	}
}

// TestText: no word changes its meaning by how it looks.
func TestText(t *testing.T) {
	m, ps := manifest.Parse("m", []byte(`
topologies: {t: {clients: [{country: NO, order: [on, "1", 2]}]}}
regions: {on: {location: IS}, 1: {location: [0, 1e1]}, 2: {location: NO}, null: {location: IS}}
checks: {true: {kind: http, body: 010}}
`))
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	want := config.Set{
		Topologies: map[string]config.Topology{"t": {Clients: []config.ClientRow{{Country: "NO", Order: []string{"on", "1", "2"}}}}},
		Regions: map[string]config.Region{
			"on": {Location: config.Location{Text: "IS", Set: true}}, "1": {Location: config.Location{Lon: 10, Set: true}},
			"2": {Location: config.Location{Text: "NO", Set: true}}, "null": {Location: config.Location{Text: "IS", Set: true}},
		},
		Checks: map[string]config.Check{"true": {Kind: "http", Body: "010"}},
	}
	if diff := cmp.Diff(want, m.Set(), cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{}), cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}
