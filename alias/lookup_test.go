package alias

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"meridian/view"
)

// many is n addresses, each with a record.
func many(n int) string {
	var lines []string
	for i := range n {
		lines = append(lines, fmt.Sprintf("lb.example.net. 60 A 10.0.%d.%d", i>>8, i&255))
	}
	return strings.Join(lines, "\n")
}

// TestLookUp: what becomes of an answer, whatever its form.
func TestLookUp(t *testing.T) {
	for _, test := range []struct {
		name string
		says map[string]string
		want string // rest of the cell's words, or of the error
	}{
		{"a chain in one answer, in any order", map[string]string{
			"lb.example.net. A": "c.example. 300 A 192.0.2.1\nB.example. 60 CNAME c.example.\nLB.example.net. 600 CNAME b.example.",
		}, "60 192.0.2.1"},
		{"a chain asked link by link", map[string]string{
			"lb.example.net. A": "lb.example.net. 50 CNAME b.example.", "b.example. A": "b.example. 600 CNAME c.example.", "c.example. A": "c.example. 300 A 192.0.2.1",
		}, "50 192.0.2.1"},
		{"records of other names and types are no answer", map[string]string{
			"lb.example.net. A": "other.example. 60 A 192.0.2.9\nlb.example.net. 60 AAAA 2001:db8::1",
		}, "nothing"},
		{"a chain to a name without the type", map[string]string{
			"lb.example.net. A": "lb.example.net. 50 CNAME b.example.", "b.example. A": "",
		}, "nothing"},
		{"a chain in a circle", map[string]string{
			"lb.example.net. A": "lb.example.net. 50 CNAME b.example.", "b.example. A": "b.example. 50 CNAME lb.example.net.",
		}, "lb.example.net. leads over more than 8 names"},
		{"a circle in one answer", map[string]string{
			"lb.example.net. A": "lb.example.net. 50 CNAME b.example.\nb.example. 50 CNAME lb.example.net.",
		}, "nothing"},
		{"a referral", map[string]string{
			"lb.example.net. A": "example.net. 50 NS ns.example.net.",
		}, "the answer for lb.example.net. is a referral: what was asked is no resolver"},
		{"too much", map[string]string{
			"lb.example.net. A": strings.Repeat("lb.example.net. 60 A 192.0.2.1\n", 2) + many(5000),
		}, "the answer for lb.example.net.: its 5001 records are too long for a message"},
	} {
		s := &script{says: test.says}
		found, err := lookUp(t.Context(), s, target, dns.TypeA)
		got := "nothing"
		switch {
		case err != nil:
			got = err.Error()
		case !found.set.IsZero():
			var c view.Cell
			c.Store(&view.Resolved{Set: found.set, Until: math.MaxInt64})
			got = show(&c)
		}
		if got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}
