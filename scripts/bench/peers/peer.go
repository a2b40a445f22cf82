package peers

// A peer, and what is alike in starting each.

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"

	"meridian/scripts/bench/process"
)

// Peer says how a server is started.
type Peer struct {
	Name     string
	Command  string
	Packages []string // of Debian, that it is from; none for ours
	Geo      bool     // it can serve a World with a steered name
	Echo     bool     // its answers are none: only their ID and question are right
	// files writes the configuration, for this port, and returns the arguments.
	files func(dir string, port uint16, w *World) ([]string, error)
	// after is done when the process runs, before it is asked anything; may be nil.
	after func(ctx context.Context, s *Server, dir string, w *World) error
}

// Server is a running server that answers.
type Server struct {
	*process.Process
	Name  string
	Addr  netip.AddrPort
	Admin string        // meridian's --server, empty for others
	Ready time.Duration // from the start of the process to the first right answers
}

// Peers are the servers of others.
func Peers() []Peer { return []Peer{Gdnsd(), NSD(), Knot(), BIND(), PowerDNS()} }

// Missing are the Debian packages that these peers lack.
func Missing(of []Peer) []string {
	var missing []string
	for _, p := range of {
		for _, pkg := range p.Packages {
			if exec.Command("dpkg-query", "-s", pkg).Run() != nil && !slices.Contains(missing, pkg) {
				missing = append(missing, pkg)
			}
		}
	}
	return missing
}

// Version is what Debian says of the peer's first package.
func (p Peer) Version() string {
	if len(p.Packages) == 0 {
		return ""
	}
	out, err := exec.Command("dpkg-query", "-f", "${Version}", "-W", p.Packages[0]).Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}

// Start writes the configuration into dir, which it makes, starts the server on a free
// port and waits until it answers, kept to these processors (all if there are none).
func (p Peer) Start(ctx context.Context, dir string, w *World, cpus ...int) (*Server, error) {
	if w.Geo != nil && !p.Geo {
		return nil, fmt.Errorf("%s can't steer", p.Name)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	port, err := process.FreePort()
	if err != nil {
		return nil, err
	}
	args, err := p.files(dir, port, w)
	if err != nil {
		return nil, fmt.Errorf("configuring %s: %w", p.Name, err)
	}
	began := time.Now()
	running, err := process.Start(dir, cpus, p.Command, args...)
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", p.Name, err)
	}
	s := &Server{Process: running, Name: p.Name, Addr: netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port)}
	if err := p.await(ctx, s, dir, w); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	s.Ready = time.Since(began)
	if len(cpus) > 0 { // some bind their threads themselves
		if err := s.Pin(cpus...); err != nil {
			return nil, errors.Join(err, s.Stop())
		}
	}
	return s, nil
}

func (p Peer) await(ctx context.Context, s *Server, dir string, w *World) error {
	if p.after != nil {
		if err := p.after(ctx, s, dir, w); err != nil {
			return err
		}
	}
	return s.Process.Ready(ctx, func() error { return Answers(s.Addr, w) })
}

// Answers is what is wrong with a server's answers for the last name of the world and
// the steered one.
func Answers(addr netip.AddrPort, w *World) error {
	if w.Names > 0 {
		if err := answers(addr, Name(w.Names-1)); err != nil {
			return err
		}
	}
	if w.Geo != nil {
		return answers(addr, Steered)
	}
	return nil
}

func answers(addr netip.AddrPort, name string) error {
	q := new(dns.Msg)
	q.SetQuestion(name, dns.TypeA)
	c := dns.Client{Timeout: 100 * time.Millisecond} // some listen before they are ready
	r, _, err := c.Exchange(q, addr.String())
	switch {
	case err != nil:
		return err
	case r.Rcode != dns.RcodeSuccess || len(r.Answer) == 0:
		return fmt.Errorf("%s: %s with %d answers", name, dns.RcodeToString[r.Rcode], len(r.Answer))
	}
	return nil
}

// write writes a file of a configuration.
func write(dir, name, format string, args ...any) error {
	file := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	return os.WriteFile(file, fmt.Appendf(nil, format, args...), 0o600)
}
