package zones

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// FuzzParse reads any text as a master file that may include itself and one other. It
// may not panic, and what it could read is written and reads back equal.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*/*.zone")
	if err != nil || len(files) == 0 {
		f.Fatal("no files", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		if len(data) < 10_000 {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		include := func(path string) ([]byte, error) {
			switch path {
			case "self":
				return data, nil
			case "sub/other":
				return []byte("$TTL 5\nother A 192.0.2.1\n$INCLUDE ../self\n"), nil
			}
			return nil, fs.ErrNotExist
		}
		c, problems := Parse("example.com.zone", data, "", include, ReadOptions{SkipOutOfZone: true, MaxGenerated: 300})
		if c.Len() > len(data)*10+300+1000 {
			t.Fatalf("%d RRsets of %d octets", c.Len(), len(data))
		}
		if len(problems) > 2*maxFindings+2 {
			t.Fatalf("%d findings", len(problems))
		}
		c.Validate(nil)
		sameAfterWriting(t, c)
		sameAfterStoring(t, c)
	})
}
