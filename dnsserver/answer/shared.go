package answer

// What all workers answer from, and what they were set up with.

import (
	"net/netip"
	"sync/atomic"

	"meridian/dnsserver/cookie"
	"meridian/view"
	"meridian/wire"
)

// Transport is what a query came over.
type Transport uint8

// Transports.
const (
	UDP Transport = iota
	TCP
	NumTransports
)

func (t Transport) String() string { return [...]string{"udp", "tcp"}[t] }

// Arrival is how a packet came.
type Arrival struct {
	Client netip.Addr // IPv4 as IPv4
	Over   Transport
	Now    int64 // milliseconds since 1970; of the batch that the packet came in
}

// Shared is what all Responders answer from. Its zero value has no zones and gives no
// cookies. Its parts may be set while queries are answered.
type Shared struct {
	view    atomic.Pointer[view.View]
	cookies atomic.Pointer[cookie.Secrets]
}

// View returns the view that is answered from now.
func (s *Shared) View() *view.View {
	if v := s.view.Load(); v != nil {
		return v
	}
	return &view.View{}
}

// SetView makes the next query be answered from v.
func (s *Shared) SetView(v *view.View) { s.view.Store(v) }

// SetCookies sets the secrets of server cookies; nil gives none (RFC 7873).
func (s *Shared) SetCookies(c *cookie.Secrets) { s.cookies.Store(c) }

// Settings are what a Responder is set up with. The zero value tells nothing of the
// server and limits nothing.
type Settings struct {
	// NSID names the server to who asks for it (RFC 5001); at most MaxNSID octets.
	NSID []byte
	// Chaos is what version.bind and its like say, by lower-case name; names that aren't
	// there are refused.
	Chaos map[wire.Name]string
	// ReportAgent is where resolvers are asked to report errors (RFC 9567); "" nowhere.
	ReportAgent wire.Name
	// Keepalive is how long an idle TCP connection stays open, in units of 100 ms, told
	// to who asks (RFC 7828).
	Keepalive uint16
	// UDPSize is the longest response over UDP in octets, from wire.MinUDPSize to
	// wire.MaxUDPSize; 0 is wire.DefUDPSize.
	UDPSize int
	// Additional adds the addresses of MX, SRV, SVCB and HTTPS targets that the zone has.
	Additional bool
	// Rate limits responses over UDP to one network, of one kind and about one thing, in
	// responses a second; 0 limits nothing. Exempt are networks that are never limited.
	Rate   int
	Exempt []netip.Prefix
	// LimitLoopback limits clients on this machine too.
	LimitLoopback bool
}

// MaxNSID is how long a server's name may be, so that it fits beside the longest question.
const MaxNSID = 64
