package wire_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"
	"pgregory.net/rapid"

	"meridian/wire"
)

func TestParseName(t *testing.T) {
	label63 := strings.Repeat("a", 63)
	labels127 := strings.Repeat("a.", 127)
	for _, c := range []struct{ text, octets, shown string }{
		{".", "\x00", "."},
		{"www.example.com.", "\x03www\x07example\x03com\x00", "www.example.com."},
		{"www.example.com", "\x03www\x07example\x03com\x00", "www.example.com."},
		{"WwW.Example.", "\x03WwW\x07Example\x00", "WwW.Example."},
		{"*.example.", "\x01*\x07example\x00", "*.example."},
		{`a\.b.example.`, "\x03a.b\x07example\x00", `a\.b.example.`},
		{`a\\.example.`, "\x02a\\\x07example\x00", `a\\.example.`},
		{`\@.example.`, "\x01@\x07example\x00", `\@.example.`},
		{`\065\097.`, "\x02Aa\x00", "Aa."},
		{`\000\032\255.`, "\x03\x00 \xff\x00", `\000\032\255.`},
		{"a b\t.", "\x04a b\t\x00", `a\032b\009.`},
		{`\".\;.\(\).\$x.`, "\x01\"\x01;\x02()\x02$x\x00", `\".\;.\(\).\$x.`},
		{"_443._tcp.", "\x04_443\x04_tcp\x00", "_443._tcp."},
		{label63 + ".", "\x3f" + label63 + "\x00", label63 + "."},
		{labels127, strings.Repeat("\x01a", 127) + "\x00", labels127},
	} {
		n, err := wire.ParseName(c.text)
		if err != nil || string(n) != c.octets {
			t.Errorf("ParseName(%q) = %q, %v; want %q", c.text, string(n), err, c.octets)
		}
		if n.String() != c.shown {
			t.Errorf("%q is shown as %q, want %q", c.text, n.String(), c.shown)
		}
	}
}

func TestParseNameRefuses(t *testing.T) {
	for text, why := range map[string]string{
		"":                                 "the name is empty",
		"..":                               "empty label",
		".a":                               "empty label",
		"a..b":                             "empty label",
		"a.b..":                            "empty label",
		`a\`:                               "three digits",
		`a\2`:                              "three digits",
		`a\25.`:                            "three digits",
		`a\2x5`:                            "three digits",
		`a\256`:                            "three digits",
		strings.Repeat("a", 64):            "63 octets",
		strings.Repeat(`\001`, 64):         "63 octets",
		strings.Repeat("a.", 128):          "255 octets",
		strings.Repeat("a.", 126) + "aaa.": "255 octets",
	} {
		if n, err := wire.ParseName(text); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("ParseName(%q) = %v, %v; want an error about %q", text, n, err, why)
		}
	}
}

func TestRelativeName(t *testing.T) {
	zone := wire.MustParseName("example.com.")
	for _, c := range []struct{ text, want string }{
		{"@", "example.com."},
		{"www", "www.example.com."},
		{"a.b", "a.b.example.com."},
		{"*", "*.example.com."},
		{"www.", "www."},
		{"www.example.com.", "www.example.com."},
		{".", "."},
		{`\@`, `\@.example.com.`},
		{`a\.`, `a\..example.com.`}, // the dot is the label's: the name is relative
	} {
		if n, err := wire.RelativeName(c.text, zone); err != nil || n.String() != c.want {
			t.Errorf("RelativeName(%q) = %v, %v; want %s", c.text, n, err, c.want)
		}
	}
	if n, err := wire.RelativeName("www", wire.Root); err != nil || n.String() != "www." {
		t.Errorf("www in the root zone is %v, %v", n, err)
	}
	longest := strings.Repeat("a.", 121) // 242 octets and the zone's 13
	if n, err := wire.RelativeName(strings.TrimSuffix(longest, "."), zone); err != nil || len(n) != wire.MaxNameLen {
		t.Errorf("the longest name in the zone has %d octets, %v", len(n), err)
	}
	for _, text := range []string{"", "a..b", longest + "b"} {
		if n, err := wire.RelativeName(text, zone); err == nil {
			t.Errorf("RelativeName(%q) = %v, want an error", text, n)
		}
	}
}

func TestNameFromWire(t *testing.T) {
	for _, c := range []struct {
		octets string
		n      int // 0: refused
	}{
		{"\x00", 1},
		{"\x03www\x00", 5},
		{"\x03www\x00\x07rest", 5},
		{strings.Repeat("\x01a", 127) + "\x00", 255},
		{"", 0},
		{"\x03ww", 0},
		{"\x03www", 0},
		{"\xc0\x0c", 0},
		{"\x03www\xc0\x0c", 0},
		{"\x40" + strings.Repeat("a", 64) + "\x00", 0},
		{strings.Repeat("\x01a", 126) + "\x02aa\x00", 0},
	} {
		name, n, err := wire.NameFromWire([]byte(c.octets))
		if n != c.n || (err == nil) != (c.n > 0) || string(name) != c.octets[:n] {
			t.Errorf("NameFromWire(%q) = %q, %d, %v; want %d octets", c.octets, string(name), n, err, c.n)
		}
	}
}

func TestIsSubdomainOf(t *testing.T) {
	for _, c := range []struct {
		name, of string
		want     bool
	}{
		{"example.com.", "example.com.", true},
		{"www.example.com.", "example.com.", true},
		{"www.example.com.", "www.example.com.", true},
		{"www.example.com.", ".", true},
		{".", ".", true},
		{"example.com.", "www.example.com.", false},
		{"badexample.com.", "example.com.", false},
		{`a\.example.com.`, "example.com.", false},
		{"com.", "org.", false},
	} {
		if got := wire.MustParseName(c.name).IsSubdomainOf(wire.MustParseName(c.of)); got != c.want {
			t.Errorf("%s below %s: %v", c.name, c.of, got)
		}
	}
}

// TestCompareIsRFC4034sOrder takes the example of RFC 4034 section 6.1.
func TestCompareIsRFC4034sOrder(t *testing.T) {
	var names []wire.Name
	for _, s := range []string{"example.", "a.example.", "yljkjljk.a.example.", "Z.a.example.", "zABC.a.EXAMPLE.", "z.example.", `\001.z.example.`, "*.z.example.", `\200.z.example.`} {
		names = append(names, wire.MustParseName(s).Canonical())
	}
	for i := range names {
		for j := range names {
			if got, want := names[i].Compare(names[j]), compareInts(i, j); got != want {
				t.Errorf("%s against %s: %d, want %d", names[i], names[j], got, want)
			}
		}
	}
}

func compareInts(i, j int) int {
	return slices.Compare([]int{i}, []int{j})
}

// drawName draws any name, of any octets, with the labels of few letters often.
func drawName(t *rapid.T, what string) wire.Name {
	octet := rapid.OneOf(rapid.SampledFrom([]byte("aAbB*.\\@ ")), rapid.Byte())
	labels := rapid.SliceOfN(rapid.SliceOfN(octet, 1, 20), 0, 12).Draw(t, what)
	var octets []byte
	for _, l := range labels {
		octets = append(append(octets, byte(len(l))), l...)
	}
	n, _, err := wire.NameFromWire(append(octets, 0))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// labelsOf is n's labels, the slow way, the root's side first.
func labelsOf(n wire.Name) [][]byte {
	var labels [][]byte
	for b := []byte(n); b[0] != 0; b = b[1+b[0]:] {
		labels = append([][]byte{b[1 : 1+b[0]]}, labels...)
	}
	return labels
}

func TestNameProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, m := drawName(t, "n"), drawName(t, "m")
		if back, err := wire.ParseName(n.String()); err != nil || back != n {
			t.Errorf("%q is read back as %q, %v", n.String(), string(back), err)
		}
		text, _ := n.MarshalText()
		var back wire.Name
		if err := back.UnmarshalText(text); err != nil || back != n {
			t.Errorf("%q is unmarshalled as %q, %v", text, string(back), err)
		}
		if want := strings.ToLower(n.String()); n.Canonical().String() != want {
			t.Errorf("canonical is %s, want %s", n.Canonical(), want)
		}
		if got := len(labelsOf(n)); n.Labels() != got {
			t.Errorf("%d labels, want %d", n.Labels(), got)
		}
		if got, want := n.Compare(m), slices.CompareFunc(labelsOf(n), labelsOf(m), bytes.Compare); got != want {
			t.Errorf("%s against %s: %d, want %d", n, m, got, want)
		}
		if parent, ok := n.Parent(); ok {
			if !n.IsSubdomainOf(parent) || parent.IsSubdomainOf(n) || parent.Labels() != n.Labels()-1 {
				t.Errorf("%s is the parent of %s", parent, n)
			}
			if n.IsWildcard() != (n.FirstLabel() == "*") {
				t.Errorf("%s is a wildcard: %v", n, n.IsWildcard())
			}
		} else if n != wire.Root {
			t.Errorf("%s has no parent", n)
		}
		joined, err := n.Join(m)
		if fits := len(n)+len(m)-1 <= wire.MaxNameLen; (err == nil) != fits || err == nil && (!joined.IsSubdomainOf(m) || joined.Labels() != n.Labels()+m.Labels()) {
			t.Errorf("%s below %s is %s, %v", n, m, joined, err)
		}
	})
}

// FuzzName reads anything as a name's text and as its octets. What is accepted keeps
// the limits, is read back from what it is shown as, and is the same to miekg/dns.
func FuzzName(f *testing.F) {
	for _, s := range []string{".", "www.example.com", `a\.b\032.c\\d.`, "\x03www\x00", strings.Repeat("\x01a", 127) + "\x00", `\256`, "a..b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n, err := wire.ParseName(s); err == nil {
			checkName(t, n)
		}
		if n, size, err := wire.NameFromWire([]byte(s)); err == nil {
			if string(n) != s[:size] {
				t.Errorf("%q was read as %q", s, string(n))
			}
			checkName(t, n)
		}
	})
}

func checkName(t *testing.T, n wire.Name) {
	if len(n) > wire.MaxNameLen || n.Labels() > wire.MaxLabels {
		t.Errorf("%q has %d octets and %d labels", string(n), len(n), n.Labels())
	}
	if back, err := wire.ParseName(n.String()); err != nil || back != n {
		t.Errorf("%q is shown as %s and read back as %q, %v", string(n), n, string(back), err)
	}
	var buf [wire.MaxNameLen]byte
	size, err := dns.PackDomainName(n.String(), buf[:], 0, nil, false)
	if err != nil || string(buf[:size]) != string(n) {
		t.Errorf("miekg/dns packs %s as %q, %v; want %q", n, buf[:size], err, string(n))
	}
}
