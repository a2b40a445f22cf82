package healthcheck

// The tcp kind: up when a connection can be made. Its connection is also the one
// that other kinds speak over.

import (
	"context"
	"net"
	"net/netip"
	"time"
)

func probeTCP(ctx context.Context, t Target) Result {
	var r report
	conn, err := connect(ctx, t.Address, &r)
	if err != nil {
		return r.fail("%s", words(err, "connection", t.Settings.Timeout))
	}
	conn.Close()
	return r.pass()
}

// connect connects to exactly that address: nothing is resolved and no proxy is
// asked. When ctx ends, reads and writes under way end too.
func connect(ctx context.Context, address netip.AddrPort, r *report) (*probeConn, error) {
	start := time.Now()
	dialer := net.Dialer{KeepAlive: -1} // a probe is over before a keep-alive would be sent
	conn, err := dialer.DialTCP(ctx, "tcp", netip.AddrPort{}, address)
	if err != nil {
		return nil, err
	}
	r.phases.Connect = time.Since(start)
	r.say("connected in %s", milliseconds(r.phases.Connect))
	expire := func() { conn.SetDeadline(time.Unix(1, 0)) }
	return &probeConn{TCPConn: conn, stop: context.AfterFunc(ctx, expire)}, nil
}

// probeConn is a connection that leaves nothing behind.
type probeConn struct {
	*net.TCPConn
	stop func() bool
}

// Close resets the connection. Thousands of probes a second would else leave as
// many sockets in TIME_WAIT (RFC 9293 section 3.6.1), and nothing that was sent
// matters any more.
func (c *probeConn) Close() error {
	c.stop()
	c.SetLinger(0)
	return c.TCPConn.Close()
}
