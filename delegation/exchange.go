package delegation

// One question to one server, and the network that carries it.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/miekg/dns"

	"meridian/wire"
)

// bufferSize is what resolvers say they take over UDP, in octets: what every path carries in
// one piece (RFC 9715 section 3.2).
const bufferSize = 1232

// Query is a question to one server.
type Query struct {
	Server  netip.AddrPort
	Name    wire.Name
	Type    uint16
	TCP     bool
	Recurse bool         // RD: for resolvers
	Size    uint16       // the EDNS buffer size in octets; 0: without EDNS
	Subnet  netip.Prefix // the client subnet to send (RFC 7871); needs Size; invalid: none
}

// Reply is the message that came back.
type Reply struct {
	*dns.Msg
	Size int // octets on the wire
}

// Exchanger carries questions. Its methods may be called from any number of goroutines.
type Exchanger interface {
	// Exchange asks once or a few times and returns the reply, however bad; an error is
	// returned when none came. It takes a bounded time even if ctx has no deadline.
	Exchange(ctx context.Context, q Query) (Reply, error)
}

// errNoAnswer is returned when a server kept silent.
var errNoAnswer = errors.New("no answer")

// errUsedUp is returned when a check has asked as much as it may.
var errUsedUp = errors.New("the check has asked as many questions as it may")

// counted is an Exchanger that stops after so many questions.
type counted struct {
	Exchanger
	most  int64
	asked atomic.Int64
}

func (c *counted) Exchange(ctx context.Context, q Query) (Reply, error) {
	if c.asked.Add(1) > c.most {
		return Reply{}, errUsedUp
	}
	return c.Exchanger.Exchange(ctx, q)
}

// Network is the Exchanger of this machine's network. The zero value is of use.
type Network struct {
	// Timeout is how long one try may take (default 2 s, what resolvers wait at most
	// before they turn to another server). Over UDP there are two.
	Timeout time.Duration
}

const defaultTimeout = 2 * time.Second

// Exchange asks twice over UDP, once over TCP.
func (n Network) Exchange(ctx context.Context, q Query) (Reply, error) {
	tries := 2
	if q.TCP {
		tries = 1
	}
	var reply Reply
	var err error
	for range tries {
		if reply, err = n.try(ctx, q); !errors.Is(err, errNoAnswer) || ctx.Err() != nil {
			break
		}
	}
	return reply, err
}

func (n Network) try(ctx context.Context, q Query) (Reply, error) {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(n.Timeout, defaultTimeout))
	defer cancel()
	network := "udp"
	if q.TCP {
		network = "tcp"
	}
	raw, err := (&net.Dialer{}).DialContext(ctx, network, q.Server.String())
	if err != nil {
		return Reply{}, noReply(err)
	}
	defer raw.Close()
	stop := context.AfterFunc(ctx, func() { raw.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	question := q.message()
	conn := &dns.Conn{Conn: raw, UDPSize: dns.MaxMsgSize - 1}
	if err := conn.WriteMsg(question); err != nil {
		return Reply{}, noReply(err)
	}
	var broken error // a packet that is no message; over UDP it need not be the server's
	for {
		packet, err := conn.ReadMsgHeader(nil)
		if err != nil && !errors.Is(err, dns.ErrShortRead) {
			return Reply{}, cmp.Or(broken, noReply(err))
		}
		msg := new(dns.Msg)
		if err == nil {
			err = msg.Unpack(packet)
		}
		if err != nil {
			broken = fmt.Errorf("its reply can't be read: %w", err)
			continue
		}
		if msg.Response && msg.Id == question.Id && sameQuestion(msg, question) {
			return Reply{msg, len(packet)}, nil
		}
	}
}

// noReply makes of the many errors of a socket those that a check tells apart.
func noReply(err error) error {
	var timeout net.Error
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout() {
		return errNoAnswer
	}
	return err
}

// unroutable says whether the packet never left this machine.
func unroutable(err error) bool {
	return errors.Is(err, syscall.ENETUNREACH) || errors.Is(err, syscall.EADDRNOTAVAIL) || errors.Is(err, syscall.EAFNOSUPPORT)
}

// sameQuestion says whether a reply is to a question; errors may come without one.
func sameQuestion(reply, asked *dns.Msg) bool {
	if len(reply.Question) == 0 {
		return reply.Rcode != dns.RcodeSuccess
	}
	r, a := reply.Question[0], asked.Question[0]
	return r.Qtype == a.Qtype && r.Qclass == a.Qclass && strings.EqualFold(r.Name, a.Name)
}

func (q Query) message() *dns.Msg {
	m := new(dns.Msg)
	m.SetQuestion(q.Name.String(), q.Type)
	m.RecursionDesired = q.Recurse
	if q.Size == 0 {
		return m
	}
	m.SetEdns0(q.Size, false)
	if !q.Subnet.IsValid() {
		return m
	}
	family := uint16(1)
	if q.Subnet.Addr().Is6() {
		family = 2
	}
	opt := m.IsEdns0()
	opt.Option = append(opt.Option, &dns.EDNS0_SUBNET{
		Code: dns.EDNS0SUBNET, Family: family, SourceNetmask: uint8(q.Subnet.Bits()), Address: q.Subnet.Addr().AsSlice(),
	})
	return m
}
