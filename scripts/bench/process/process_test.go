package process

import (
	"net"
	"os"
	"testing"
	"time"
)

func TestTreeIsMeasured(t *testing.T) {
	p, err := Start(t.TempDir(), nil, "sh", "-c", "while :; do :; done & echo started; wait")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		for _, pid := range p.PIDs() { // the shell's own child too
			proc, _ := os.FindProcess(pid)
			_ = proc.Kill()
		}
		_ = p.Stop()
	}()
	if err := p.Ready(t.Context(), func() error { _, err := busy(p); return err }); err != nil {
		t.Fatal(err)
	}
	if m, err := p.Memory(); err != nil || m.Anonymous == 0 || m.Total < m.Anonymous {
		t.Errorf("memory %+v, %v", m, err)
	}
	if err := p.Pin(0); err != nil {
		t.Error(err)
	}
}

// busy is the tree's processor time, once a child has taken some.
func busy(p *Process) (time.Duration, error) {
	if len(p.PIDs()) < 2 {
		return 0, os.ErrNotExist
	}
	cpu, err := p.CPU()
	if err == nil && cpu < 20*time.Millisecond {
		err = os.ErrDeadlineExceeded
	}
	return cpu, err
}

func TestCrashSaysWhy(t *testing.T) {
	p, err := Start(t.TempDir(), nil, "sh", "-c", "echo no zone; exit 3")
	if err != nil {
		t.Fatal(err)
	}
	err = p.Ready(t.Context(), func() error { return os.ErrNotExist })
	if err == nil || err.Error() != "sh ended: exit status 3\nno zone\n" && err.Error() != "bash ended: exit status 3\nno zone\n" {
		t.Errorf("got %q", err)
	}
}

func TestDropsAreSeen(t *testing.T) {
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetReadBuffer(4096); err != nil {
		t.Fatal(err)
	}
	for range 100 { // nobody reads
		if _, err := c.WriteTo(make([]byte, 512), c.LocalAddr()); err != nil {
			t.Fatal(err)
		}
	}
	n, err := Drops(uint16(c.LocalAddr().(*net.UDPAddr).Port))
	if err != nil || n == 0 || n > 100 {
		t.Errorf("%d drops, %v", n, err)
	}
}
