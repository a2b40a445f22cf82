package zones

import (
	"bytes"
	"testing"

	"github.com/miekg/dns"

	"meridian/wire"
)

// FuzzIsRight holds what is taken for right RDATA at once against miekg/dns, which must
// read them and pack them to the same octets; and the other way round.
func FuzzIsRight(f *testing.F) {
	types := []uint16{dns.TypeA, dns.TypeAAAA, dns.TypeNS, dns.TypeCNAME, dns.TypePTR, dns.TypeDNAME, dns.TypeMX, dns.TypeSRV, dns.TypeSOA, dns.TypeTXT}
	for i := range types {
		for _, rdata := range []string{"", "\x01a\x00", "\xc0\x00", "\xc0\x00\x00\x00", "\x00\x0a\x01A\x01.\x00", "\x00\x01\x00\x02\x00\x03\x02\\\xff\x00", "\x01a\x00\x01b\x0012341234123412341234", "\x03\"\\a\x00", "0123456789abcdef"} {
			f.Add(uint8(i), []byte(rdata))
		}
		f.Add(uint8(i), bytes.Repeat([]byte("\x01a"), 127))
		f.Add(uint8(i), append(bytes.Repeat([]byte("\x01a"), 127), 0))
		f.Add(uint8(i), append(bytes.Repeat([]byte("\x01a"), 128), 0))
	}
	f.Fuzz(func(t *testing.T, i uint8, rdata []byte) {
		if len(rdata) > 65535 {
			return
		}
		typ := types[int(i)%len(types)]
		var p rdataPacker
		normal, err := p.normal(typ, rdata)
		if want := err == nil && bytes.Equal(normal, rdata); isRight(typ, rdata) != want {
			t.Errorf("%s %x: %t; miekg/dns makes it %x, %v", TypeName(typ), rdata, isRight(typ, rdata), normal, err)
		}
	})
}

// RDATA that end early would be a trap for who looks for a name in them.
func TestTruncatedRDATA(t *testing.T) {
	for _, line := range []string{`@ MX \# 2 000A`, `@ SRV \# 6 000000000000`, `@ HTTPS \# 2 0001`, `@ SVCB \# 2 0001`, `@ SOA \# 1 00`} {
		if s, err := ParseRecord(line, wire.MustParseName("example.com."), 300); err == nil {
			t.Errorf("%s is read as %x", line, s.RDATA)
		}
	}
}
