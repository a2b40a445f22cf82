package dnsserver

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestPortIsTaken: a port of somebody else's is refused, for either protocol, be it one
// that he would share; and of what was opened by then nothing stays open.
func TestPortIsTaken(t *testing.T) {
	udp, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	tcp, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	ours := start(t, Options{Listen: []netip.AddrPort{addrPort("127.0.0.1:0")}, Workers: 2}).Addrs()[0]

	for proto, taken := range map[string]netip.AddrPort{
		"udp":  udp.LocalAddr().(*net.UDPAddr).AddrPort(),
		"tcp":  tcp.Addr().(*net.TCPAddr).AddrPort(),
		"udp ": ours,
	} {
		free := addrPort("127.0.0.1:0")
		s, err := Listen(t.Context(), newShared(t), Options{Listen: []netip.AddrPort{free}, Workers: 2})
		if err != nil {
			t.Fatal(err)
		}
		free = s.Addrs()[0]
		s.Close()
		want := taken.String() + " over " + proto[:3] + " is taken: another process listens there; stop it or listen on another port"
		if _, err := Listen(t.Context(), newShared(t), Options{Listen: []netip.AddrPort{free, taken}, Workers: 2}); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
		if s, err = Listen(t.Context(), newShared(t), Options{Listen: []netip.AddrPort{free}, Workers: 2}); err != nil {
			t.Errorf("%s stayed open: %v", free, err)
			continue
		}
		s.Close()
	}
}

func TestAddressOfSomebodyElse(t *testing.T) {
	want := "192.0.2.1:0 over udp: this machine has no such address"
	if _, err := Listen(t.Context(), newShared(t), Options{Listen: []netip.AddrPort{addrPort("192.0.2.1:0")}}); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestListenErrors: what an operator can do about it stands in the message.
func TestListenErrors(t *testing.T) {
	for _, c := range []struct {
		addr string
		err  error
		want string
	}{
		{"[::]:53", syscall.EAFNOSUPPORT, "[::]:53 over udp: this machine has no IPv6; listen on 0.0.0.0:53 instead"},
		{"[2001:db8::1]:53", syscall.EAFNOSUPPORT, "[2001:db8::1]:53 over udp: this machine doesn't speak that family of addresses"},
		{"192.0.2.1:53", syscall.EACCES, "192.0.2.1:53 over udp may not be opened: ports below 1024 need root or CAP_NET_BIND_SERVICE; listen on a higher port"},
		{"192.0.2.1:53", syscall.EMFILE, "192.0.2.1:53 over udp: this process may have no more files open: raise the limit (LimitNOFILE= of a systemd unit, ulimit -n), or use fewer workers or addresses"},
		{"192.0.2.1:53", syscall.EIO, "listening on 192.0.2.1:53 over udp: socket: input/output error"},
	} {
		if got := listenError("udp", addrPort(c.addr), os.NewSyscallError("socket", c.err)).Error(); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

// TestWarnings: what the system gives less of than is asked for is said at start, with what
// to set; where it gives all, nothing is.
func TestWarnings(t *testing.T) {
	var log strings.Builder
	s, err := Listen(t.Context(), newShared(t), Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.reportRooms(addrPort("192.0.2.1:53"), rooms{receive: receiveRoom, send: sendRoom})
	if log.Len() > 0 {
		t.Errorf("the log has\n%s", log.String())
	}
	s.reportRooms(addrPort("192.0.2.1:53"), rooms{receive: 212992, send: 212992})
	s.opts.MaxConns = 1 << 30
	s.reportDescriptors()
	for _, want := range []string{"raise net.core.rmem_max", "raise net.core.wmem_max", "raise the limit (LimitNOFILE="} {
		if strings.Count(log.String(), want) != 1 {
			t.Errorf("%q isn't there once in\n%s", want, log.String())
		}
	}
}

// TestServeEnds with its context and with Close, also while clients are connected, who
// see the end.
func TestServeEnds(t *testing.T) {
	for name, end := range map[string]func(s *Server, cancel context.CancelFunc){
		"cancel": func(_ *Server, cancel context.CancelFunc) { cancel() },
		"close":  func(s *Server, _ context.CancelFunc) { s.Close(); s.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Listen(t.Context(), newShared(t), Options{Listen: []netip.AddrPort{addrPort("127.0.0.1:0")}, Workers: 2, Logger: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			ended := make(chan error)
			go func() { ended <- s.Serve(ctx) }()
			c := dialTCP(t, s.Addrs()[0])
			checkAnswer(t, c.ask(question(t, 1, "www.example.", 1)), 1)
			end(s, cancel)
			if err := <-ended; err != nil {
				t.Error(err)
			}
			c.wantEnd()
			if again, err := Listen(t.Context(), newShared(t), Options{Listen: s.Addrs()}); err != nil {
				t.Errorf("the port is still held: %v", err)
			} else {
				again.Close()
			}
		})
	}
}
