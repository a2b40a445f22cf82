package main

// Features: what each adds to an answer, one at a time.

import (
	"fmt"

	"github.com/miekg/dns"

	"meridian/scripts/bench/load"
	"meridian/scripts/bench/peers"
	"meridian/scripts/bench/process"
	"meridian/scripts/bench/results"
)

const off = "off"

// feature is a set of settings, and whether queries have a cookie.
type feature struct {
	name    string
	flags   []string
	checked bool
	cookie  bool
}

func (b *bench) featureList() ([]feature, error) {
	var ports [2]uint16
	for i := range ports {
		var err error
		if ports[i], err = process.FreePort(); err != nil {
			return nil, err
		}
	}
	metrics := func(i int) string { return fmt.Sprintf("127.0.0.1:%d", ports[i]) }
	flags := func(rrl, cookies, metrics string) []string {
		return []string{"--rrl", rrl, "--rrl-loopback", "on", "--cookies", cookies, "--metrics", metrics}
	}
	const most = "20000"
	all := flags(most, "on", metrics(1))
	return []feature{
		{name: off, flags: flags("off", "off", "off")},
		{name: "rate limiting", flags: flags(most, "off", "off")},
		{name: "cookies, queries without", flags: flags("off", "on", "off")},
		{name: "cookies, queries with", flags: flags("off", "on", "off"), cookie: true},
		{name: "metrics", flags: flags("off", "off", metrics(0))},
		{name: "health checks", flags: flags("off", "off", "off"), checked: true},
		{name: "all, queries without a cookie", flags: all, checked: true},
		{name: "all, queries with one", flags: all, checked: true, cookie: true},
	}, nil
}

func (b *bench) features() (*results.Section, error) {
	list, err := b.featureList()
	if err != nil {
		return nil, err
	}
	var entrants []entrant
	var before *peers.Server
	for _, f := range list {
		o := peers.Ours{Name: "meridian, " + f.name, Flags: f.flags}
		if f.checked {
			o.Check = b.check
		}
		server := before // a row with a cookie has the server of the row before
		if !f.cookie {
			if server, err = b.start(peers.Meridian(b.meridian, o), b.steered()); err != nil {
				return nil, err
			}
		}
		before = server
		var options []load.Option
		if f.cookie {
			cookie, err := cookieOf(server)
			if err != nil {
				return nil, err
			}
			options = append(options, load.Cookie(cookie))
		}
		entrants = append(entrants, entrant{f.name, func() (results.Values, error) {
			return b.saturate(server, func() load.Stream { return b.geoStream(options...) })
		}})
	}
	return b.interleave(entrants)
}

// cookieOf asks a server for a cookie (RFC 7873 section 5), client's part and server's.
func cookieOf(s *peers.Server) ([]byte, error) {
	q := new(dns.Msg)
	q.SetQuestion(peers.Steered, dns.TypeA)
	q.SetEdns0(1232, false)
	q.IsEdns0().Option = []dns.EDNS0{&dns.EDNS0_COOKIE{Code: dns.EDNS0COOKIE, Cookie: "0123456789abcdef"}}
	r, err := dns.Exchange(q, s.Addr.String())
	if err != nil {
		return nil, fmt.Errorf("asking for a cookie: %w", err)
	}
	if opt := r.IsEdns0(); opt != nil {
		for _, o := range opt.Option {
			var cookie []byte
			if c, ok := o.(*dns.EDNS0_COOKIE); ok && len(c.Cookie) > 16 {
				_, err := fmt.Sscanf(c.Cookie, "%x", &cookie)
				return cookie, err
			}
		}
	}
	return nil, fmt.Errorf("%s gave no cookie", s.Name)
}

func featuresTable(s *results.Section) string {
	plain := s.Row(off)
	more := results.Column{Title: "more than off, µs", Cell: func(r *results.Row) string {
		return results.Cell(results.Compare(r, plain, "cpu", results.Difference))
	}}
	return results.Table(s, "meridian with", results.Metric("CPU, µs a query", "cpu"), more, results.Against("× off", "cpu", plain),
		results.Plain("answers a second", "qps"), results.Plain("busy, %", "busy"))
}
