package store

// Runs read back what was packed, and stay short; octets that are none are an error.

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestRuns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.SliceOfNDistinct(rapid.StringMatching(`(a|ab|zone/){1,4}[a-c]{0,200}`), 1, 60, rapid.ID).Draw(t, "keys")
		slices.Sort(keys)
		base := rapid.SampledFrom([]string{"", "A", "a"}).Draw(t, "base")
		p := packer{size: maxRun}
		if base != "" {
			p.base = []byte(base)
		}
		var want, got []string
		for _, key := range keys {
			value := strings.Repeat("v", rapid.SampledFrom([]int{0, 1, 100, maxRun - 1, 70_000}).Draw(t, "length"))
			p.add([]byte(key), []byte(value))
			want = append(want, fmt.Sprint(key, "=", len(value)))
		}
		p.close()
		if base != "" && string(p.made[0].base) != base {
			t.Errorf("the first base is %q", p.made[0].base)
		}
		for _, r := range p.made {
			var in run
			in.open(r.base, r.octets)
			n := 0
			for ; in.next(); n++ {
				if string(in.key) < string(r.base) {
					t.Errorf("%q lies before %q", in.key, r.base)
				}
				got = append(got, fmt.Sprint(string(in.key), "=", len(in.value)))
			}
			if len(r.octets) > maxRun && n > 1 {
				t.Errorf("%d keys in a run of %d octets", n, len(r.octets))
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %q\nwant %q", got, want)
		}
	})
}

func TestBadRuns(t *testing.T) {
	for _, octets := range []string{"\x01\x00\x00", "\x00\x05ab", "\x00\x01a\x02v", "\x00\x01a", "\x80", "\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"} {
		err := guard(func() error {
			var in run
			in.open(nil, []byte(octets))
			for in.next() {
			}
			return nil
		})
		if err == nil {
			t.Errorf("%q is read as a run", octets)
		}
	}
}
