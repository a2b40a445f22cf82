package zones

import (
	"bytes"
	"strings"
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

// FuzzDirect holds what is read from text at once against what miekg/dns reads.
func FuzzDirect(f *testing.F) {
	types := []uint16{dns.TypeA, dns.TypeAAAA, dns.TypeNS, dns.TypeCNAME, dns.TypePTR, dns.TypeDNAME, dns.TypeMX, dns.TypeSRV}
	for i := range types {
		for _, text := range []string{
			"192.0.2.1", "192.0.2", "192.0.02.1", "2001:db8::1", "::ffff:192.0.2.1", "fe80::1%eth0", "www", "www.example.net.", "@", ".", "a..b", ".a", "*.a_b-c",
			"10 mail", "+10 mail", "010 mail.example.net.", "65536 mail", "10 @", "10 mail more", "a b", `a\.b`, `"a"`, strings.Repeat("a", 63), strings.Repeat("a", 64), strings.Repeat("a.", 120),
		} {
			f.Add(uint8(i), text, "example.com.")
		}
		f.Add(uint8(i), "a", strings.Repeat("a.", 127))
		f.Add(uint8(i), "a", "")
	}
	f.Fuzz(func(t *testing.T, i uint8, text, originText string) {
		typ := types[int(i)%len(types)]
		origin, err := wire.ParseName(originText)
		if err != nil {
			origin = ""
		}
		words := lineWords(text)
		var direct, library rdataReader
		got, ok := direct.direct(typ, words, origin)
		if !ok {
			return
		}
		if want, _, err := library.read(typ, words, origin); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s %q below %q: %x; miekg/dns reads %x, %v", TypeName(typ), text, origin, got, want, err)
		}
	})
}

// FuzzPlainName holds plain names against wire's parser of all names.
func FuzzPlainName(f *testing.F) {
	for _, text := range []string{"", ".", "@", "a", "a.", "*.b_c-d", "a..b", ".a", "..", `a\.b`, strings.Repeat("a", 64), strings.Repeat("a.", 127), strings.Repeat("a.", 128)} {
		f.Add(text, "example.com.")
		f.Add(text, ".")
		f.Add(text, strings.Repeat("a.", 126))
	}
	f.Fuzz(func(t *testing.T, text, originText string) {
		origin, err := wire.ParseName(originText)
		if err != nil {
			return
		}
		got, ok := plainName(text, origin)
		if want, err := wire.RelativeName(text, origin); ok && (err != nil || got != want) {
			t.Errorf("%q below %s is %q; want %q, %v", text, origin, got, want, err)
		}
		if _, ok := plainName(text, ""); ok && !strings.HasSuffix(text, ".") {
			t.Errorf("%q is read below no origin", text)
		}
	})
}
