package zones

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/miekg/dns"

	"meridian/wire"
)

const apex = "@ 300 SOA ns1 hostmaster 1 3600 900 604800 300\n@ NS ns.example.net.\n"

// folder writes files below a new folder and returns its path.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// owners lists the owner names of c.
func owners(c *Contents) string {
	var names []string
	for _, owner := range c.Owners() {
		names = append(names, owner.String())
	}
	return strings.Join(names, " ")
}

// The zone's name is what is asked for, else the SOA's owner, else the file's name.
func TestZoneName(t *testing.T) {
	dir := folder(t, map[string]string{
		"example.com.zone": apex + "www A 192.0.2.1\n",
		"db.example":       "$TTL 300\nexample.org. SOA ns1 hostmaster 1 3600 900 604800 300\nexample.org. NS ns1\nns1 A 192.0.2.1\n",
		"no-soa.example":   "@ 300 NS ns.example.net.\nwww A 192.0.2.1\n",
		"named.zone":       "$ORIGIN sub.example.com.\n" + apex,
		"under_score!":     apex,
		"a..b":             apex,
	})
	for _, tt := range []struct {
		file      string
		zone      wire.Name
		want      string
		wantNames string
	}{
		{"example.com.zone", "", "example.com.", "example.com. www.example.com."},
		{"example.com.zone", wire.MustParseName("Example.NET."), "example.net.", "example.net. www.example.net."},
		{"db.example", "", "example.org.", "example.org. ns1.example.org."},
		{"no-soa.example", "", "no-soa.example.", "no-soa.example. www.no-soa.example."},
		{"named.zone", "", "sub.example.com.", "sub.example.com."},
		{"under_score!", "", "under_score!.", "under_score!."},
	} {
		c, problems := ReadFile(filepath.Join(dir, tt.file), tt.zone, ReadOptions{})
		if problems.Err() != nil || c.Name.String() != tt.want || owners(c) != tt.wantNames {
			t.Errorf("%s: zone %s with %s, %v", tt.file, c.Name, owners(c), problems)
		}
	}
	_, problems := ReadFile(filepath.Join(dir, "a..b"), "", ReadOptions{})
	if problems.Err() == nil || !strings.Contains(problems.Error(), "a..b:1:1: @ is relative, and the zone's name is not known (add $ORIGIN") {
		t.Errorf("got %v", problems)
	}
}

// What an included file says about origin, owner and TTL ends with it, and its paths
// are relative to itself.
func TestInclude(t *testing.T) {
	dir := folder(t, map[string]string{
		"example.com.zone": apex + "a A 192.0.2.1\n$INCLUDE sub/one.inc one\n  TXT \"still a's\"\nz A 192.0.2.9\n$INCLUDE \"with space.inc\"\n",
		"sub/one.inc":      "$TTL 7\nb A 192.0.2.2\n$ORIGIN elsewhere.example.com.\nc A 192.0.2.3\n$INCLUDE two.inc\n$INCLUDE ../top.inc\n",
		"sub/two.inc":      "d A 192.0.2.4\n",
		"top.inc":          "e A 192.0.2.5\n",
		"with space.inc":   "f A 192.0.2.300\n",
	})
	c, problems := ReadFile(filepath.Join(dir, "example.com.zone"), "", ReadOptions{})
	want := filepath.Join(dir, "with space.inc") + ":1:5: the data of the A record are wrong or incomplete at 192.0.2.300 (A takes one IPv4 address, for example 192.0.2.1)"
	if problems.Error() != want {
		t.Errorf("got  %v\nwant %s", problems, want)
	}
	got := written(t, c)
	for _, line := range []string{"a\t300\tIN\tA\t192.0.2.1", "a\t300\tIN\tTXT\t\"still a's\"", "b.one\t7\tIN\tA\t192.0.2.2",
		"c.elsewhere\t7\tIN\tA\t192.0.2.3", "d.elsewhere\t7\t", "e.elsewhere\t7\t", "z\t300\tIN\tA\t192.0.2.9"} {
		if !strings.Contains(got, "\n"+line) {
			t.Errorf("there is no line %q in\n%s", line, got)
		}
	}
	p, ok := c.Position(Key{wire.MustParseName("d.elsewhere.example.com."), 1})
	if want := (Position{filepath.Join(dir, "sub/two.inc"), 1, 1}); !ok || p != want {
		t.Errorf("got %v, want %v", p, want)
	}
}

// Nothing outside of the zone file's folder is read, by whatever way.
func TestIncludeConfined(t *testing.T) {
	dir := folder(t, map[string]string{
		"zones/example.com.zone": apex + "$INCLUDE link.inc\n$INCLUDE out/secret\n$INCLUDE ../secret\n$INCLUDE inner.inc\n$INCLUDE pipe\n",
		"zones/real/inner.inc":   "inner A 192.0.2.1\n",
		"secret":                 "secret A 192.0.2.66\n",
	})
	for link, target := range map[string]string{"link.inc": "../secret", "out": "..", "inner.inc": "real/inner.inc"} {
		if err := os.Symlink(target, filepath.Join(dir, "zones", link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "zones/pipe"), 0o644); err != nil {
		t.Fatal(err)
	}
	c, problems := ReadFile(filepath.Join(dir, "zones/example.com.zone"), "", ReadOptions{})
	if got := owners(c); got != "example.com. inner.example.com." {
		t.Errorf("read %s", got)
	}
	if len(problems) != 4 {
		t.Errorf("got %v", problems)
	}
	// The zone file itself may be a link to anywhere: that is what was asked for.
	link := filepath.Join(dir, "zones/example.net.zone")
	if err := os.Symlink("../elsewhere.zone", link); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "elsewhere.zone"), []byte(apex), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, problems := ReadFile(link, "", ReadOptions{}); len(problems) > 0 {
		t.Error(problems)
	}
}

func TestUnreadableFile(t *testing.T) {
	dir := folder(t, map[string]string{"a.zone": ""})
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o644); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "none.zone"): "there is no such file",
		dir:                             "the file cannot be read: it is not a regular file",
		pipe:                            "the file cannot be read: it is not a regular file",
		filepath.Join(dir, "a.zone/b"):  "the file cannot be read: not a directory",
	} {
		c, problems := ReadFile(path, wire.Root, ReadOptions{})
		if more := c.Validate(nil); len(more) > 0 {
			t.Errorf("a file that cannot be read has no SOA either: %v", more)
		}
		if want = path + ": " + want + " (name a master file that can be read)"; problems.Error() != want {
			t.Errorf("got  %v\nwant %s", problems, want)
		}
	}
	if got := reason(fs.ErrPermission); got != "the file may not be read by this user" {
		t.Errorf("got %q", got)
	}
	if got := reason(errors.New("odd")); got != "the file cannot be read: odd" {
		t.Errorf("got %q", got)
	}
}

func TestSkipOutOfZone(t *testing.T) {
	text := apex + "www A 192.0.2.1\nwww.example.net. A 192.0.2.2\nwww.example.net. A 192.0.2.3\nwww.example.net. MX 0 .\n"
	c, problems := Parse("example.com.zone", []byte(text), "", nil, ReadOptions{SkipOutOfZone: true})
	want := "example.com.zone:4:1: warning: www.example.net. A lies outside of the zone example.com. and was skipped\n" +
		"example.com.zone:6:1: warning: www.example.net. MX lies outside of the zone example.com. and was skipped"
	if problems.Err() != nil || problems.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", problems, want)
	}
	if got := owners(c); got != "example.com. www.example.com." || c.Len() != 3 {
		t.Errorf("%d RRsets at %s", c.Len(), got)
	}
}

// However much is wrong, the findings are bounded, and no number of warnings hides an error.
func TestFindingsAreBounded(t *testing.T) {
	text := apex + strings.Repeat("www 1 A 192.0.2.1\nwww 2 A 192.0.2.1\n", 2*maxFindings) + "www A nothing\n"
	_, problems := Parse("example.com.zone", []byte(text), "", nil, ReadOptions{})
	if n := len(problems); n != maxFindings+2 {
		t.Errorf("%d findings", n)
	}
	if problems.Err() == nil {
		t.Error("the error is lost")
	}
	if last := problems[len(problems)-1]; !last.Warning || last.Message != "and 1000 more warnings" {
		t.Errorf("the last is %v", last)
	}
	text = apex + strings.Repeat("www A nothing\n", 2*maxFindings)
	if _, problems := Parse("example.com.zone", []byte(text), "", nil, ReadOptions{}); len(problems) != maxFindings {
		t.Errorf("%d findings", len(problems))
	}
}

// Included files are charged for being opened, so that a tree of empty ones ends too.
func TestIncludesAreBounded(t *testing.T) {
	opened := 0
	fan := strings.Repeat("$INCLUDE empty\n", 1000)
	include := func(path string) ([]byte, error) {
		opened++
		if path == "empty" {
			return nil, nil
		}
		return []byte(fan), nil
	}
	var names strings.Builder
	for i := range 1000 {
		names.WriteString("$INCLUDE fan" + strings.Repeat("x", i%50) + "\n")
	}
	_, problems := Parse("example.com.zone", []byte(apex+names.String()), "", include, ReadOptions{})
	if opened > maxBytes/openBytes || len(problems) != 1 || problems.Err() == nil || !strings.Contains(problems.Error(), "more than 1 GiB") {
		t.Errorf("%d files were opened: %.200v", opened, problems)
	}
}

// TestGeneratedAreBounded: the bound is on all directives of a zone's files together, and
// a directive that goes over it makes nothing.
func TestGeneratedAreBounded(t *testing.T) {
	include := func(string) ([]byte, error) { return []byte("$GENERATE 1-4 b$ 60 A 192.0.2.$\n"), nil }
	text := "$GENERATE 1-4 a$ 60 A 192.0.2.$\n$INCLUDE b\n$GENERATE 1-3 c$ 60 A 192.0.2.$\n$GENERATE 1-2 d$ 60 A 192.0.2.$\n"
	c, problems := Parse("example.com.zone", []byte(text), "", include, ReadOptions{MaxGenerated: 10})
	want := "example.com.zone:3:11: $GENERATE makes 3 records, and 8 were made before: the zone's files may make 10 together"
	if len(problems) != 1 || !strings.HasPrefix(problems.Error(), want) {
		t.Errorf("found %v", problems)
	}
	if c.Len() != 10 {
		t.Errorf("%d RRsets, want 10: %s", c.Len(), owners(c))
	}
}

// TestGeneratedPositions: a generated record was read where its directive names the owner.
func TestGeneratedPositions(t *testing.T) {
	c, _ := Parse("example.com.zone", []byte("\n$GENERATE 7-7 (\n  host$ 60 A 192.0.2.$ )\n"), "", nil, ReadOptions{})
	at, ok := c.Position(Key{wire.MustParseName("host7.example.com."), dns.TypeA})
	if want := (Position{"example.com.zone", 3, 3}); !ok || at != want {
		t.Errorf("%v, want %v", at, want)
	}
}
