package cookie

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The vectors of RFC 9018 appendix A, and one that BIND 9.18 made.
func TestVectors(t *testing.T) {
	for _, v := range []struct {
		secret, client, addr, server string
	}{
		{"e5e973e5a6b2a43f48e7dc849e37bfcf", "2464c4abcf10c957", "198.51.100.100", "010000005cf79f111f8130c3eee29480"},
		{"e5e973e5a6b2a43f48e7dc849e37bfcf", "2464c4abcf10c957", "198.51.100.100", "010000005cf7a871d4a564a1442aca77"},
		{"dd3bdf9344b678b185a6f5cb60fca715", "22681ab97d52c298", "2001:db8:220:1:59de:d0f4:8769:82b8", "010000005cf7c57926556bd0934c72f8"},
		{"445536bcd2513298075a5d379663c962", "22681ab97d52c298", "2001:db8:220:1:59de:d0f4:8769:82b8", "010000005cf7c609a6bb79d16625507a"},
		{"e5e973e5a6b2a43f48e7dc849e37bfcf", "0102030405060708", "127.0.0.1", "010000006b06294ac67f91a52155267d"},
	} {
		s, err := Parse(v.secret)
		if err != nil {
			t.Fatal(err)
		}
		var made [Len]byte
		addr := netip.MustParseAddr(v.addr)
		now := binary.BigEndian.Uint32(unhex(t, v.server)[4:])
		s.Make(&made, unhex(t, v.client), addr, now)
		if got := hex.EncodeToString(made[:]); got != v.server {
			t.Errorf("%s: made %s, want %s", v.addr, got, v.server)
		}
		if valid, recent := s.Check(unhex(t, v.client), unhex(t, v.server), addr, now); !valid || !recent {
			t.Errorf("%s: its own cookie is not accepted", v.addr)
		}
	}
}

// Reserved octets of another implementation are hashed as they came (appendix A.3).
func TestReservedOctets(t *testing.T) {
	s, _ := Parse("e5e973e5a6b2a43f48e7dc849e37bfcf")
	server := unhex(t, "01abcdef5cf78f71a314227b6679ebf5")
	if valid, _ := s.Check(unhex(t, "fc93fc62807ddb86"), server, netip.MustParseAddr("203.0.113.203"), 0x5cf78f71); !valid {
		t.Error("a cookie with reserved octets set is not accepted")
	}
}

func TestCheck(t *testing.T) {
	s, _ := Parse("e5e973e5a6b2a43f48e7dc849e37bfcf")
	client, addr := []byte("12345678"), netip.MustParseAddr("192.0.2.1")
	const now = 1_000_000
	var made [Len]byte
	s.Make(&made, client, addr, now)
	for _, test := range []struct {
		name          string
		client        string
		addr          string
		after         int
		valid, recent bool
	}{
		{"at once", "12345678", "192.0.2.1", 0, true, true},
		{"half an hour old", "12345678", "192.0.2.1", 1801, true, false},
		{"an hour old", "12345678", "192.0.2.1", 3601, false, false},
		{"from a server whose clock is ahead", "12345678", "192.0.2.1", -300, true, true},
		{"from the future", "12345678", "192.0.2.1", -301, false, false},
		{"another client cookie", "12345679", "192.0.2.1", 0, false, false},
		{"another address", "12345678", "192.0.2.2", 0, false, false},
	} {
		valid, recent := s.Check([]byte(test.client), made[:], netip.MustParseAddr(test.addr), uint32(now+test.after))
		if valid != test.valid || recent != test.recent {
			t.Errorf("%s: valid %v, recent %v", test.name, valid, recent)
		}
	}
	if valid, _ := s.Check(client, []byte("shorty"), addr, now); valid {
		t.Error("a short cookie is valid")
	}
}

// Rolling over: a cookie of the old secret is accepted and replaced.
func TestRollOver(t *testing.T) {
	const old, next = "e5e973e5a6b2a43f48e7dc849e37bfcf", "dd3bdf9344b678b185a6f5cb60fca715"
	before, _ := Parse(old)
	after, err := Parse("# the new one signs\n" + next + "\n" + old + "\n")
	if err != nil {
		t.Fatal(err)
	}
	client, addr := []byte("12345678"), netip.MustParseAddr("2001:db8::1")
	var made [Len]byte
	before.Make(&made, client, addr, 5)
	if valid, recent := after.Check(client, made[:], addr, 5); !valid || recent {
		t.Errorf("valid %v, recent %v: want accepted and replaced", valid, recent)
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                    "there is no secret",
		"abc":                                 "line 1 is no secret",
		"\n# x\nzz" + strings.Repeat("0", 30): "line 3 is no secret",
		strings.Repeat(strings.Repeat("0", 32)+"\n", 5): "there are 5 secrets",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
