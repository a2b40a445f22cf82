package meridian_test

// docs/rfcs.md is made from the tests: what their comments say of an RFC's section, and
// where. So the page can't claim what nothing shows.

import (
	"cmp"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/rfcs.md anew")

// claim is a row of the page: what is done about a section, and the test that shows it.
type claim struct {
	rfc     int
	section string
	what    string
	where   string
}

var reference = regexp.MustCompile(`RFC (\d+)(?: sections? (\d+(?:\.\d+)*)| appendix ([A-Z](?:\.\d+)*))?`)

func TestRFCsPage(t *testing.T) {
	var claims []claim
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != "." && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case strings.HasSuffix(path, "_test.go"):
			claims = append(claims, inGo(t, path)...)
		case strings.HasSuffix(path, ".txt") && strings.Contains(path, "testdata"), strings.HasSuffix(path, ".txtar"):
			claims = append(claims, inTranscript(t, path)...)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	page := pageOf(claims)
	const file = "docs/rfcs.md"
	if *update {
		if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if have, err := os.ReadFile(file); err != nil || string(have) != page {
		t.Errorf("%s isn't what the tests say (%v); go test . -run RFCs -update writes it anew", file, err)
	}
}

// inGo is what the comments of test functions say.
func inGo(t *testing.T, path string) (claims []claim) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Doc == nil || !strings.HasPrefix(f.Name.Name, "Test") && !strings.HasPrefix(f.Name.Name, "Fuzz") {
			continue
		}
		claims = append(claims, claimsIn(f.Doc.Text(), fmt.Sprintf("%s %s", filepath.Dir(path), f.Name.Name))...)
	}
	return claims
}

// inTranscript is what the comments of a transcript say: blocks of lines that begin with #.
func inTranscript(t *testing.T, path string) (claims []claim) {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	block := ""
	for line := range strings.Lines(string(text) + "\n") {
		if comment, ok := strings.CutPrefix(strings.TrimSpace(line), "#"); ok {
			block += " " + strings.TrimSpace(comment)
			continue
		}
		claims = append(claims, claimsIn(block, path)...)
		block = ""
	}
	return claims
}

// claimsIn makes a row of each section that a comment names.
func claimsIn(comment, where string) (claims []claim) {
	what := strings.Join(strings.Fields(comment), " ")
	for _, m := range reference.FindAllStringSubmatch(what, -1) {
		rfc, err := strconv.Atoi(m[1])
		if err != nil {
			continue
		}
		section := m[2]
		if m[3] != "" {
			section = "appendix " + m[3]
		}
		claims = append(claims, claim{rfc, section, what, where})
	}
	return claims
}

func pageOf(claims []claim) string {
	slices.SortFunc(claims, func(a, b claim) int {
		return cmp.Or(cmp.Compare(a.rfc, b.rfc), compareSections(a.section, b.section), cmp.Compare(a.where, b.where), cmp.Compare(a.what, b.what))
	})
	claims = slices.Compact(claims)
	var b strings.Builder
	b.WriteString("# RFCs, and the tests that show them\n\nMade from the tests' comments by `go test . -run RFCs -update`; a test holds the page against them.\n\n| RFC | section | what we do | shown by |\n|---|---|---|---|\n")
	for _, c := range claims {
		fmt.Fprintf(&b, "| %d | %s | %s | %s |\n", c.rfc, c.section, strings.ReplaceAll(c.what, "|", `\|`), c.where)
	}
	return b.String()
}

// compareSections orders 4.3.2 before 4.10.
func compareSections(a, b string) int {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(as), len(bs)) {
		x, errX := strconv.Atoi(as[i])
		y, errY := strconv.Atoi(bs[i])
		if c := cmp.Or(cmp.Compare(x, y), cmp.Compare(as[i], bs[i])); errX == nil && errY == nil && x != y || c != 0 && (errX != nil || errY != nil) {
			return c
		}
	}
	return cmp.Compare(len(as), len(bs))
}
