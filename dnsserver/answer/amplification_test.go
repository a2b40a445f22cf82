package answer

// How much more comes out than went in: the table of docs/defence.md, of a zone that was
// made to amplify.

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"meridian/dnsserver/cookie"
	"meridian/view"
	"meridian/wire"
)

// amplifier has what makes the longest answers to the shortest questions.
func amplifier(t *testing.T) *world {
	t.Helper()
	long := strings.Repeat(strings.Repeat("l", 62)+".", 3) + strings.Repeat("m", 61) + "."
	zone := "$ORIGIN x.\n$TTL 300\n@ SOA " + long + " n" + long[1:] + " 1 2 3 4 5\n@ NS @\n@ A 192.0.2.1\n"
	for i := range 4 { // 1,180 octets of TXT; the whole answer is 1,232 at most
		zone += fmt.Sprintf("t TXT \"%s%d\"\n", strings.Repeat("t", 250), i)
	}
	zone += fmt.Sprintf("t TXT %q\nbig TXT %q", strings.Repeat("u", 110), strings.Repeat("v", 255))
	zone += strings.Repeat(fmt.Sprintf(" %q", strings.Repeat("v", 255)), 6) + "\n"
	for i := range 13 {
		zone += fmt.Sprintf("d NS n%d.d\nn%[1]d.d A 192.0.2.%[1]d\nn%[1]d.d AAAA 2001:db8::%[1]d\n", i)
	}
	for i := range 15 {
		zone += fmt.Sprintf("d NS o%d.%s\n", i, "example.net.")
	}
	file := filepath.Join(t.TempDir(), "x.zone")
	if err := os.WriteFile(file, []byte(zone), 0o644); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	e := loadFile(t, file)
	var many []string
	for i := range 16 {
		many = append(many, fmt.Sprintf("2001:db8:e::%d", i))
	}
	w.steer(e, "s.x.", "world", map[string][]string{"eu": many})
	w.shared.SetView(w.shared.View().With(2, []*view.Zone{e.Done()}, nil))
	w.shared.SetCookies(cookie.Random())
	return w
}

// TestAmplification holds docs/defence.md against what is measured, and the bounds that
// the limits promise.
func TestAmplification(t *testing.T) {
	const file, flood = "../../docs/defence.md", 100_000
	w := amplifier(t)
	table := "| kind | question | octets | longest answer | ratio | ratio in a flood |\n|---|---|--:|--:|--:|--:|\n"
	buf := make([]byte, wire.MaxUDPSize)
	for _, c := range []struct{ kind, line string }{
		{"static answer", "t.x. TXT"},
		{"ANY", "t.x. ANY"},
		{"steered answer", "s.x. AAAA"},
		{"referral", "a.d.x. A"},
		{"NXDOMAIN", "n.x. A"},
		{"NODATA", "x. MX"},
		{"too long: TC", "big.x. TXT"},
		{"refused", ". A"},
		{"malformed", ". A +trailing"},
		{"a cookie alone", ". A +header-only +cookie"},
	} {
		r := NewResponder(&w.shared, Settings{Rate: 200})
		a := parseDig(t, c.line)
		from := Arrival{Client: netip.MustParseAddr("192.0.2.1")}
		first := r.Answer(buf, a.packet, from)
		out := first
		for range flood - 1 {
			out += r.Answer(buf, a.packet, from)
		}
		in := len(a.packet)
		ratio, inFlood := float64(first)/float64(in), float64(out)/float64(flood*in)
		if first > wire.DefUDPSize || inFlood > 1.2 && c.kind != "steered answer" {
			t.Errorf("%s: %d octets, %.2f in a flood", c.kind, first, inFlood)
		}
		table += fmt.Sprintf("| %s | `%s` | %d | %d | %.1f | %.2f |\n", c.kind, c.line, in, first, ratio, inFlood)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- amplification -->\n", "<!-- /amplification -->"
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no place for the table", file)
	}
	want := before + begin + table + end + after
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("write it anew with `go test ./dnsserver/answer -run TestAmplification -update` (-measured +written):\n%s", diff)
	}
}
