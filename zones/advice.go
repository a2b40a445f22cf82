package zones

// What is wrong with RDATA, in plain words: the parser of miekg/dns says where it
// stopped, and here stands what it wanted.

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/miekg/dns"
)

// advise makes a fault of the error that the RDATA of a type gave at a word.
func advise(typ uint16, at word, err error) *fault {
	name := TypeName(typ)
	var generic genericError
	var alias aliasError
	var parse *dns.ParseError
	switch {
	case errors.Is(err, errNoRDATA):
		return at.fault(fmt.Sprintf("the %s record has no data", name), formOf(typ))
	case errors.As(err, &alias):
		return at.fault(string(alias), formOf(typ))
	case errors.As(err, &generic):
		return at.fault(fmt.Sprintf("the \\# form of the %s record %s", name, generic), `write \# LENGTH HEX (RFC 3597 section 5), for example \# 4 C0000201`)
	case errors.Is(err, errTooMuch), errors.As(err, &parse) && strings.Contains(parse.Error(), "garbage after rdata"):
		return at.fault(fmt.Sprintf("%s stands after all that a record of type %s takes", at.text, name), formOf(typ))
	case parse == nil:
		return at.fault(fmt.Sprintf("the data of the %s record %s", name, packReason(err)), formOf(typ))
	}
	addr, _ := netip.ParseAddr(at.text)
	switch {
	case typ == dns.TypeA && addr.Is6():
		return at.fault(fmt.Sprintf("%s is an IPv6 address in an A record", at.text), "use AAAA")
	case typ == dns.TypeAAAA && addr.Is4():
		return at.fault(fmt.Sprintf("%s is an IPv4 address in an AAAA record", at.text), "use A")
	}
	return at.fault(fmt.Sprintf("the data of the %s record are wrong or incomplete at %s", name, at.text), formOf(typ))
}

// packReason says why RDATA that were read could not be put into wire form.
func packReason(err error) string {
	text := strings.TrimPrefix(err.Error(), "dns: ")
	switch {
	case errors.Is(err, errEndsEarly):
		return "are incomplete: something is missing at their end"
	case errors.Is(err, errUnfit):
		return "do not fit together: a length in them is not that of what it stands for"
	case errors.Is(err, dns.ErrBuf), strings.Contains(text, "overflow"):
		return "are longer than 65,535 octets, or one of their parts is longer than its type allows"
	case strings.Contains(text, "hex"):
		return "have something in them that is not hexadecimal"
	case strings.Contains(text, "base64"):
		return "have something in them that is not base64"
	case strings.Contains(text, "base32"):
		return "have something in them that is not base32"
	}
	return "cannot be put into wire form: " + text
}

// formOf says how the data of a type are written.
func formOf(typ uint16) string {
	if form, ok := forms()[typ]; ok {
		return TypeName(typ) + " takes " + form
	}
	return fmt.Sprintf(`write the data as the RFC of type %s says, or as octets: \# LENGTH HEX (RFC 3597 section 5)`, TypeName(typ))
}

func forms() map[uint16]string {
	const name = "a domain name, for example host.example.com."
	return map[uint16]string{
		dns.TypeA:      "one IPv4 address, for example 192.0.2.1",
		dns.TypeAAAA:   "one IPv6 address, for example 2001:db8::1",
		dns.TypeNS:     name,
		dns.TypeCNAME:  name,
		dns.TypeDNAME:  name,
		dns.TypePTR:    name,
		dns.TypeMX:     "PREFERENCE NAME, for example 10 mail.example.com.",
		dns.TypeTXT:    `strings, for example "v=spf1 -all"`,
		dns.TypeSPF:    `strings, for example "v=spf1 -all"`,
		dns.TypeHINFO:  `two strings, for example "PC" "Linux"`,
		dns.TypeSRV:    "PRIORITY WEIGHT PORT NAME, for example 0 5 443 host.example.com.",
		dns.TypeSOA:    "PRIMARY MAILBOX SERIAL REFRESH RETRY EXPIRE MINIMUM, for example ns1 hostmaster 1 3600 900 604800 300",
		dns.TypeCAA:    `FLAGS TAG VALUE, for example 0 issue "ca.example.net"`,
		dns.TypeDS:     "KEYTAG ALGORITHM DIGESTTYPE HEX, for example 12345 13 2 and 64 hex digits",
		dns.TypeCDS:    "KEYTAG ALGORITHM DIGESTTYPE HEX, for example 12345 13 2 and 64 hex digits",
		dns.TypeDNSKEY: "FLAGS 3 ALGORITHM BASE64, for example 257 3 13 and the key",
		dns.TypeTLSA:   "USAGE SELECTOR MATCHING HEX, for example 3 1 1 and 64 hex digits",
		dns.TypeSMIMEA: "USAGE SELECTOR MATCHING HEX, for example 3 1 1 and 64 hex digits",
		dns.TypeSSHFP:  "ALGORITHM TYPE HEX, for example 4 2 and 64 hex digits",
		dns.TypeNAPTR:  `ORDER PREFERENCE "FLAGS" "SERVICE" "REGEXP" NAME, for example 100 10 "S" "SIP+D2U" "" _sip._udp.example.com.`,
		dns.TypeSVCB:   "PRIORITY NAME KEY=VALUE…, for example 1 host.example.com. alpn=h2 port=443",
		dns.TypeHTTPS:  "PRIORITY NAME KEY=VALUE…, for example 1 . alpn=h2,h3",
		dns.TypeURI:    `PRIORITY WEIGHT "TARGET", for example 10 1 "https://www.example.com/"`,
		dns.TypeRP:     "MAILBOX NAME, for example admin.example.com. info.example.com.",
		dns.TypeAFSDB:  "SUBTYPE NAME, for example 1 afs.example.com.",
		dns.TypeLOC:    "LATITUDE LONGITUDE ALTITUDE, for example 52 22 23 N 4 53 32 E 0m",
		TypeALIAS:      "a domain name and the types that it answers (A, AAAA, HTTPS; by default A AAAA), for example host.example.net. A AAAA",
		dns.TypeCERT:   "TYPE KEYTAG ALGORITHM BASE64, for example PGP 0 0 and the certificate",
	}
}
