package control_test

// A large zone built by several goroutines is the zone that changes make one by one.

import (
	"fmt"
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
	all := contents(t, largeZone(2_000))
	change := control.Change{Message: "import"}
	change.Zone(zoneName).Contents = all
	result := built.commit(change)

	first := control.Change{}
	first.Zone(zoneName).Contents = contents(t, "$ORIGIN example.com.\n@ 300 SOA ns1 hostmaster 6 3600 900 604800 60\n@ 300 NS ns9.example.net.\n")
	changed.commit(first)
	change.Zones = nil
	change.Zone(zoneName).Contents = all
	changed.commit(change)

	if diff := cmp.Diff(stored(changed), stored(built)); diff != "" {
		t.Errorf("the store (-changed +built):\n%s", diff)
	}
	if diff := cmp.Diff(nodes(changed), nodes(built)); diff != "" {
		t.Errorf("the view (-changed +built):\n%s", diff)
	}
	if diff := cmp.Diff(nodes(built.restart()), nodes(changed)); diff != "" {
		t.Errorf("the view (-restarted +changed):\n%s", diff)
	}
	if want := all.Len() + 1; len(result.Diff) != want {
		t.Errorf("the diff has %d changes, want %d", len(result.Diff), want)
	}
}

// largeZone is a zone with several RRsets at each of n names, in no order.
func largeZone(n int) string {
	var records []string
	for i := range n {
		records = append(records,
			fmt.Sprintf("n%d A 192.0.2.%d\n", i, i%256), fmt.Sprintf("N%d AAAA 2001:db8::%x\n", i, i), fmt.Sprintf("n%d A 192.0.2.%d\n", i, (i+1)%256),
			fmt.Sprintf("a.b%d.c.d TXT \"%d\"\n", i%97, i), fmt.Sprintf("alias%d CNAME n%d\n", i, i), fmt.Sprintf("x/y%d MX 10 n%d\n", i, i))
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
	return zoneText + strings.Join(records, "")
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
	text := fmt.Sprint(n.HasChildren(), n.Cut())
	for s := range n.Sets() {
		set := zones.RRset{Owner: n.Name(), Type: s.Type(), TTL: s.TTL(), RDATA: s.RDATA(z.Name)}
		text += fmt.Sprint(" ", set.Key(), set.TTL, set.Data())
	}
	return text
}
