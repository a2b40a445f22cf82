package main

// What a server tells of itself, and what it does against forged addresses: settings
// of answers over the network. docs/defence.md explains them to operators.

import (
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/spf13/pflag"

	"meridian/config"
	"meridian/dnsserver"
	"meridian/dnsserver/answer"
	"meridian/dnsserver/cookie"
	"meridian/dnsserver/ratelimit"
	"meridian/wire"
)

// defence are these settings.
type defence struct {
	rate              rate
	exempt            []netip.Prefix
	limitLoopback     string // on or off
	cookies           string // on or off
	cookieSecretFile  string // "" for a secret of this process alone
	nsid              text
	version, hostname text
	id                text
	reportAgent       agent
	minimal           string // on or off
	udpSize           int
	conns             int // over TCP
	connsPerClient    int
	idle              config.Duration
}

// defaultRate is many times what one resolver asks of one thing: it caches what it gets,
// and only a network with hundreds of resolvers that cache nothing comes near.
const defaultRate = 200

func defaultDefence() defence {
	return defence{
		rate:           defaultRate,
		limitLoopback:  "off",
		cookies:        "on",
		minimal:        "on",
		udpSize:        wire.DefUDPSize,
		conns:          dnsserver.DefaultMaxConns,
		connsPerClient: dnsserver.DefaultMaxConnsPerClient,
		idle:           config.Duration(dnsserver.DefaultIdleTimeout),
	}
}

func (d *defence) addFlags(f *pflag.FlagSet) {
	onOff := []string{"on", "off"}
	f.Var(&textValue[rate]{&d.rate, "RATE|off", parseRate}, "rrl", "over UDP send at most so many responses a second of one kind, about one thing, to one network (`RATE|off`)")
	f.Var(&listValue[netip.Prefix]{to: &d.exempt, kind: "PREFIX", parse: parsePrefix}, "rrl-exempt", "don't limit responses to this network (`PREFIX`, repeatable)")
	f.Var(&oneOf{&d.limitLoopback, onOff}, "rrl-loopback", "limit responses to clients on this machine too (`on|off`)")
	f.Var(&oneOf{&d.cookies, onOff}, "cookies", "give DNS cookies, by which clients show that their address isn't forged (`on|off`)")
	f.StringVar(&d.cookieSecretFile, "cookie-secret-file", "", "`FILE` with the secrets of cookies, which all servers of an address share; read again on SIGHUP")
	f.Var(&textValue[text]{&d.nsid, "TEXT", parseText(answer.MaxNSID)}, "nsid", "name of this server, for clients that ask with EDNS (`TEXT`)")
	for name, flag := range map[string]struct {
		to    *text
		about string
	}{
		"chaos-version":  {&d.version, "version.bind and version.server"},
		"chaos-hostname": {&d.hostname, "hostname.bind"},
		"chaos-id":       {&d.id, "id.server"},
	} {
		f.Var(&textValue[text]{flag.to, "TEXT", parseText(maxChaos)}, name, "what CHAOS queries for "+flag.about+" are answered with; without it they are refused (`TEXT`)")
	}
	f.Var(&textValue[agent]{&d.reportAgent, "NAME", parseAgent}, "report-agent", "domain `NAME` that resolvers are asked to report errors to (RFC 9567)")
	f.Var(&oneOf{&d.minimal, onOff}, "minimal-responses", "leave out the addresses of MX, SRV, SVCB and HTTPS targets; glue is never left out (`on|off`)")
	f.Var(&between{&d.udpSize, wire.MinUDPSize, wire.MaxUDPSize}, "max-udp-size", "longest response over UDP in octets (`N`, 512 to 4096)")
	f.Var(&positive{&d.conns}, "tcp-connections", "how many TCP connections are open at once; then the quietest of the client with the most gives way (`N`)")
	f.Var(&positive{&d.connsPerClient}, "tcp-connections-per-client", "how many TCP connections one client has at once (`N`)")
	f.Var(&textValue[config.Duration]{&d.idle, "DURATION", parseIdle}, "tcp-idle", "how long a TCP connection stays open without a query (`DURATION`)")
}

// options are the settings as the server takes them.
func (d *defence) options() dnsserver.Options {
	a := answer.Settings{
		NSID:          []byte(d.nsid),
		Chaos:         map[wire.Name]string{},
		ReportAgent:   d.reportAgent.Name,
		UDPSize:       d.udpSize,
		Rate:          int(d.rate),
		Exempt:        d.exempt,
		LimitLoopback: d.limitLoopback == "on",
		Additional:    d.minimal == "off",
	}
	for name, said := range map[string]text{"version.bind.": d.version, "version.server.": d.version, "hostname.bind.": d.hostname, "id.server.": d.id} {
		if said != "" {
			a.Chaos[wire.MustParseName(name)] = string(said)
		}
	}
	return dnsserver.Options{
		Answer:            a,
		IdleTimeout:       time.Duration(d.idle),
		MaxConns:          d.conns,
		MaxConnsPerClient: d.connsPerClient,
	}
}

// secrets are those of cookies, from a file that is read again and again.
type secrets struct {
	file   string
	shared *answer.Shared
	log    *slog.Logger
	stale  atomic.Bool // the file couldn't be read last time
}

// startCookies begins to give cookies, where they are wanted.
func (d *defence) startCookies(shared *answer.Shared, log *slog.Logger) (*secrets, error) {
	s := &secrets{shared: shared, log: log}
	switch {
	case d.cookies != "on":
		return s, nil
	case d.cookieSecretFile == "":
		shared.SetCookies(cookie.Random())
		return s, nil
	}
	s.file = d.cookieSecretFile
	return s, s.read()
}

func (s *secrets) read() error {
	data, err := os.ReadFile(s.file)
	if err != nil {
		return fmt.Errorf("reading the secrets of cookies: %w", err)
	}
	read, err := cookie.Parse(string(data))
	if err != nil {
		return fmt.Errorf("reading the secrets of cookies: %s: %w", s.file, err)
	}
	s.shared.SetCookies(read)
	return nil
}

// reload reads the file again; what is wrong with it is logged, and the secrets stay.
func (s *secrets) reload() {
	if s.file == "" {
		s.log.Info("there is no cookie secret file to read again")
		return
	}
	err := s.read()
	s.stale.Store(err != nil)
	if err != nil {
		s.log.Error("the secrets of cookies stay as they were", "error", err)
		return
	}
	s.log.Info("read the secrets of cookies", "file", s.file)
}

// rate is responses a second; 0 limits nothing.
type rate int

func (r rate) String() string {
	if r == 0 {
		return "off"
	}
	return strconv.Itoa(int(r))
}

func parseRate(s string) (rate, error) {
	if s == "off" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > ratelimit.MaxRate {
		return 0, fmt.Errorf("%q is no rate: write a number of responses a second from 1 to %d, or off", s, ratelimit.MaxRate)
	}
	return rate(n), nil
}

// text is told to clients as it is.
type text string

func (t text) String() string { return string(t) }

// maxChaos is how long one string of a TXT record may be.
const maxChaos = 255

func parseText(longest int) func(string) (text, error) {
	return func(s string) (text, error) {
		if len(s) > longest {
			return "", fmt.Errorf("the text has %d octets, and %d is the most that fits", len(s), longest)
		}
		return text(s), nil
	}
}

// agent is a reporting agent's domain; "" is none.
type agent struct{ wire.Name }

func (a agent) String() string {
	if a.Name == "" {
		return ""
	}
	return a.Name.String()
}

func parseAgent(s string) (agent, error) {
	if s == "" {
		return agent{}, nil
	}
	n, err := wire.ParseName(s)
	if err == nil && n == wire.Root {
		err = fmt.Errorf("the root is no reporting agent (RFC 9567 section 5): write a domain of yours")
	}
	return agent{n.Canonical()}, err
}

// parseIdle reads a time that the keepalive option can say.
func parseIdle(s string) (config.Duration, error) {
	d, err := parseDuration(s)
	if err == nil && (time.Duration(d) < time.Second || time.Duration(d) > time.Hour) {
		err = fmt.Errorf("%s is no time for idle connections: write one from 1s to 1h", s)
	}
	return d, err
}
