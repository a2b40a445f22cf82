package demo

import (
	"testing"
	"time"
)

// A region that was killed from outside can be started again.
func TestStartAfterAnOutsidersKill(t *testing.T) {
	p := newProcesses([]string{"sh", "-c", "echo listening; exec cat >/dev/null"})
	defer p.killAll()
	r := Regions()[0]
	if err := p.start(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	first := p.children[r.Name]
	if err := first.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-first.ended:
	case <-time.After(10 * time.Second):
		t.Fatal("the killed child hasn't ended")
	}
	if p.running(r.Name) {
		t.Error("a killed child is said to run")
	}
	if err := p.start(t.Context(), r); err != nil || !p.running(r.Name) {
		t.Errorf("it can't be started again: %v", err)
	}
}
