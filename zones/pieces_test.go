package zones

// A file read in pieces gives what it gives read line by line.

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// parseIn reads a file in pieces of a length.
func parseIn(length int, text string, include func(string) ([]byte, error)) (map[Key]RRset, map[Key]Position, []string) {
	p := &parser{contents: NewContents(""), include: include, folder: "f", pieceLen: length}
	p.maxGenerated = DefaultMaxGenerated
	c, problems := p.parse(filepath.Join("f", "example.com.zone"), []byte(text), "", ReadOptions{})
	at := map[Key]Position{}
	for key := range rrsets(c) {
		at[key], _ = c.Position(key)
	}
	var found []string
	for _, problem := range problems {
		found = append(found, problem.String())
	}
	return rrsets(c), at, found
}

func TestPieces(t *testing.T) {
	usual := []string{
		"a A 192.0.2.1\n", "b\t60 IN AAAA 2001:db8::1\n", "c 1h CNAME a\n", " A 192.0.2.9\n", "* MX 10 a\n", "a.b.c TXT \"x y\" z ; w\n", "d NS ns1.d\n", "; only this\n", "\n",
		"e SRV 0 5 443 e ; (\n", "A 300 A 192.0.2.2\r\n", "f.example.net. A 192.0.2.1\n", "\tTXT w\n",
	}
	unusual := []string{
		"g TXT ( a\n  b )\n", "$TTL 77\n", "$ORIGIN sub\n", "$ORIGIN example.com.\n", "$GENERATE 1-3 h$ A 192.0.2.$\n", "$INCLUDE other\n",
		"i A 1.2.3\n", "j TXT \"a\n", "k A ) 192.0.2.1\n", "l\\\n", "a..b A 192.0.2.1\n", "m A 192.0.2.1 more\n", "@ SOA ns1 h 2 3 4 5 6\n", "n ( A\n",
	}
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		text.WriteString(rapid.SampledFrom([]string{"", "$TTL 300\n", "$ORIGIN example.org.\n$TTL 5\n"}).Draw(t, "head"))
		text.WriteString("@ 300 SOA ns1 hostmaster 1 3600 900 604800 300\n")
		for range rapid.IntRange(0, 40).Draw(t, "lines") {
			lines := usual
			if rapid.IntRange(0, 15).Draw(t, "unusual") == 0 {
				lines = unusual
			}
			text.WriteString(rapid.SampledFrom(lines).Draw(t, "line"))
		}
		include := func(string) ([]byte, error) {
			return []byte("o 5 A 192.0.2.1\np A 192.0.2.2\n  A 192.0.2.3\nq 7 A 192.0.2.2\n"), nil
		}
		want, wantAt, wantFound := parseIn(math.MaxInt32, text.String(), include)
		got, gotAt, gotFound := parseIn(rapid.IntRange(1, 300).Draw(t, "length"), text.String(), include)
		if diff := cmp.Diff(want, got) + cmp.Diff(wantAt, gotAt) + cmp.Diff(wantFound, gotFound); diff != "" {
			t.Fatalf("(-line by line +in pieces):\n%s\n%s", diff, text.String())
		}
	})
}
