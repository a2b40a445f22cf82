package answer

// Records as they stand in the message: what compression makes of them.

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"meridian/wire"
)

// showOctets are a message's records as they stand there, but for OPT: owner name, type,
// class, TTL, length and RDATA. What begins with c is a pointer to a place; the question's
// name is at place 0c.
func showOctets(t testing.TB, b []byte) string {
	t.Helper()
	var sb strings.Builder
	m := unpack(t, b)
	at := wire.HeaderLen
	if len(m.Question) > 0 {
		_, end, err := dns.UnpackDomainName(b, at)
		if err != nil {
			t.Fatal(err)
		}
		at = end + 4
	}
	for at < len(b) {
		_, fixed, err := dns.UnpackDomainName(b, at)
		if err != nil {
			t.Fatal(err)
		}
		rdata := fixed + 10
		end := rdata + int(binary.BigEndian.Uint16(b[fixed+8:]))
		if binary.BigEndian.Uint16(b[fixed:]) != dns.TypeOPT {
			line := fmt.Sprintf("octets: %x %x %x %x %x %x", b[at:fixed], b[fixed:fixed+2], b[fixed+2:fixed+4], b[fixed+4:fixed+8], b[fixed+8:rdata], b[rdata:end])
			sb.WriteString(strings.TrimSpace(line) + "\n")
		}
		at = end
	}
	return sb.String()
}
