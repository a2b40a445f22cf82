package manifest_test

import (
	"os"
	"path/filepath"
	"testing"

	"meridian/manifest"
)

// FuzzParse: nothing makes Parse panic, every problem has words, and what is good is
// exported and read back as the same.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, ps := manifest.Parse("m", data)
		for _, p := range ps {
			if p.Message == "" || p.File != "m" {
				t.Errorf("a problem without words or file: %#v", p)
			}
		}
		if m == nil && len(ps) != 1 {
			t.Errorf("malformed YAML has %d errors, not the first", len(ps))
		}
		if ps.Err() != nil {
			return
		}
		document := manifest.Export(m.Set())
		again, ps := manifest.Parse("m", document)
		if ps.Err() != nil {
			t.Fatalf("%v\n%s", ps, document)
		}
		if diff := sameMeaning(m.Set(), again.Set()); diff != "" {
			t.Errorf("%s\n%s", document, diff)
		}
	})
}
