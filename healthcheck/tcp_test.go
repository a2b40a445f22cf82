package healthcheck

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"meridian/config"
)

func TestTCP(t *testing.T) {
	check := config.Check{Kind: config.KindTCP}
	for _, tt := range []probeCase{
		{name: "hang after accept", handle: hang, ok: true, reason: connected},
		{name: "closed at once", handle: func(net.Conn) {}, ok: true, reason: connected},
		{name: "refused", reason: `connection refused`},
	} {
		tt.check = check
		tt.run(t, nil)
	}
}

func TestTCPBlackHole(t *testing.T) {
	address := blackHole(t)
	target := NewTarget(config.Check{Kind: config.KindTCP, Port: address.Port(), Timeout: config.Duration(short)}, address.Addr(), "")
	ctx, cancel := context.WithTimeout(t.Context(), short)
	defer cancel()
	if got := NewProber(nil).Probe(ctx, target); got.OK || got.Reason != "no connection within 500ms" {
		t.Errorf("%+v", got)
	}
}

// blackHole is a port that answers no SYN any more: a listener accepts nothing and
// its queue, of length one, is filled until a connect hangs.
func blackHole(t *testing.T) netip.AddrPort {
	t.Helper()
	socket, address := boundSocket(t)
	if err := syscall.Listen(socket, 0); err != nil {
		t.Fatal(err)
	}
	for range 16 {
		conn, err := net.DialTimeout("tcp", address.String(), short)
		if err != nil {
			return address
		}
		t.Cleanup(func() { conn.Close() })
	}
	t.Fatal("a full queue still takes connections")
	return address
}

// A probe leaves no socket in TIME_WAIT: its end is a reset, which is what the
// server sees.
func TestProbesEndInAReset(t *testing.T) {
	ended := make(chan error, 1)
	address := serve(t, func(conn net.Conn) {
		_, err := conn.Read(make([]byte, 1))
		ended <- err
	})
	target := NewTarget(config.Check{Kind: config.KindTCP, Port: address.Port()}, address.Addr(), "")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if got := NewProber(nil).Probe(ctx, target); !got.OK {
		t.Fatal(got.Reason)
	}
	if err := <-ended; !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the server saw %v, want a reset", err)
	}
}
