package world_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"meridian/scripts/bench/scale/world"
)

func TestFilesHaveTheNamesThatAreAskedFor(t *testing.T) {
	dir := t.TempDir()
	big := filepath.Join(dir, "big")
	if err := world.WriteBig(big, 10, 2, 3, 7); err != nil { // 2, 3 and 4 are of round 7
		t.Fatal(err)
	}
	have := addresses(t, big)
	for i := range 10 {
		round := 0
		if i >= 2 && i < 5 {
			round = 7
		}
		if got, want := have[world.Name(i)], world.Address(i, round).String(); got != want {
			t.Errorf("%s has %s, not %s", world.Name(i), got, want)
		}
	}
	if err := world.WriteSmall(dir, 3, ".zone"); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		q := world.SmallQuestion(i)
		if got := addresses(t, world.SmallFile(dir, i)+".zone")[q.Name]; got != q.Address.String() {
			t.Errorf("%s has %s, not %s", q.Name, got, q.Address)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".new-*")); len(left) > 0 {
		t.Error("left over:", left)
	}
}

func addresses(t *testing.T, file string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]string{}
	z := dns.NewZoneParser(strings.NewReader(string(text)), "", file)
	for rr, ok := z.Next(); ok; rr, ok = z.Next() {
		if a, ok := rr.(*dns.A); ok {
			have[a.Hdr.Name] = a.A.String()
		}
	}
	if z.Err() != nil {
		t.Fatal(z.Err())
	}
	return have
}
