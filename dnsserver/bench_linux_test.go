package dnsserver

// What a query costs the worker that answers it, and what an idle connection costs.

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/miekg/dns"
	"golang.org/x/sys/unix"
)

// watchedSocket tells which thread serves it.
type watchedSocket struct {
	udpSocket
	thread atomic.Int64
}

func (c *watchedSocket) hold() func() {
	release := c.udpSocket.hold()
	c.thread.Store(int64(unix.Gettid()))
	return release
}

// processorTime is how long the worker's thread has run, in nanoseconds.
func (c *watchedSocket) processorTime(b *testing.B) (ns int64) {
	b.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/self/task/%d/schedstat", c.thread.Load()))
	if err != nil {
		b.Fatal(err)
	}
	if _, err := fmt.Fscan(bytes.NewReader(data), &ns); err != nil {
		b.Fatal(err)
	}
	return ns
}

// BenchmarkUDP asks over loopback, a burst at a time, and reports what a query costs the
// worker's thread, the kernel's part included; the rest of ns/op is the client.
func BenchmarkUDP(b *testing.B) {
	for _, c := range []struct {
		listen, ask string
		burst       int
	}{
		{"127.0.0.1:0", "127.0.0.1", 1},
		{"127.0.0.1:0", "127.0.0.1", 16},
		{"127.0.0.1:0", "127.0.0.1", 64},
		{"[::]:0", "127.0.0.1", 64},
		{"[::1]:0", "::1", 64},
	} {
		b.Run(fmt.Sprintf("%s/asked=%s/burst=%d", c.listen, c.ask, c.burst), func(b *testing.B) {
			watched := &watchedSocket{}
			s := start(b, Options{Listen: []netip.AddrPort{addrPort(c.listen)}, Workers: 1, openUDP: watched.open})
			to := netip.AddrPortFrom(netip.MustParseAddr(c.ask), s.Addrs()[0].Port())
			conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(to))
			if err != nil {
				b.Fatal(err)
			}
			defer conn.Close()
			ask := func() {
				query, buf := question(b, 1, "www.example.", dns.TypeA), make([]byte, 4096)
				for range c.burst {
					conn.Write(query)
				}
				for range c.burst {
					conn.Read(buf)
				}
			}
			ask() // from now on the thread is known
			before := watched.processorTime(b)
			for b.Loop() {
				ask()
			}
			queries := float64(b.N * c.burst)
			b.ReportMetric(float64(watched.processorTime(b)-before)/queries, "server-ns/query")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/queries, "ns/query")
		})
	}
}

// open opens the system's socket, and watches it.
func (c *watchedSocket) open(ctx context.Context, network string, addr netip.AddrPort, workers int) ([]udpSocket, rooms, error) {
	sockets, got, err := openUDP(ctx, network, addr, workers)
	if err != nil {
		return nil, got, err
	}
	c.udpSocket = sockets[0]
	sockets[0] = c
	return sockets, got, nil
}

// BenchmarkIdleConnections reports what a TCP connection holds that has asked once and is
// idle since, without the kernel's part. How long that takes means nothing.
func BenchmarkIdleConnections(b *testing.B) {
	const connections = 5000
	s := start(b, Options{
		Listen: []netip.AddrPort{addrPort("127.0.0.1:0")}, Workers: 1,
		IdleTimeout: long, MaxConns: connections, MaxConnsPerClient: connections,
	})
	query := framed(question(b, 1, "www.example.", dns.TypeA))
	before := memory()
	for range connections {
		askRaw(b, s.Addrs()[0], query)
	}
	if n := s.TCP().Open; n != connections {
		b.Fatalf("%d are open", n)
	}
	b.ReportMetric(float64(memory()-before)/connections, "B/connection")
	b.ReportMetric(0, "ns/op")
}

// memory is what heap and stacks hold.
func memory() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// askRaw asks from a socket of the kernel's alone, whose client holds no memory here.
func askRaw(b *testing.B, to netip.AddrPort, query []byte) {
	b.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { unix.Close(fd) })
	if err := unix.Connect(fd, &unix.SockaddrInet4{Addr: to.Addr().As4(), Port: int(to.Port())}); err != nil {
		b.Fatal(err)
	}
	if _, err := unix.Write(fd, query); err != nil {
		b.Fatal(err)
	}
	if n, err := unix.Read(fd, make([]byte, 512)); n == 0 || err != nil {
		b.Fatal(n, err)
	}
}
