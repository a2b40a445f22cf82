package main

import (
	"runtime"
	"testing"
)

// TestMakeRoomBeside: there is room beside the workers, it is never made less, and what the
// operator says holds.
func TestMakeRoomBeside(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, c := range []struct {
		environment                    string
		before, workers, addresses, is int
	}{
		{"", 2, 2, 1, 4},
		{"", 2, 1, 1, 3},
		{"", 2, 2, 3, 8},
		{"", 8, 2, 1, 8},
		{"2", 2, 2, 1, 2},
	} {
		runtime.GOMAXPROCS(c.before)
		makeRoomBeside(c.workers, c.addresses, func(name string) string { return map[string]string{"GOMAXPROCS": c.environment}[name] })
		if got := runtime.GOMAXPROCS(0); got != c.is {
			t.Errorf("%+v: got %d", c, got)
		}
	}
}
