package dnsserver

import (
	"net"
	"net/netip"
	"runtime"
	"strings"
	"testing"

	"github.com/miekg/dns"
	"golang.org/x/sys/unix"
)

// TestSocketOptions: no socket sends fragments (RFC 9715 section 3.1), nor looks at the path's
// MTU, which forged ICMP messages can lower; a worker waits in the kernel; and the kernel
// says how much it keeps.
func TestSocketOptions(t *testing.T) {
	for _, listen := range []string{"127.0.0.1:0", "0.0.0.0:0", "[::1]:0", "[::]:0"} {
		s := start(t, Options{Listen: []netip.AddrPort{addrPort(listen)}, Workers: 2})
		want := map[[2]int]int{{unix.IPPROTO_IP, unix.IP_MTU_DISCOVER}: unix.IP_PMTUDISC_PROBE}
		if s.Addrs()[0].Addr().Is6() {
			want[[2]int{unix.IPPROTO_IPV6, unix.IPV6_MTU_DISCOVER}] = unix.IPV6_PMTUDISC_PROBE
			want[[2]int{unix.IPPROTO_IPV6, unix.IPV6_DONTFRAG}] = 1
		}
		for _, l := range s.udp {
			fd := l.socket.(*mmsgSocket).fd
			for opt, value := range want {
				if got, err := unix.GetsockoptInt(fd, opt[0], opt[1]); err != nil || got != value {
					t.Errorf("%s: option %v is %d, %v; want %d", listen, opt, got, err, value)
				}
			}
			if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0); err != nil || flags&unix.O_NONBLOCK != 0 {
				t.Errorf("%s: flags %#x, %v", listen, flags, err)
			}
			if got := roomsOf(fd); got.receive < 64<<10 || got.send < 64<<10 {
				t.Errorf("%s: %+v", listen, got)
			}
		}
	}
}

// TestCloseWakes a worker that waits, whatever kind of address it listens on, and closing
// again changes nothing.
func TestCloseWakes(t *testing.T) {
	for _, listen := range []string{"127.0.0.1:0", "0.0.0.0:0", "[::1]:0", "[::]:0"} {
		s := start(t, Options{Listen: []netip.AddrPort{addrPort(listen)}, Workers: 2})
		ask := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), s.Addrs()[0].Port())
		if listen == "[::1]:0" {
			ask = s.Addrs()[0]
		}
		m, _ := askUDP(t, ask, question(t, 1, "www.example.", dns.TypeA))
		checkAnswer(t, m, 1)
		for _, l := range s.udp {
			for range 2 {
				if err := l.socket.close(); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

// TestDrops: what comes while no worker takes it is dropped at some point, and counted,
// also once the socket is closed.
func TestDrops(t *testing.T) {
	s, err := Listen(t.Context(), newShared(t), Options{Listen: []netip.AddrPort{addrPort("127.0.0.1:0")}, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(s.Addrs()[0]))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if got := s.UDP(); got != (UDPCounts{}) {
		t.Errorf("at first %+v", got)
	}
	const sent = 20
	fd := s.udp[0].socket.(*mmsgSocket).fd
	unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 4096)
	for range sent {
		if _, err := c.Write(make([]byte, 1000)); err != nil {
			t.Fatal(err)
		}
	}
	lost := s.UDP().ReceiveDrops
	if lost == 0 || lost >= sent {
		t.Errorf("%d of %d are lost", lost, sent)
	}
	s.Close()
	if got := s.UDP().ReceiveDrops; got != lost {
		t.Errorf("once closed %d are lost, before %d", got, lost)
	}
}

// TestDropCountWraps at 32 bits in the kernel, and not here.
func TestDropCountWraps(t *testing.T) {
	var d dropCount
	for _, count := range []uint32{5, 1<<32 - 1, 3} {
		d.take(count)
	}
	if d.total != 1<<32+3 {
		t.Errorf("got %d", d.total)
	}
}

// TestNarrowInterface: of a batch that an interface with a small MTU is to carry, what is
// too long comes empty and with TC, and the rest as it is.
func TestNarrowInterface(t *testing.T) {
	inNetns(t, 400)
	s, err := Listen(t.Context(), newShared(t), Options{Listen: []netip.AddrPort{addrPort("127.0.0.1:0")}, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(s.Addrs()[0]))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	const n = 20
	for id := range uint16(n) {
		m := new(dns.Msg).SetQuestion("www.example.", dns.TypeA)
		if id%3 == 0 {
			m = new(dns.Msg).SetQuestion("long.example.", dns.TypeTXT).SetEdns0(1232, false)
		}
		m.Id = id
		b, err := m.Pack()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	serve(t, s)
	buf := make([]byte, 4096)
	for id := range uint16(n) {
		k, err := c.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		m := unpack(t, buf[:k])
		if id%3 != 0 {
			checkAnswer(t, m, id)
		} else if m.Id != id || !m.Truncated || len(m.Answer) != 0 {
			t.Errorf("got\n%s", m)
		}
	}
	if got := s.UDP(); got != (UDPCounts{}) {
		t.Errorf("got %+v", got)
	}
}

// inNetns moves the test's thread into a network namespace of its own, whose loopback
// interface carries so many octets; the thread ends with the test.
func inNetns(t *testing.T, mtu uint32) {
	t.Helper()
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		runtime.UnlockOSThread()
		t.Skipf("a network namespace needs root: %v", err)
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		t.Fatal(err)
	}
	lo.SetUint32(mtu)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFMTU, lo); err != nil {
		t.Fatal(err)
	}
	lo.SetUint16(unix.IFF_UP)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo); err != nil {
		t.Fatal(err)
	}
}

// TestReplyControl: an answer leaves from the address asked, by whichever interface leads
// to the client, but for link-local addresses, which are those of one interface.
func TestReplyControl(t *testing.T) {
	v6 := func(addr string, index byte) string {
		a := netip.MustParseAddr(addr).As16()
		return strings.Repeat("h", unix.SizeofCmsghdr) + string(a[:]) + string([]byte{index, 0, 0, 0})
	}
	v4 := func(index byte) string {
		return strings.Repeat("h", unix.SizeofCmsghdr) + string([]byte{index, 0, 0, 0, 192, 0, 2, 1, 192, 0, 2, 1})
	}
	for _, c := range []struct{ received, want string }{
		{"", ""},
		{v4(2), v4(0)},
		{v6("2001:db8::1", 2), v6("2001:db8::1", 0)},
		{v6("::ffff:192.0.2.1", 2), v6("::ffff:192.0.2.1", 0)},
		{v6("fe80::1", 2), v6("fe80::1", 2)},
	} {
		got := []byte(c.received)
		replyControl(got)
		if string(got) != c.want {
			t.Errorf("of %q came %q, want %q", c.received, got, c.want)
		}
	}
}
