package wire_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"meridian/wire"
)

func TestSuffixes(t *testing.T) {
	var s wire.Suffixes
	s.SetName(wire.MustParseName("a.very.long.name.example.net."))
	s.SetName(wire.MustParseName("Www.EU.example.")) // nothing stays of the name before
	want := []string{"www.eu.example.", "eu.example.", "example.", "."}
	if s.Count() != len(want)-1 || s.Len() != 16 {
		t.Errorf("%d labels in %d octets", s.Count(), s.Len())
	}
	for i, text := range want {
		if n := wire.Name(s.At(i)); n.String() != text || s.Hash(i) != n.Hash() {
			t.Errorf("suffix %d is %s with hash %x; want %s with %x", i, n, s.Hash(i), text, n.Hash())
		}
	}
}

// TestSuffixesAreParents holds every suffix of any name against Parent, and its hash
// against that of the name alone, whatever the case of its letters.
func TestSuffixesAreParents(t *testing.T) {
	var s wire.Suffixes
	rapid.Check(t, func(t *rapid.T) {
		n := drawName(t, "n")
		s.SetName(n)
		rest := n.Canonical()
		for i := range s.Count() + 1 {
			if wire.Name(s.At(i)) != rest || s.Hash(i) != rest.Hash() {
				t.Fatalf("suffix %d of %s is %q", i, n, s.At(i))
			}
			rest, _ = rest.Parent()
		}
		if rest != "" {
			t.Fatalf("%s is left of %s", rest, n)
		}
	})
}

// TestHashesTellNamesApart looks at names as zones have them: alike, one letter or one
// boundary of labels apart.
func TestHashesTellNamesApart(t *testing.T) {
	seen := map[uint64]wire.Name{}
	low := map[uint64]int{}
	add := func(text string) {
		n := wire.MustParseName(text)
		if m, ok := seen[n.Hash()]; ok {
			t.Errorf("%s and %s have one hash", n, m)
		}
		seen[n.Hash()] = n
		low[n.Hash()&0xff]++
	}
	for i := range 1 << 14 {
		add(fmt.Sprintf("h%d.example.com.", i))
		add(fmt.Sprintf("a-longer-name-%d.eu.example.com.", i))
		add(fmt.Sprintf("%d.%d.in-addr.arpa.", i>>7, i&127))
	}
	add("ab.c.")
	add("a.bc.")
	add("abc.")
	add("a.b.c.")
	// The lower bits choose a place in a table: none of the 256 may be crowded or empty.
	for bits, n := range low {
		if n < 100 || n > 300 {
			t.Errorf("%d of %d hashes end in %02x", n, len(seen), bits)
		}
	}
	if len(low) != 256 {
		t.Errorf("hashes end in %d of 256 octets", len(low))
	}
}

// TestCollisionsCantBeWritten: these octets were the factor that made every product 0, and
// so one hash of all labels that end in them.
func TestCollisionsCantBeWritten(t *testing.T) {
	hashes := map[uint64]bool{}
	for i := range 100 {
		name, err := wire.ParseName(fmt.Sprintf("%07d\\047d\\189xd\\029v\\160.example.", i))
		if err != nil {
			t.Fatal(err)
		}
		hashes[name.Hash()] = true
	}
	if len(hashes) < 100 {
		t.Errorf("100 names have %d hashes", len(hashes))
	}
}
