package config

// What can be wrong with a check.

import (
	"fmt"
	"net/netip"
	"strings"
	"time"
	"unicode/utf8"

	"meridian/wire"
)

// maxBody is how long a text may be that a body is searched for.
const maxBody = 1024

// Check returns what is wrong with a check; path leads to it.
func (around Around) Check(path []string, name string, c Check) (ps Problems) {
	a := at{path, &ps}
	a.checkName("a check", name)
	if c.Kind == "" {
		a.add("write kind: http, https or tcp", "the check has no kind")
		return ps
	}
	a.child("kind").oneOf(c.Kind, KindHTTP, KindHTTPS, KindTCP)
	if c.Kind == KindTCP && c.Port == 0 {
		a.child("port").add("add port:", "a tcp check has no usual port")
	}
	full := c.WithDefaults()
	a.child("interval").between(full.Interval, Duration(100*time.Millisecond), Duration(time.Hour))
	switch {
	case full.Timeout < Duration(10*time.Millisecond):
		a.child("timeout").add("write at least 10ms", "%s is out of range", full.Timeout)
	case full.Timeout > full.Interval:
		a.child("timeout").add("make it at most the interval", "the timeout, %s, is longer than the interval, %s", full.Timeout, full.Interval)
	}
	within(a.child("rise"), full.Rise, 1, 100)
	within(a.child("fall"), full.Fall, 1, 100)
	if !c.SendsHost() {
		c.onlyHTTP(a)
		return ps
	}
	a.child("method").oneOf(full.Method, "GET", "HEAD")
	if !strings.HasPrefix(full.Path, "/") || strings.ContainsAny(full.Path, " \r\n\t") {
		a.child("path").add("write a path that begins with / and has no spaces, as in /healthz", "%q is no path", full.Path)
	}
	if full.Method == "HEAD" && c.Body != "" {
		a.child("body").add("use method: GET", "a HEAD request gets no body")
	}
	if len(c.Body) > maxBody || !utf8.ValidString(c.Body) {
		a.child("body").add(fmt.Sprintf("write a text of at most %d bytes that the body has in it", maxBody), "this can't be looked for in a body")
	}
	for i, r := range c.Status {
		if r.First < 100 || r.Last > 599 || r.First > r.Last {
			a.child("status", fmt.Sprint(i)).add("write a code from 100 to 599 or a range as in 200-399", "%q is no status", r)
		}
	}
	if c.Kind == KindHTTP && c.Insecure && !c.FollowRedirects {
		a.child("insecure").add("leave it out, or use kind: https", "http has no certificate to verify")
	}
	checkHost(a.child("host"), c.Host)
	return ps
}

// onlyHTTP refuses what a kind without requests can't use.
func (c Check) onlyHTTP(a at) {
	for _, setting := range []struct {
		name string
		set  bool
	}{
		{"method", c.Method != ""}, {"path", c.Path != ""}, {"host", c.Host != ""}, {"status", len(c.Status) > 0},
		{"body", c.Body != ""}, {"insecure", c.Insecure}, {"follow_redirects", c.FollowRedirects},
	} {
		if setting.set && c.Kind == KindTCP {
			a.child(setting.name).add("leave it out, or use kind: http or https", "a tcp check sends no request")
		}
	}
}

// checkHost takes a host name, an address, either with a port, or "none".
func checkHost(a at, host string) {
	if host == "" || host == HostNone {
		return
	}
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return
	}
	if _, err := netip.ParseAddrPort(host); err == nil {
		return
	}
	name, _, _ := strings.Cut(host, ":")
	if _, err := wire.ParseName(name); err != nil || strings.ContainsAny(host, " /\r\n\t") {
		a.add("write a host name as in www.example.com, or none for the address", "%q is no host", host)
	}
}
