package scale

// Endpoints that are checked, on addresses of loopback, which can be told to fail.

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"meridian/scripts/bench/process"
)

// endpoint answers probes over HTTP: 200, or 503 while it fails.
type endpoint struct {
	addr     netip.Addr
	listener net.Listener

	mu      sync.Mutex // guards what follows
	failing bool
	inRow   int       // answers since it was told so
	last    time.Time // just before the answer that made wanted in a row
	wanted  int
	enough  chan struct{} // closed then
}

// newEndpoints opens endpoints on one port of 127.0.9.1 and so on.
func newEndpoints(count int) ([]*endpoint, uint16, error) {
	port, err := process.FreePort()
	if err != nil {
		return nil, 0, err
	}
	var all []*endpoint
	for i := range count {
		e := &endpoint{addr: netip.AddrFrom4([4]byte{127, 0, 9, byte(1 + i)})}
		if e.listener, err = net.Listen("tcp", netip.AddrPortFrom(e.addr, port).String()); err != nil {
			closeAll(all)
			return nil, 0, fmt.Errorf("listening for checks: %w", err)
		}
		go e.serve()
		all = append(all, e)
	}
	return all, port, nil
}

func closeAll(all []*endpoint) {
	for _, e := range all {
		e.listener.Close()
	}
}

func (e *endpoint) serve() {
	for {
		conn, err := e.listener.Accept()
		if err != nil {
			return
		}
		go e.answer(conn)
	}
}

func (e *endpoint) answer(conn net.Conn) {
	defer conn.Close()
	if _, err := http.ReadRequest(bufio.NewReader(conn)); err != nil {
		return
	}
	status := "200 OK"
	e.mu.Lock()
	if e.failing {
		status = "503 Service Unavailable"
	}
	e.inRow++
	if e.inRow == e.wanted {
		e.last = time.Now()
		close(e.enough)
	}
	e.mu.Unlock()
	fmt.Fprintf(conn, "HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", status)
}

// turn makes the endpoint fail, or not, and returns a channel that is closed when it has
// answered so a number of times.
func (e *endpoint) turn(failing bool, times int) <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.failing, e.inRow, e.wanted, e.enough = failing, 0, times, make(chan struct{})
	return e.enough
}

// decided is when the answer left that made turn's number full.
func (e *endpoint) decided() time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.last
}
