package load

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"
)

const zone = "bench.test."

var (
	region  = netip.MustParseAddr("127.0.8.1")
	clients = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8:1:2300::/56")}
)

func name(i int) string        { return fmt.Sprintf("n%04d.%s", i, zone) }
func address(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}) }

// answer is the right answer.
func answer(q *dns.Msg) *dns.Msg {
	r := new(dns.Msg).SetReply(q)
	var i int
	a := region
	if n, _ := fmt.Sscanf(q.Question[0].Name, "n%d.", &i); n == 1 {
		a = address(i)
	}
	r.Answer = []dns.RR{&dns.A{Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 30}, A: a.AsSlice()}}
	if opt := q.IsEdns0(); opt != nil {
		reply := &dns.OPT{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeOPT, Class: 1232}}
		for _, o := range opt.Option {
			if s, ok := o.(*dns.EDNS0_SUBNET); ok {
				s.SourceScope = s.SourceNetmask
			}
			reply.Option = append(reply.Option, o)
		}
		r.Extra = []dns.RR{reply}
	}
	return r
}

// listenBoth opens a port for UDP and TCP: one that is free for both.
func listenBoth(t *testing.T) (net.PacketConn, net.Listener) {
	for try := 0; ; try++ {
		u, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		l, err := net.Listen("tcp", u.LocalAddr().String())
		if err == nil {
			return u, l
		}
		u.Close()
		if try == 20 {
			t.Fatal(err)
		}
	}
}

// responder answers over UDP and TCP, as f says; nil for no answer.
func responder(t *testing.T, f func(q *dns.Msg) *dns.Msg) netip.AddrPort {
	handler := dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		if r := f(q); r != nil {
			_ = w.WriteMsg(r)
		}
	})
	u, l := listenBoth(t)
	for _, s := range []*dns.Server{{PacketConn: u, Handler: handler}, {Listener: l, Handler: handler}} {
		started := make(chan struct{})
		s.NotifyStartedFunc = func() { close(started) }
		go func() { _ = s.ActivateAndServe() }()
		<-started
		t.Cleanup(func() { _ = s.Shutdown() })
	}
	return netip.MustParseAddrPort(u.LocalAddr().String())
}

var (
	static  = func() Stream { return NewNames(1000, name, address, Seed(1)) }
	steered = func() Stream { return NewSteered("www."+zone, clients, []netip.Addr{region}, Seed(1)) }
	brief   = Options{Duration: 100 * time.Millisecond, Patience: 5 * time.Second}
	endless = Options{Duration: time.Minute} // but for an error
)

func TestRightAnswersAreCounted(t *testing.T) {
	server := responder(t, answer)
	for _, s := range []Stream{static(), steered(), NewSteered("www."+zone, clients, []netip.Addr{region}, Cookie(make([]byte, 8)))} {
		for _, f := range []Flow{{Stream: s, Window: 16}, {Stream: s, Rate: 2000}} {
			observed := 0
			o := brief
			o.Calm, o.Observe = true, func() error { observed++; return nil }
			results, err := Run(server, []Flow{f}, o)
			if err != nil {
				t.Fatal(err)
			}
			r := results[0]
			if r.Sent == 0 || r.Answers == 0 || r.Lost != 0 || r.Latency.Quantile(0.5) <= 0 || observed != 2 {
				t.Errorf("%T, %+v: sent %d, answers %d, lost %d, observed %d times", s, f.Rate, r.Sent, r.Answers, r.Lost, observed)
			}
		}
	}
}

func TestLostAnswersAreCounted(t *testing.T) {
	var asked, dropped atomic.Uint64
	server := responder(t, func(q *dns.Msg) *dns.Msg {
		if asked.Add(1)%4 == 0 {
			dropped.Add(1)
			return nil
		}
		return answer(q)
	})
	results, err := Run(server, []Flow{{Stream: static(), Rate: 2000}}, Options{Duration: 100 * time.Millisecond, Patience: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if r := results[0]; r.Lost != dropped.Load() || r.Sent != asked.Load() {
		t.Errorf("lost %d of %d; the server dropped %d of %d", r.Lost, r.Sent, dropped.Load(), asked.Load())
	}
}

// wrong are answers that must not pass, with what is said of them.
var wrong = map[string]struct {
	stream func() Stream
	spoil  func(r *dns.Msg)
}{
	"the response code is SERVFAIL": {static, func(r *dns.Msg) { r.Rcode = dns.RcodeServerFailure }},
	"the address is 10.9.9.9":       {static, func(r *dns.Msg) { r.Answer[0].(*dns.A).A = net.IPv4(10, 9, 9, 9) }},
	"there is no answer":            {static, func(r *dns.Msg) { r.Answer = nil }},
	"the question isn't":            {static, func(r *dns.Msg) { r.Question[0].Name = "n." + zone }},
	"QR isn't set":                  {static, func(r *dns.Msg) { r.Response = false }},
	"no query with its ID":          {static, func(r *dns.Msg) { r.Id += 1000 }},
	"of type 16": {static, func(r *dns.Msg) {
		r.Answer = []dns.RR{&dns.TXT{Hdr: dns.RR_Header{Name: "x.", Rrtype: dns.TypeTXT}, Txt: []string{"x"}}}
	}},
	"10.9.9.9 is no region's":            {steered, func(r *dns.Msg) { r.Answer[0].(*dns.A).A = net.IPv4(10, 9, 9, 9) }},
	"the response has no client subnet":  {steered, func(r *dns.Msg) { r.Extra = nil }},
	"no client subnet, or not the query": {steered, func(r *dns.Msg) { r.Extra[0].(*dns.OPT).Option[0].(*dns.EDNS0_SUBNET).Address[1]++ }},
}

func TestWrongAnswersEndTheRun(t *testing.T) {
	for want, w := range wrong {
		var n atomic.Uint64
		server := responder(t, func(q *dns.Msg) *dns.Msg {
			r := answer(q)
			if n.Add(1)%10 == 0 { // most are right
				w.spoil(r)
			}
			return r
		})
		_, err := Run(server, []Flow{{Stream: w.stream(), Window: 16}}, endless)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", want, err)
		}
	}
}

func TestAnswersGivenTwiceEndTheRun(t *testing.T) {
	u, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	go func() {
		b := make([]byte, 1500)
		for {
			n, from, err := u.ReadFrom(b)
			if err != nil {
				return
			}
			b[2] |= 0x80
			_, _ = u.WriteTo(b[:n], from)
			_, _ = u.WriteTo(b[:n], from)
		}
	}()
	_, err = Run(netip.MustParseAddrPort(u.LocalAddr().String()), []Flow{{Stream: NewNames(10, name, address, Echo()), Window: 16}}, endless)
	if err == nil || !strings.Contains(err.Error(), "no query with its ID") {
		t.Errorf("got %v", err)
	}
}

func TestHostileQueriesMayBeAnsweredInAnyWay(t *testing.T) {
	server := responder(t, func(q *dns.Msg) *dns.Msg { return new(dns.Msg).SetRcode(q, dns.RcodeRefused) })
	for _, s := range []Stream{RandomNames(zone, 1), Malformed("www."+zone, 1), Any("www." + zone), Same("www." + zone)} {
		results, err := Run(server, []Flow{{Stream: s, Rate: 2000, Hostile: true}}, brief)
		if err != nil || results[0].Sent == 0 {
			t.Errorf("%v, %+v", err, results)
		}
	}
}

func TestRandomNamesDiffer(t *testing.T) {
	s := RandomNames(zone, 1)
	seen := map[string]bool{}
	for range 100 {
		packet, _ := s.Append(nil)
		q := new(dns.Msg)
		if err := q.Unpack(packet); err != nil {
			t.Fatal(err)
		}
		seen[q.Question[0].Name] = true
	}
	if len(seen) != 100 {
		t.Errorf("%d different names of 100", len(seen))
	}
}

func TestMalformedQueriesAre(t *testing.T) {
	s := Malformed("www."+zone, 1)
	for range 100 {
		packet, _ := s.Append(nil)
		if err := new(dns.Msg).Unpack(packet); err == nil {
			t.Errorf("%x is well formed", packet)
		}
	}
}

func TestConnections(t *testing.T) {
	server := responder(t, answer)
	for _, queries := range []int{1, 100} {
		r, err := RunTCP(server, Connections{Stream: func(int) Stream { return static() }, Queries: queries}, brief)
		if err != nil || r.Answers == 0 || r.Answers%uint64(queries) != 0 {
			t.Errorf("%v, %d answers", err, r.Answers)
		}
	}
}

func TestWrongAnswersOnConnectionsEndTheRun(t *testing.T) {
	for want, spoil := range map[string]func(r *dns.Msg) *dns.Msg{
		"the address is":            func(r *dns.Msg) *dns.Msg { r.Answer[0].(*dns.A).A = net.IPv4(10, 9, 9, 9); return r },
		"no query with the ID":      func(r *dns.Msg) *dns.Msg { r.Id = 77; return r },
		io.ErrUnexpectedEOF.Error(): nil,
	} {
		server := responder(t, func(q *dns.Msg) *dns.Msg { return spoil(answer(q)) })
		if spoil == nil {
			server = closer(t)
		}
		_, err := RunTCP(server, Connections{Stream: func(int) Stream { return static() }, Queries: 2}, endless)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", want, err)
		}
	}
}

// closer takes a query and closes.
func closer(t *testing.T) netip.AddrPort {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Read(make([]byte, 4096))
			c.Close()
		}
	}()
	return netip.MustParseAddrPort(l.Addr().String())
}

func TestQuantiles(t *testing.T) {
	var h Histogram
	for i := range 1000 {
		h.Add(time.Duration(i+1) * time.Microsecond)
	}
	for share, want := range map[float64]time.Duration{0.5: 500 * time.Microsecond, 0.99: 990 * time.Microsecond, 0.999: 999 * time.Microsecond, 1: time.Millisecond} {
		if got := h.Quantile(share); got > want+time.Microsecond || got < want*30/32 {
			t.Errorf("%v: %v, not %v", share, got, want)
		}
	}
	for v := range uint64(1 << 12) {
		if b := bucket(v); least(b) > v || least(b+1) <= v {
			t.Fatalf("%d is in the bucket from %d to %d", v, least(b), least(b+1))
		}
	}
}
