package healthcheck

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The table of targets holds what a map would, whatever comes and goes.
func TestTargetsAgreeWithAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table, model := newTargets(), map[targetKey]*target{}
		for range rapid.IntRange(0, 200).Draw(t, "steps") {
			k := keyOf(tcpTarget(rapid.IntRange(0, 60).Draw(t, "address"), time.Second))
			switch found := table.find(k); {
			case found != model[k]:
				t.Fatalf("found %p, want %p", found, model[k])
			case found == nil:
				model[k] = &target{targetKey: k}
				table.add(model[k])
				if table.remove(&target{targetKey: k}) {
					t.Fatal("removed another of the same key")
				}
			case rapid.Bool().Draw(t, "remove"):
				if !table.remove(found) {
					t.Fatal("it isn't there to be removed")
				}
				delete(model, k)
			}
			seen := 0
			for target := range table.all {
				if seen++; model[target.targetKey] != target {
					t.Fatalf("%s is there and shouldn't be", target.target())
				}
			}
			if seen != len(model) || table.number != len(model) {
				t.Fatalf("%d targets, said to be %d, want %d", seen, table.number, len(model))
			}
		}
	})
}
