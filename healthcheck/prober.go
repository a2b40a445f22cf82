package healthcheck

// A probe: one attempt at one target, and its result in plain words.

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"
	"unicode"

	"meridian/config"
)

// Prober makes one attempt. The context's deadline bounds all of it. It may be
// called from any number of goroutines at once.
type Prober interface {
	Probe(ctx context.Context, t Target) Result
}

// Result is what one probe found.
type Result struct {
	OK bool
	// Reason is the probe's course in plain words, good or bad, without the target's
	// name: "connected in 12 ms, TLS ok, got 503, expected 200–399".
	Reason string
	Phases Phases
}

// Phases are how long the parts of a probe took; zero where one wasn't reached or
// doesn't exist.
type Phases struct {
	Connect   time.Duration // until TCP's handshake was done
	TLS       time.Duration // TLS's handshake alone
	FirstByte time.Duration // from the request's last byte to the answer's first
}

// prober is the Prober that goes to the network. A new kind is a file of its own
// and one line here.
type prober struct {
	roots *x509.CertPool
}

// NewProber gives the Prober of all kinds. Certificates are verified against
// roots; nil means the system's.
func NewProber(roots *x509.CertPool) Prober { return prober{roots: roots} }

func (p prober) Probe(ctx context.Context, t Target) Result {
	switch t.Settings.Kind {
	case config.KindHTTP, config.KindHTTPS:
		return probeHTTP(ctx, t, p.roots)
	case config.KindTCP:
		return probeTCP(ctx, t)
	default:
		var r report
		return r.fail("there is no check of kind %q", t.Settings.Kind)
	}
}

// report collects a Result while its probe goes on.
type report struct {
	parts  []string
	phases Phases
}

func (r *report) say(format string, args ...any) {
	r.parts = append(r.parts, fmt.Sprintf(format, args...))
}

func (r *report) pass() Result {
	return Result{OK: true, Reason: plain(strings.Join(r.parts, ", ")), Phases: r.phases}
}

func (r *report) fail(format string, args ...any) Result {
	r.say(format, args...)
	return Result{Reason: plain(strings.Join(r.parts, ", ")), Phases: r.phases}
}

// maxReason bounds a reason: a target must not be able to fill logs and the store.
const maxReason = 300

// plain makes text that may hold a target's own bytes fit for a terminal and a log.
func plain(s string) string {
	if len(s) > maxReason {
		s = s[:maxReason] + "…"
	}
	return strings.Map(func(c rune) rune {
		if c == unicode.ReplacementChar || !unicode.IsPrint(c) {
			return '?'
		}
		return c
	}, s)
}

// words says of a failed step what came instead, given what was awaited.
func words(err error, awaited string, timeout time.Duration) string {
	var errno syscall.Errno
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("no %s within %v", awaited, timeout)
	case errors.Is(err, context.Canceled):
		return "broken off"
	case errors.As(err, &errno):
		return errno.Error()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Sprintf("the connection was closed before the %s came", awaited)
	default:
		return err.Error()
	}
}

// milliseconds is a duration as probes' reasons write it.
func milliseconds(d time.Duration) string {
	if d < 10*time.Millisecond {
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%d ms", d.Milliseconds())
}
