package healthcheck

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"meridian/config"
)

func TestTargetHost(t *testing.T) {
	v4, v6 := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")
	tests := []struct {
		name  string
		check config.Check
		addr  netip.Addr
		want  string // String
		host  string
	}{
		{"default is the owner", config.Check{Kind: "http"}, v4, "http://www.example.com/ at 192.0.2.1:80", "www.example.com"},
		{"named", config.Check{Kind: "https", Host: "API.example.org", Path: "/up"}, v4, "https://api.example.org/up at 192.0.2.1:443", "api.example.org"},
		{"none is the address", config.Check{Kind: "http", Host: "none", Port: 8080}, v6, "http://[2001:db8::1]/ at [2001:db8::1]:8080", "2001:db8::1"},
		{"a zone is not sent", config.Check{Kind: "http", Host: "none"}, netip.MustParseAddr("fe80::1%eth0"), "http://[fe80::1]/ at [fe80::1%eth0]:80", "fe80::1"},
		{"tcp sends none", config.Check{Kind: "tcp", Port: 5432, Host: "ignored"}, v4, "tcp 192.0.2.1:5432", ""},
		{"IPv4 in IPv6 form", config.Check{Kind: "tcp", Port: 25}, netip.MustParseAddr("::ffff:192.0.2.1"), "tcp 192.0.2.1:25", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			target := NewTarget(tt.check, tt.addr, "WWW.example.com")
			if target.String() != tt.want || target.Host != tt.host {
				t.Errorf("%s with host %q, want %s with host %q", target, target.Host, tt.want, tt.host)
			}
		})
	}
}

// Checks that mean the same make one target; whatever differs makes another.
func TestTargetEquality(t *testing.T) {
	addr := netip.MustParseAddr("192.0.2.1")
	base := config.Check{Kind: "http"}
	same := []config.Check{
		base.WithDefaults(),
		{Kind: "http", Host: "www.example.com"},
		{Kind: "http", Status: []config.StatusRange{{First: 300, Last: 399}, {First: 200, Last: 299}, {First: 250, Last: 250}}},
		{Kind: "http", Insecure: true}, // no certificate anywhere
	}
	other := []config.Check{
		{Kind: "https", Port: 80},
		{Kind: "http", Port: 81},
		{Kind: "http", Interval: config.Duration(time.Minute)},
		{Kind: "http", Timeout: config.Duration(time.Second)},
		{Kind: "http", Rise: 1},
		{Kind: "http", Fall: 1},
		{Kind: "http", Method: "HEAD"},
		{Kind: "http", Path: "/up"},
		{Kind: "http", Host: "none"},
		{Kind: "http", Status: []config.StatusRange{{First: 200, Last: 299}}},
		{Kind: "http", Body: strings.Repeat("ok", 100_000)},
		{Kind: "http", FollowRedirects: true},
		{Kind: "http", FollowRedirects: true, Insecure: true},
	}
	first := NewTarget(base, addr, "www.example.com")
	for _, c := range same {
		if target := NewTarget(c, addr, "www.example.com"); target != first || target.key() != first.key() {
			t.Errorf("%+v makes another target than %+v", c, base)
		}
	}
	keys := map[string]config.Check{first.key(): base}
	for _, c := range other {
		target := NewTarget(c, addr, "www.example.com")
		if target == first {
			t.Errorf("%+v makes the same target as %+v", c, base)
		}
		if twin, taken := keys[target.key()]; taken {
			t.Errorf("%+v and %+v have one key", c, twin)
		}
		keys[target.key()] = c
		if len(target.key()) > 100 {
			t.Errorf("a key of %d octets", len(target.key()))
		}
	}
}
