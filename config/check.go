package config

// A check: what is probed, how and how often.

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Kinds of check.
const (
	KindHTTP  = "http"
	KindHTTPS = "https"
	KindTCP   = "tcp"
)

// HostNone as a check's host means the target's address.
const HostNone = "none"

// Check says how an endpoint's addresses are probed. Its zero settings have the
// defaults that WithDefaults gives.
type Check struct {
	Kind string `yaml:"kind" json:"kind"`                     // http, https or tcp
	Port uint16 `yaml:"port,omitempty" json:"port,omitempty"` // default 80, 443; tcp has none

	Interval Duration `yaml:"interval,omitempty" json:"interval,omitempty"` // from one probe to the next; default 10s, 100ms to 1h
	Timeout  Duration `yaml:"timeout,omitempty" json:"timeout,omitempty"`   // of one probe; default 2s (or the interval, if less), at most the interval
	Rise     int      `yaml:"rise,omitempty" json:"rise,omitempty"`         // successes in a row that make it up; default 2, 1 to 100
	Fall     int      `yaml:"fall,omitempty" json:"fall,omitempty"`         // failures in a row that make it down; default 3, 1 to 100

	// For http and https.
	Method          string        `yaml:"method,omitempty" json:"method,omitempty"` // GET (default) or HEAD
	Path            string        `yaml:"path,omitempty" json:"path,omitempty"`     // default /
	Host            string        `yaml:"host,omitempty" json:"host,omitempty"`     // Host header and SNI; default the steered owner name; "none" is the address
	Status          []StatusRange `yaml:"status,omitempty" json:"status,omitempty"` // default [200-399]
	Body            string        `yaml:"body,omitempty" json:"body,omitempty"`     // must occur in the first 64 KiB of the body
	Insecure        bool          `yaml:"insecure,omitempty" json:"insecure,omitempty"`
	FollowRedirects bool          `yaml:"follow_redirects,omitempty" json:"follow_redirects,omitempty"`
}

// SendsHost says whether a probe of this kind carries a host name, so that the
// host is a part of its target.
func (c Check) SendsHost() bool { return c.Kind == KindHTTP || c.Kind == KindHTTPS }

// WithDefaults returns c with every omitted setting at its default.
func (c Check) WithDefaults() Check {
	if c.Interval == 0 {
		c.Interval = Duration(10 * time.Second)
	}
	if c.Timeout == 0 {
		c.Timeout = min(Duration(2*time.Second), c.Interval)
	}
	if c.Rise == 0 {
		c.Rise = 2
	}
	if c.Fall == 0 {
		c.Fall = 3
	}
	if c.Port == 0 && c.Kind == KindHTTP {
		c.Port = 80
	}
	if c.Port == 0 && c.Kind == KindHTTPS {
		c.Port = 443
	}
	if c.SendsHost() {
		if c.Method == "" {
			c.Method = "GET"
		}
		if c.Path == "" {
			c.Path = "/"
		}
		if len(c.Status) == 0 {
			c.Status = []StatusRange{{200, 399}}
		}
	}
	return c
}

// StatusRange is a range of HTTP status codes, both ends included; as text "200"
// or "200-399".
type StatusRange struct{ First, Last uint16 }

// MarshalText is the form that UnmarshalText reads back.
func (r StatusRange) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

func (r StatusRange) String() string {
	if r.First == r.Last {
		return strconv.Itoa(int(r.First))
	}
	return fmt.Sprintf("%d-%d", r.First, r.Last)
}

// UnmarshalText reads one code or a range; codes are 100 to 599.
func (r *StatusRange) UnmarshalText(b []byte) error {
	first, last, isRange := strings.Cut(string(b), "-")
	if !isRange {
		last = first
	}
	f, err1 := strconv.ParseUint(first, 10, 16)
	l, err2 := strconv.ParseUint(last, 10, 16)
	if err1 != nil || err2 != nil || f < 100 || l > 599 || f > l {
		return fmt.Errorf("%q is no status: write a code from 100 to 599 or a range as in 200-399", b)
	}
	*r = StatusRange{uint16(f), uint16(l)}
	return nil
}
