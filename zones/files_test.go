package zones

// Master files in testdata: one for each fault with the findings that it gives, and
// good ones with what they say. Run with -update to renew what is wanted.

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"meridian/wire"
)

var update = flag.Bool("update", false, "write the wanted findings and contents anew")

// golden compares with the file, or renews it.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// steeredIn reads the first line of a file in testdata, which may say
// "; steered: NAME TYPE…, NAME TYPE…; why".
func steeredIn(t *testing.T, path string, zone wire.Name) map[wire.Name][]uint16 {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(data), "\n")
	list, ok := strings.CutPrefix(line, "; steered: ")
	if !ok {
		return nil
	}
	list, _, _ = strings.Cut(list, ";")
	steered := make(map[wire.Name][]uint16)
	for record := range strings.SplitSeq(list, ",") {
		fields := strings.Fields(record)
		owner, err := wire.RelativeName(fields[0], zone)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range fields[1:] {
			typ, err := ParseType(name)
			if err != nil {
				t.Fatal(err)
			}
			steered[owner] = append(steered[owner], typ)
		}
	}
	return steered
}

// TestBadFiles has a file for each fault, and what is said of it: among them records beside a
// CNAME (RFC 2181 section 10.1), NS beside a DNAME and names below one (RFC 6672 section 2.4),
// NS at a wildcard (RFC 4592 section 4.2), and TTLs that differ in an RRset, which is a warning
// (RFC 2181 section 5.2).
func TestBadFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.zone")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".zone")
		t.Run(name, func(t *testing.T) {
			zone := wire.MustParseName("example.com.")
			c, problems := ReadFile(file, zone, ReadOptions{})
			problems = Sorted(problems, c.Validate(steeredIn(t, file, zone)))
			if len(problems) == 0 {
				t.Error("nothing was found")
			}
			for _, p := range problems {
				if p.Hint == "" {
					t.Errorf("%s: says not what to do", p)
				}
			}
			golden(t, strings.TrimSuffix(file, ".zone")+".want", problems.Error()+"\n")
		})
	}
}

func TestGoodFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/good/*.zone")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			c, problems := ReadFile(file, "", ReadOptions{})
			if problems = append(problems, c.Validate(nil)...); len(problems) > 0 {
				t.Fatal(problems)
			}
			golden(t, strings.TrimSuffix(file, ".zone")+".want", written(t, c))
			sameAfterWriting(t, c)
		})
	}
}

func written(t rapid.TB, c *Contents) string {
	t.Helper()
	var sb strings.Builder
	n, err := c.WriteTo(&sb)
	if err != nil {
		t.Fatal(err)
	}
	if int(n) != sb.Len() {
		t.Errorf("WriteTo says %d octets of %d", n, sb.Len())
	}
	return sb.String()
}

// rrsets are the RRsets of c by key.
func rrsets(c *Contents) map[Key]RRset {
	sets := make(map[Key]RRset)
	for s := range c.All() {
		sets[s.Key()] = s
	}
	return sets
}

// sameAfterWriting requires that what is written reads back equal.
func sameAfterWriting(t rapid.TB, c *Contents) {
	t.Helper()
	text := written(t, c)
	back, problems := Parse("written", []byte(text), c.Name, nil, ReadOptions{})
	if len(problems) > 0 {
		t.Fatalf("what was written has problems:\n%s\n%s", problems, text)
	}
	if diff := cmp.Diff(rrsets(c), rrsets(back)); diff != "" {
		t.Fatalf("what was written reads back different (-before +after):\n%s\n%s", diff, text)
	}
}
