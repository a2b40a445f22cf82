package dnsserver

import (
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"
)

// TestSocketOptions: no socket sends fragments (RFC 9715 section 3.1), nor looks at the path's
// MTU, which forged ICMP messages can lower; and the kernel says how much it keeps.
func TestSocketOptions(t *testing.T) {
	for _, listen := range []string{"127.0.0.1:0", "0.0.0.0:0", "[::1]:0", "[::]:0"} {
		s := start(t, Options{Listen: []netip.AddrPort{addrPort(listen)}, Workers: 2})
		want := map[[2]int]int{{unix.IPPROTO_IP, unix.IP_MTU_DISCOVER}: unix.IP_PMTUDISC_PROBE}
		if s.Addrs()[0].Addr().Is6() {
			want[[2]int{unix.IPPROTO_IPV6, unix.IPV6_MTU_DISCOVER}] = unix.IPV6_PMTUDISC_PROBE
			want[[2]int{unix.IPPROTO_IPV6, unix.IPV6_DONTFRAG}] = 1
		}
		for _, c := range s.udp {
			raw, err := c.SyscallConn()
			if err != nil {
				t.Fatal(err)
			}
			raw.Control(func(fd uintptr) {
				for opt, value := range want {
					if got, err := unix.GetsockoptInt(int(fd), opt[0], opt[1]); err != nil || got != value {
						t.Errorf("%s: option %v is %d, %v; want %d", listen, opt, got, err, value)
					}
				}
			})
			if room, known := roomOf(c); !known || room < 64<<10 {
				t.Errorf("%s: %d octets of receive buffer, known %v", listen, room, known)
			}
		}
	}
}
