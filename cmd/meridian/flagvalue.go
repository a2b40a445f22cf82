package main

// Flags with values that have parsers of their own: addresses, durations, and lists.

import (
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"meridian/config"
)

// parseAddrPort reads ADDR:PORT; without an address it is every address.
func parseAddrPort(s string) (netip.AddrPort, error) {
	full := s
	if strings.HasPrefix(s, ":") {
		full = "[::]" + s
	}
	a, err := netip.ParseAddrPort(full)
	if err != nil {
		return a, fmt.Errorf("%q is no ADDR:PORT: write an IP address and a port, as in 127.0.0.1:5300 or [::1]:5300", s)
	}
	return a, nil
}

// adminAddr is where the admin API listens: a socket in the file system or a TCP address.
type adminAddr struct {
	path string
	tcp  netip.AddrPort
}

func parseAdmin(s string) (adminAddr, error) {
	if path, ok := strings.CutPrefix(s, "unix:"); ok {
		if path == "" {
			return adminAddr{}, fmt.Errorf("unix: needs a path after it, as in unix:/run/meridian/admin.sock")
		}
		return adminAddr{path: filepath.Clean(path)}, nil
	}
	a, err := netip.ParseAddrPort(s)
	if err != nil {
		return adminAddr{}, fmt.Errorf("%q is neither unix:PATH nor ADDR:PORT: write unix:/run/meridian/admin.sock or 127.0.0.1:8053", s)
	}
	return adminAddr{tcp: a}, nil
}

func (a adminAddr) String() string {
	if a.path != "" {
		return "unix:" + a.path
	}
	return a.tcp.String()
}

// textValue is a flag whose value has a parser of its own.
type textValue[T fmt.Stringer] struct {
	to    *T
	kind  string
	parse func(string) (T, error)
}

func (v *textValue[T]) String() string { return (*v.to).String() }
func (v *textValue[T]) Type() string   { return v.kind }

func (v *textValue[T]) Set(s string) error {
	parsed, err := v.parse(s)
	if err != nil {
		return err
	}
	*v.to = parsed
	return nil
}

// listValue is a flag that can be given more than once; the first time replaces the
// default.
type listValue[T any] struct {
	to    *[]T
	kind  string
	parse func(string) (T, error)
	given bool
}

func (v *listValue[T]) String() string { return strings.Join(v.GetSlice(), ",") }
func (v *listValue[T]) Type() string   { return v.kind }

func (v *listValue[T]) Set(s string) error {
	if !v.given {
		*v.to, v.given = nil, true
	}
	return v.Append(s)
}

// Append, Replace and GetSlice make it a pflag.SliceValue.
func (v *listValue[T]) Append(s string) error {
	parsed, err := v.parse(s)
	if err != nil {
		return err
	}
	*v.to = append(*v.to, parsed)
	return nil
}

func (v *listValue[T]) Replace(values []string) error {
	*v.to, v.given = nil, true
	for _, s := range values {
		if err := v.Append(s); err != nil {
			return err
		}
	}
	return nil
}

func (v *listValue[T]) GetSlice() []string {
	texts := make([]string, len(*v.to))
	for i, t := range *v.to {
		texts[i] = fmt.Sprint(t)
	}
	return texts
}

func parseAddr(s string) (netip.Addr, error) {
	a, err := netip.ParseAddr(s)
	if err != nil {
		return a, fmt.Errorf("%q is no IP address", s)
	}
	return a, nil
}

func parseDuration(s string) (d config.Duration, err error) {
	err = d.UnmarshalText([]byte(s))
	return d, err
}

// durationFlag is a flag whose default the usage tells.
func durationFlag(c *cobra.Command, to *config.Duration, name, usage string) {
	c.Flags().Var(&textValue[config.Duration]{to, "DURATION", parseDuration}, name, usage)
	c.Flags().Lookup(name).DefValue = ""
}

// oneOf is a flag whose value is one of some words.
type oneOf struct {
	to    *string
	words []string
}

func (v *oneOf) String() string { return *v.to }
func (v *oneOf) Type() string   { return strings.Join(v.words, "|") }

func (v *oneOf) Set(s string) error {
	if !slices.Contains(v.words, s) {
		return errors.New("the value is one of " + strings.Join(v.words, ", ") + ", not " + s)
	}
	*v.to = s
	return nil
}

// positive is a flag with a whole number above 0.
type positive struct{ to *int }

func (v *positive) String() string { return fmt.Sprint(*v.to) }
func (v *positive) Type() string   { return "N" }

func (v *positive) Set(s string) error {
	n := 0
	if _, err := fmt.Sscanf(s+"\n", "%d\n", &n); err != nil || n < 1 || n > 1<<30 {
		return fmt.Errorf("%q is no whole number above 0", s)
	}
	*v.to = n
	return nil
}

// between is a flag with a whole number within bounds.
type between struct {
	to          *int
	least, most int
}

func (v *between) String() string { return fmt.Sprint(*v.to) }
func (v *between) Type() string   { return "N" }

func (v *between) Set(s string) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < v.least || n > v.most {
		return fmt.Errorf("%q is no whole number from %d to %d", s, v.least, v.most)
	}
	*v.to = n
	return nil
}

// parsePrefix reads a network; an address is a network of one.
func parsePrefix(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	switch {
	case err != nil:
		return p, fmt.Errorf("%q is no network: write an address and a length, as in 192.0.2.0/24 or 2001:db8::/32", s)
	case p != p.Masked():
		return p, fmt.Errorf("%s has bits set behind its length: did you mean %s?", s, p.Masked())
	}
	return p, nil
}
