package dnsserver

// The server: which sockets there are, and who answers on them.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/netip"
	"slices"
	"sync"
	"syscall"
	"time"

	"meridian/dnsserver/answer"
)

// Options of a Server.
type Options struct {
	Listen  []netip.AddrPort // port 0 chooses one, the same for UDP and TCP
	Workers int              // UDP sockets for each address, each with a thread; at least 1
	Logger  *slog.Logger
	// Answer is what responses say of the server, and how they are limited: its Rate is
	// that of all workers together.
	Answer answer.Settings
	// IdleTimeout is how long a TCP client may take until its next query begins,
	// QueryTimeout how long for sending one, and for taking answers. 0 is the default.
	IdleTimeout, QueryTimeout time.Duration
	// MaxConns is how many TCP connections are open at once, MaxConnsPerClient how many of
	// one client; with one more, one that has been quiet for long is closed. 0 is the
	// default.
	MaxConns, MaxConnsPerClient int

	openUDP opener // nil is the system's
}

// opener opens a UDP socket for each worker, all with one address.
type opener func(ctx context.Context, network string, addr netip.AddrPort, workers int) ([]udpSocket, rooms, error)

// Server answers on sockets. Make it with Listen.
type Server struct {
	opts       Options
	addrs      []netip.AddrPort
	udp        []*udpLoop
	tcp        []*net.TCPListener
	responders []*answer.Responder // of the UDP sockets, by position, then those for TCP
	forTCP     chan *tcpWorker
	replies    sync.Pool // of *[]byte: batches of answers on their way over TCP
	conns      *conns
	log        *seldom
	stop       sync.Once
	done       chan struct{}
}

// Listen opens all sockets, or none and says which one couldn't be.
func Listen(ctx context.Context, shared *answer.Shared, opts Options) (*Server, error) {
	opts.setDefaults()
	s := &Server{
		opts:   opts,
		done:   make(chan struct{}),
		forTCP: make(chan *tcpWorker, max(1, opts.Workers)),
		conns:  newConns(opts.MaxConns, opts.MaxConnsPerClient),
		log:    newSeldom(opts.Logger, time.Now),
	}
	s.replies.New = func() any { return new([]byte) }
	for _, addr := range opts.Listen {
		if err := s.listen(ctx, addr); err != nil {
			s.Close()
			return nil, err
		}
	}
	s.reportDescriptors()
	s.addResponders(shared, opts.Answer)
	return s, nil
}

func (o *Options) setDefaults() {
	o.Workers = max(1, o.Workers)
	o.IdleTimeout = cmp.Or(o.IdleTimeout, DefaultIdleTimeout)
	o.QueryTimeout = cmp.Or(o.QueryTimeout, DefaultQueryTimeout)
	o.MaxConns = cmp.Or(o.MaxConns, DefaultMaxConns)
	o.MaxConnsPerClient = cmp.Or(o.MaxConnsPerClient, DefaultMaxConnsPerClient)
	if o.openUDP == nil {
		o.openUDP = openUDP
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
}

func (s *Server) addResponders(shared *answer.Shared, settings answer.Settings) {
	if settings.Rate > 0 {
		// The kernel spreads a client's ports over the workers: each takes its part.
		settings.Rate = max(1, settings.Rate/s.opts.Workers)
	}
	for _, l := range s.udp {
		l.responder = answer.NewResponder(shared, settings)
		s.responders = append(s.responders, l.responder)
	}
	settings.Rate = 0 // who speaks TCP is where he says
	settings.Keepalive = uint16(min(s.opts.IdleTimeout/(100*time.Millisecond), math.MaxUint16))
	for range cap(s.forTCP) {
		w := &tcpWorker{Responder: answer.NewResponder(shared, settings)}
		s.responders = append(s.responders, w.Responder)
		s.forTCP <- w
	}
}

// portTries is how often another port is tried where any would do and the one that
// UDP got is taken for TCP.
const portTries = 16

func (s *Server) listen(ctx context.Context, addr netip.AddrPort) error {
	for try := 1; ; try++ {
		sockets, got, err := s.listenUDP(ctx, addr)
		if err != nil {
			return listenError("udp", addr, err)
		}
		listener, err := s.listenTCP(ctx, got)
		if err != nil {
			closeUDP(sockets)
			if addr.Port() == 0 && try < portTries {
				continue
			}
			return listenError("tcp", got, err)
		}
		for _, c := range sockets {
			s.udp = append(s.udp, &udpLoop{socket: c, log: s.log})
		}
		s.tcp, s.addrs = append(s.tcp, listener), append(s.addrs, got)
		return nil
	}
}

// listenUDP opens a socket for each worker. The first is opened without sharing, so
// that a port of another process is found taken rather than shared.
func (s *Server) listenUDP(ctx context.Context, addr netip.AddrPort) ([]udpSocket, netip.AddrPort, error) {
	network := s.network("udp", addr)
	probe, err := net.ListenUDP(network, net.UDPAddrFromAddrPort(addr))
	if err != nil {
		return nil, addr, err
	}
	addr = netip.AddrPortFrom(addr.Addr(), probe.LocalAddr().(*net.UDPAddr).AddrPort().Port())
	probe.Close()
	sockets, got, err := s.opts.openUDP(ctx, network, addr, s.opts.Workers)
	if err == nil {
		s.reportRooms(addr, got)
	}
	return sockets, addr, err
}

func closeUDP(sockets []udpSocket) {
	for _, c := range sockets {
		c.close()
	}
}

// rooms is how many octets the kernel keeps for a UDP socket: of queries that its worker
// hasn't taken, and of answers that the interface hasn't.
type rooms struct{ receive, send int }

func (s *Server) reportRooms(addr netip.AddrPort, got rooms) {
	if got.receive < receiveRoom {
		s.opts.Logger.Warn("the kernel gives less receive buffer than asked for, so that bursts of queries may be lost: raise net.core.rmem_max",
			"address", addr, "bytes", got.receive, "asked", receiveRoom)
	}
	if got.send < sendRoom {
		s.opts.Logger.Warn("the kernel gives less send buffer than asked for, so that bursts of answers may be lost: raise net.core.wmem_max",
			"address", addr, "bytes", got.send, "asked", sendRoom)
	}
	s.opts.Logger.Debug("socket buffers", "address", addr, "receive_bytes", got.receive, "send_bytes", got.send)
}

// otherDescriptors is what the rest of the process may need at once, most of it for probes.
const otherDescriptors = 256

// reportDescriptors says where fewer TCP connections can be open than may be.
func (s *Server) reportDescriptors() {
	needed := len(s.udp) + len(s.tcp) + s.opts.MaxConns + otherDescriptors
	if limit, known := mayHaveOpen(); known && limit < needed {
		s.opts.Logger.Warn("this process may have too few files open for all TCP connections that it is to take, so that some are closed early: raise the limit (LimitNOFILE= of a systemd unit, ulimit -n), or take fewer connections",
			"limit", limit, "needed", needed, "tcp_connections", s.opts.MaxConns)
	}
}

func (s *Server) listenTCP(ctx context.Context, addr netip.AddrPort) (*net.TCPListener, error) {
	// Keep-alive probes would tell what the idle timeout tells sooner.
	lc := net.ListenConfig{KeepAlive: -1, Control: func(_, _ string, c syscall.RawConn) error { return setUpTCP(c) }}
	l, err := lc.Listen(ctx, s.network("tcp", addr), addr.String())
	if err != nil {
		return nil, err
	}
	return l.(*net.TCPListener), nil
}

// network keeps 0.0.0.0 to IPv4, while [::] takes both families, unless 0.0.0.0 is
// listened on beside it.
func (s *Server) network(proto string, addr netip.AddrPort) string {
	switch {
	case addr.Addr().Is4():
		return proto + "4"
	case slices.ContainsFunc(s.opts.Listen, func(a netip.AddrPort) bool { return a.Addr() == netip.IPv4Unspecified() }):
		return proto + "6"
	}
	return proto
}

func listenError(proto string, addr netip.AddrPort, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("%s over %s is taken: another process listens there; stop it or listen on another port", addr, proto)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("%s over %s may not be opened: ports below 1024 need root or CAP_NET_BIND_SERVICE; listen on a higher port", addr, proto)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return fmt.Errorf("%s over %s: this machine has no such address", addr, proto)
	case errors.Is(err, syscall.EMFILE):
		return fmt.Errorf("%s over %s: this process may have no more files open: raise the limit (LimitNOFILE= of a systemd unit, ulimit -n), or use fewer workers or addresses", addr, proto)
	case errors.Is(err, syscall.EAFNOSUPPORT) && addr.Addr() == netip.IPv6Unspecified():
		return fmt.Errorf("%s over %s: this machine has no IPv6; listen on 0.0.0.0:%d instead", addr, proto, addr.Port())
	case errors.Is(err, syscall.EAFNOSUPPORT):
		return fmt.Errorf("%s over %s: this machine doesn't speak that family of addresses", addr, proto)
	}
	return fmt.Errorf("listening on %s over %s: %w", addr, proto, err)
}

// Addrs are the addresses that are listened on, with the ports that were chosen.
func (s *Server) Addrs() []netip.AddrPort { return s.addrs }

// Responders are all that answer, for their counters.
func (s *Server) Responders() []*answer.Responder { return s.responders }

// UDP counts what was lost; any goroutine may ask.
func (s *Server) UDP() (counts UDPCounts) {
	for _, l := range s.udp {
		counts.ReceiveDrops += l.socket.drops()
		counts.SendErrors += l.failed.Load()
	}
	return counts
}

// TCP counts connections; any goroutine may ask.
func (s *Server) TCP() TCPCounts { return s.conns.count() }

// Serve answers until ctx ends or the server is closed, then closes the sockets and
// waits for what is under way.
func (s *Server) Serve(ctx context.Context) error {
	var wg sync.WaitGroup
	for _, l := range s.udp {
		wg.Go(l.serve)
	}
	for _, l := range s.tcp {
		wg.Go(func() { s.serveTCP(l) })
	}
	wg.Go(s.sweepTCP)
	select {
	case <-ctx.Done():
	case <-s.done:
	}
	s.Close()
	wg.Wait()
	return nil
}

// Close closes all sockets. It may be called more than once.
func (s *Server) Close() {
	s.stop.Do(func() { close(s.done) })
	for _, l := range s.udp {
		l.socket.close()
	}
	for _, l := range s.tcp {
		l.Close()
	}
	s.conns.close()
}
