package control_test

// A large zone built by several goroutines is the zone that changes make one by one.

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"meridian/control"
	"meridian/view"
	"meridian/zones"
)

func TestBuiltZoneIsTheSame(t *testing.T) {
	built, changed := start(t, t.TempDir()), start(t, t.TempDir())
	for _, w := range []*world{built, changed} {
		w.commit(imported(t))
	}
	for i, text := range []string{
		largeZone(2_600, "192.0.2.", 8), // into a small zone
		largeZone(2_600, "198.51.100.", 9) + "more A 192.0.2.1\nN1 TXT x\nnew CNAME alias2\n", // everything is another
		largeZone(2_600, "198.51.100.", 10) + "more A 192.0.2.2\n",                            // hardly anything is
		strings.Replace(zoneText, " 7 ", " 11 ", 1),                                           // nearly all goes
	} {
		all := contents(t, text)
		change := control.Change{Message: "import"}
		change.Zone(zoneName).Contents = all
		result := built.commit(change)

		oneByOne := control.Change{}
		z := oneByOne.Zone(zoneName)
		for n := range changed.control.State().View.Zone(zoneName).Nodes() {
			for s := range n.Sets() {
				if _, stays := all.RRset(n.Canonical(), s.Type()); !stays {
					z.RRsets = append(z.RRsets, zones.RRset{Owner: n.Name(), Type: s.Type()})
				}
			}
		}
		for s := range all.All() {
			z.RRsets = append(z.RRsets, s)
		}
		want := changed.commit(oneByOne)

		if !maps.Equal(stored(changed), stored(built)) {
			t.Errorf("%d: the store (-changed +built):\n%s", i, cmp.Diff(stored(changed), stored(built)))
		}
		if !maps.Equal(nodes(changed), nodes(built)) {
			t.Errorf("%d: the view (-changed +built):\n%s", i, cmp.Diff(nodes(changed), nodes(built)))
		}
		if len(result.Diff) != len(want.Diff) {
			t.Errorf("%d: the diff has %d changes, want %d", i, len(result.Diff), len(want.Diff))
		}
		if got, want := built.ask("www.example.com.", "AAAA", london), changed.ask("www.example.com.", "AAAA", london); got != want || len(got) < 10 {
			t.Errorf("%d: www is %s, want %s", i, got, want)
		}
	}
	if want := nodes(built); !maps.Equal(nodes(built.restart()), want) {
		t.Error("the view is another after a restart")
	}
}

// largeZone is a zone with several RRsets at each of n names, in no order.
func largeZone(n int, network string, serial int) string {
	var records []string
	for i := range n {
		records = append(records,
			fmt.Sprintf("n%d A %s%d\n", i, network, i%256), fmt.Sprintf("N%d AAAA 2001:db8:%s::%x\n", i, strings.Split(network, ".")[0], i),
			fmt.Sprintf("n%d A %s%d\n", i, network, (i+1)%256), fmt.Sprintf("a.b%d.c.d TXT \"%s%d\"\n", i%97, network, i),
			fmt.Sprintf("alias%d CNAME n%s%d.example.\n", i, network, i), fmt.Sprintf("x/y%d MX %d n%d\n", i, len(network), i))
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
	return strings.Replace(zoneText, " 7 ", fmt.Sprintf(" %d ", serial), 1) + strings.Join(records, "")
}

// stored is what the store has of RRsets.
func stored(w *world) map[string]string {
	snap, err := w.store.Snapshot(0)
	if err != nil {
		w.t.Fatal(err)
	}
	defer snap.Close()
	all := map[string]string{}
	for key, value := range snap.Range("rrset/") {
		all[key] = string(value)
	}
	return all
}

// nodes is what the view has, a text for each owner.
func nodes(w *world) map[string]string {
	all := map[string]string{}
	z := w.control.State().View.Zone(zoneName)
	for n := range z.Nodes() {
		all[n.Canonical().String()] = describe(z, n)
	}
	all["zone"] = fmt.Sprint(z.Serial, z.RRsets, z.Records, z.Len(), z.Serials)
	return all
}

func describe(z *view.Zone, n view.Node) string {
	text := fmt.Sprint(n.HasChildren(), n.Cut(), n.Steered() != nil)
	for s := range n.Sets() {
		set := zones.RRset{Owner: n.Name(), Type: s.Type(), TTL: s.TTL(), RDATA: s.RDATA(z.Name)}
		text += fmt.Sprint(" ", set.Key(), set.TTL, set.Data())
	}
	return text
}
