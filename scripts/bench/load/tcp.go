package load

// The same over connections: some clients at once, each of which connects, sends a number
// of queries together, takes the answers in any order, and closes.

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// Connections is how connections are made.
type Connections struct {
	// Stream makes the stream of the i-th client.
	Stream  func(i int) Stream
	Clients int // at once, 8 if 0
	Queries int // on each connection
}

// RunTCP connects again and again. Results are of connections that began while it was
// measured: their latency is from the connection's start to its last answer.
func RunTCP(server netip.AddrPort, c Connections, o Options) (Result, error) {
	if c.Clients == 0 {
		c.Clients = 8
	}
	group, ctx := errgroup.WithContext(context.Background())
	start := time.Now()
	results := make([]Result, c.Clients)
	for i := range c.Clients {
		group.Go(func() error {
			client := client{server: server, stream: c.Stream(i), queries: c.Queries, from: uint32(i) << 8}
			return client.run(ctx, start.Add(o.Warmup), start.Add(o.Warmup+o.Duration), &results[i])
		})
	}
	observe := func(at time.Duration) error {
		select {
		case <-ctx.Done(): // a client has an error
			return nil
		case <-time.After(time.Until(start.Add(at))):
		}
		if o.Observe == nil {
			return nil
		}
		return o.Observe()
	}
	err := observe(o.Warmup)
	began := time.Now()
	if err == nil {
		err = observe(o.Warmup + o.Duration)
	}
	sum := Result{Elapsed: time.Since(began)}
	if err := errors.Join(err, group.Wait()); err != nil {
		return Result{}, err
	}
	for i := range results {
		sum.Sent += results[i].Sent
		sum.Answers += results[i].Answers
		sum.Latency.Merge(&results[i].Latency)
	}
	return sum, nil
}

type client struct {
	server  netip.AddrPort
	stream  Stream
	queries int
	from    uint32 // counts connections, to spread them over our addresses
	out     []byte
	keys    []uint32
}

func (c *client) run(ctx context.Context, begin, end time.Time, r *Result) error {
	for ctx.Err() == nil {
		now := time.Now()
		if now.After(end) {
			return nil
		}
		if err := c.connection(); err != nil {
			return err
		}
		if now.After(begin) {
			r.Sent += uint64(c.queries)
			r.Answers += uint64(c.queries)
			r.Latency.Add(time.Since(now))
		}
	}
	return nil
}

// connection asks the queries of one connection. The address that it comes from is one
// of 127.1.0.0/16, lest the ports of one run out, which closed connections keep for a minute.
func (c *client) connection() error {
	c.from++
	dialer := net.Dialer{Timeout: 5 * time.Second, LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 1, byte(c.from>>8), byte(c.from))}}
	conn, err := dialer.Dial("tcp4", c.server.String())
	if err != nil {
		return fmt.Errorf("connecting: %w%s", err, whyDropped())
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	c.out, c.keys = c.out[:0], c.keys[:0]
	for id := range c.queries {
		start := len(c.out)
		var key uint32
		c.out, key = c.stream.Append(append(c.out, 0, 0))
		binary.BigEndian.PutUint16(c.out[start:], uint16(len(c.out)-start-2))
		binary.BigEndian.PutUint16(c.out[start+2:], uint16(id))
		c.keys = append(c.keys, key)
	}
	if _, err := conn.Write(c.out); err != nil {
		return fmt.Errorf("sending queries: %w", err)
	}
	return c.answers(conn)
}

// whyDropped is what else may drop a connection's first packet than the server: where the
// machine tracks connections, those that have ended stay in its table for two minutes.
func whyDropped() string {
	read := func(what string) (n int) {
		if b, err := os.ReadFile("/proc/sys/net/netfilter/nf_conntrack_" + what); err == nil {
			n, _ = strconv.Atoi(strings.TrimSpace(string(b)))
		}
		return n
	}
	count, most := read("count"), read("max")
	if most == 0 || count < most*9/10 {
		return ""
	}
	return fmt.Sprintf(" (the kernel tracks %d connections, at most %d: sysctl -w net.netfilter.nf_conntrack_max=1048576)", count, most)
}

func (c *client) answers(conn net.Conn) error {
	in := make([]byte, 0, 64<<10)
	seen := make([]bool, c.queries)
	for left := c.queries; left > 0; {
		n, err := conn.Read(in[len(in):cap(in)])
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return fmt.Errorf("receiving answers: %d of %d are missing: %w", left, c.queries, err)
		}
		in = in[:len(in)+n]
		at := 0
		for at+2 <= len(in) && at+2+int(binary.BigEndian.Uint16(in[at:])) <= len(in) {
			packet := in[at+2:][:binary.BigEndian.Uint16(in[at:])]
			if err := c.check(packet, seen); err != nil {
				return err
			}
			at += 2 + len(packet)
			left--
		}
		in = append(in[:0], in[at:]...)
	}
	return nil
}

func (c *client) check(packet []byte, seen []bool) error {
	if len(packet) < headerLen {
		return fmt.Errorf("wrong answer: it has %d octets", len(packet))
	}
	id := int(binary.BigEndian.Uint16(packet))
	if id >= len(seen) || seen[id] {
		return fmt.Errorf("wrong answer: no query with the ID %d is open: %x", id, packet)
	}
	seen[id] = true
	if err := c.stream.Check(packet, c.keys[id]); err != nil {
		return fmt.Errorf("wrong answer: %w: %x", err, packet)
	}
	return nil
}
