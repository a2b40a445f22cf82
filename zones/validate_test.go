package zones

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"meridian/config"
	"meridian/wire"
)

// change is one thing that an operator does to a zone: "+ record", "- name type",
// "+ name steered type…" or "- name steered".
type change string

func (ch change) apply(t rapid.TB, c *Contents, steered map[wire.Name][]uint16) (touched wire.Name) {
	t.Helper()
	add, rest := ch[0] == '+', string(ch[2:])
	fields := strings.Fields(rest)
	owner, err := wire.RelativeName(fields[0], c.Name)
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case fields[1] == "steered" && add:
		for _, name := range fields[2:] {
			typ, err := ParseType(name)
			if err != nil {
				t.Fatal(err)
			}
			steered[owner] = append(steered[owner], typ)
		}
	case fields[1] == "steered":
		delete(steered, owner)
	case add:
		s, err := ParseRecord(rest, c.Name, 300)
		if err != nil {
			t.Fatal(err)
		}
		if old, ok := c.RRset(owner, s.Type); ok {
			s = old.With(s)
		}
		c.Put(s)
	default:
		typ, err := ParseType(fields[1])
		if err != nil {
			t.Fatal(err)
		}
		c.Delete(Key{owner, typ})
	}
	return owner
}

// What a change does is found at the name that it touches, whichever side of a
// relation that is.
func TestValidateOwner(t *testing.T) {
	zone := wire.MustParseName("example.com.")
	for _, tt := range []struct {
		before  []change
		change  change
		want    string // of all findings, or ""
		warning bool
	}{
		{nil, "+ www A 192.0.2.1", "", false},
		{nil, "- @ NS", "example.com. has no NS record", false},
		{nil, "- @ SOA", "example.com. has no SOA record", false},
		{nil, "+ *.sub NS ns.example.net.", "*.sub.example.com. is a wildcard and has NS records", false},
		{[]change{"+ www A 192.0.2.1"}, "+ www CNAME host", "www.example.com. has a CNAME record beside A", false},
		{[]change{"+ www.old A 192.0.2.1"}, "+ old DNAME example.net.", "old.example.com. has a DNAME record, and there are names below it", false},
		{[]change{"+ www.old steered A"}, "+ old DNAME example.net.", "old.example.com. has a DNAME record, and there are names below it", false},
		{[]change{"+ old DNAME example.net."}, "+ www.old A 192.0.2.1", "www.old.example.com. lies below old.example.com., which has a DNAME record", false},
		{[]change{"+ old DNAME example.net."}, "+ www.old steered A", "www.old.example.com. lies below old.example.com., which has a DNAME record", false},
		{[]change{"- ns1 A", "+ @ DNAME example.net."}, "+ www A 192.0.2.1", "www.example.com. lies below example.com., which has a DNAME record", false},
		{[]change{"+ www steered A AAAA"}, "+ www AAAA 2001:db8::1", "www.example.com. has static records of type AAAA, which is steered there", false},
		{[]change{"+ www A 192.0.2.1"}, "+ www steered A", "www.example.com. has static records of type A, which is steered there", false},
		{[]change{"+ www MX 0 ."}, "+ www steered A", "", false},
		{[]change{"+ www MX 0 ."}, "+ www steered CNAME", "www.example.com. is a steered record of names, and has MX beside it", false},
		{[]change{"- ns1 A"}, "+ ns1 steered A", "example.com. is delegated to ns1.example.com., which is a steered name", false},
		{[]change{"- ns1 A"}, "+ * steered A", "example.com. is delegated to ns1.example.com., which is a steered name", false},
		{nil, "+ * steered A", "", false},
		{[]change{"+ x.ns1 A 192.0.2.1"}, "- ns1 A", "example.com. is delegated to ns1.example.com., which has no address in the zone (missing glue)", true},
		{[]change{"+ * A 192.0.2.1"}, "- ns1 A", "", false},
		{[]change{"+ www.sub A 192.0.2.1"}, "+ sub NS ns.example.net.", "sub.example.com. is a zone cut, and there are names below it: they are kept, but not served", true},
		{[]change{"+ ns.sub A 192.0.2.1"}, "+ sub NS ns.sub", "", false},
		{[]change{"+ sub NS ns.example.net."}, "+ www.sub A 192.0.2.1", "www.sub.example.com. has records of type A below the zone cut sub.example.com.: they are kept, but not served", true},
		{[]change{"+ sub NS ns.sub", "+ ns.sub A 192.0.2.1"}, "- ns.sub A", "sub.example.com. is delegated to ns.sub.example.com., which has no address in the zone (missing glue)", true},
		{[]change{"+ sub NS sub"}, "+ sub A 192.0.2.1", "", false},
		{[]change{"+ www A 192.0.2.1"}, "+ www ALIAS host", "www.example.com. has static records of type A, which its ALIAS answers too", false},
		{[]change{"+ www ALIAS host"}, "+ www A 192.0.2.1", "www.example.com. has static records of type A, which its ALIAS answers too", false},
		{[]change{"+ www ALIAS host AAAA"}, "+ www A 192.0.2.1", "", false},
		{[]change{"+ www ALIAS host"}, "+ www steered AAAA", "www.example.com. has an ALIAS that answers type AAAA, which is steered there", false},
		{[]change{"+ www ALIAS host"}, "+ host CNAME www", "host.example.com. leads in a circle: host.example.com. → www.example.com. → host.example.com.", false},
		{[]change{"+ *.w ALIAS www", "+ www ALIAS a.w", "+ x.a.w TXT x"}, "- x.a.w TXT", "x.a.w.example.com. leads in a circle: *.w.example.com. → www.example.com. → *.w.example.com.", false},
		{[]change{"+ www ALIAS host"}, "+ host ALIAS www HTTPS", "", false},
		{[]change{"+ sub NS ns.sub", "+ ns.sub A 192.0.2.1"}, "+ sub DS 1 13 2 00", "", false},
		{[]change{"+ *.sub A 192.0.2.1"}, "+ sub NS ns.sub", "sub.example.com. is delegated to ns.sub.example.com., which has no address in the zone (missing glue)", true},
	} {
		c, steered := example(t), make(map[wire.Name][]uint16)
		for _, ch := range tt.before {
			ch.apply(t, c, steered)
		}
		owner := tt.change.apply(t, c, steered)
		problems := ValidateOwner(zone, owner, c.Surroundings(steered))
		if tt.want == "" && len(problems) == 0 {
			continue
		}
		if !slices.ContainsFunc(problems, func(p config.Problem) bool { return p.Message == tt.want && p.Warning == tt.warning }) {
			t.Errorf("%v, then %s: got %v, want %q", tt.before, tt.change, problems, tt.want)
		}
	}
	problems := ValidateOwner(zone, wire.MustParseName("www.example.net."), example(t).Surroundings(nil))
	if problems.Err() == nil || problems[0].Message != "www.example.net. lies outside of the zone example.com." {
		t.Errorf("got %v", problems)
	}
}

func example(t rapid.TB) *Contents {
	c, problems := Parse("example.com.zone", []byte("$TTL 300\n@ SOA ns1 hostmaster 1 3600 900 604800 300\n@ NS ns1\nns1 A 192.0.2.1\n"), "", nil, ReadOptions{})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return c
}

// A zone without errors that is changed at one name has errors exactly when they are
// found at that name: to check what a change touches is as good as checking it all.
// Not so for a name server of a zone cut that lies elsewhere in the zone, nor for a
// name that no longer exists and falls to a steered wildcard: those are not drawn.
func TestOwnerIsAsGoodAsWhole(t *testing.T) {
	names := []string{"@", "a", "b.a", "c.b.a", "*.a", "d", "*.d", "x.d"}
	draw := rapid.Custom(func(t *rapid.T) change {
		name := rapid.SampledFrom(names).Draw(t, "name")
		all := []string{"A 192.0.2.1", "A 192.0.2.2", "AAAA 2001:db8::1", "TXT x", "CNAME example.net.", "CNAME example.org.", "DNAME example.net.", "DNAME example.org.",
			"ALIAS d", "ALIAS y.d", "ALIAS a", "ALIAS b.a AAAA", "CNAME x.d", "CNAME b.a", "NS ns.example.net.", "NS " + name, "MX 0 .", "DS 1 13 2 00", "SOA a b 1 2 3 4 5"}
		if name == "a" {
			all = append(all, "NS c.b.a", "NS b.a")
		}
		if name[0] != '*' {
			all = append(all, "steered A", "steered AAAA", "steered CNAME")
		}
		data := rapid.SampledFrom(all).Draw(t, "data")
		if rapid.IntRange(0, 2).Draw(t, "add") > 0 {
			return change("+ " + name + " " + data)
		}
		return change("- " + name + " " + strings.Fields(data)[0])
	})
	rapid.Check(t, func(t *rapid.T) {
		c, steered := example(t), make(map[wire.Name][]uint16)
		for _, ch := range rapid.SliceOfN(draw, 1, 12).Draw(t, "changes") {
			changed, changedSteered := NewContents(c.Name), maps.Clone(steered)
			for s := range c.All() {
				changed.Put(s)
			}
			owner := ch.apply(t, changed, changedSteered)
			whole, local := changed.Validate(changedSteered), ValidateOwner(c.Name, owner, changed.Surroundings(changedSteered))
			if (whole.Err() != nil) != (local.Err() != nil) {
				t.Fatalf("after %s\nin the whole zone: %v\nat the name: %v", ch, whole, local)
			}
			allPlainAreRight(t, changed, changedSteered)
			if whole.Err() == nil {
				c, steered = changed, changedSteered
			}
		}
	})
}

// allPlainAreRight looks closely at the owners that Validate takes for plain.
func allPlainAreRight(t *rapid.T, c *Contents, steered map[wire.Name][]uint16) {
	z, plain := newSurroundings(c, steered), c.plain(steered)
	for i, s := range c.sets.all() {
		owner := s.Owner.Canonical()
		if !s.head || !plain.is(i, owner) {
			continue
		}
		v := newValidator(c.Name, owner, z)
		v.here()
		v.above()
		if len(v.found) > 0 {
			t.Fatalf("%s isn't plain: %v", owner, v.found)
		}
	}
}
