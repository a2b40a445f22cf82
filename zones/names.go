package zones

// Names inside RDATA.

import (
	"slices"

	"github.com/miekg/dns"

	"meridian/wire"
)

// nameLayout says where RDATA of a type have names: octets before the first one, and
// how many names follow one another. These are the types of RFC 4034 section 6.2
// (as RFC 6840 section 5.1 corrects it) whose names are compared without regard to
// case. NAPTR, which belongs to them, has strings of its own length before its name.
func nameLayout(typ uint16) (skip, names int) {
	switch typ {
	case dns.TypeNS, dns.TypeCNAME, dns.TypeDNAME, dns.TypePTR, dns.TypeMD, dns.TypeMF, dns.TypeMB, dns.TypeMG, dns.TypeMR:
		return 0, 1
	case dns.TypeSOA, dns.TypeMINFO, dns.TypeRP:
		return 0, 2
	case dns.TypeMX, dns.TypeAFSDB, dns.TypeRT, dns.TypeKX:
		return 2, 1
	case dns.TypePX:
		return 2, 2
	case dns.TypeSRV:
		return 6, 1
	case TypeALIAS:
		return 1, 1
	}
	return 0, 0
}

func hasNames(typ uint16) bool {
	_, n := nameLayout(typ)
	return n > 0 || typ == dns.TypeNAPTR
}

// canonicalRDATA returns RDATA with its names in lower case (RFC 4034 section 6.2),
// or the RDATA as they are where they don't have the form that their type should.
func canonicalRDATA(typ uint16, rdata []byte) []byte {
	skip, names := nameLayout(typ)
	if typ == dns.TypeNAPTR {
		skip, names = naptrName(rdata), 1
	}
	if names == 0 {
		return rdata
	}
	out := slices.Clone(rdata)
	for ; names > 0 && skip < len(rdata); names-- {
		name, n, err := wire.NameFromWire(rdata[skip:])
		if err != nil {
			return rdata
		}
		copy(out[skip:], name.Canonical())
		skip += n
	}
	return out
}

// naptrName returns where a NAPTR's name begins: after order, preference and three
// character strings (RFC 3403 section 4.1).
func naptrName(rdata []byte) int {
	at := 4
	for range 3 {
		if at < len(rdata) {
			at += 1 + int(rdata[at])
		}
	}
	return at
}

// target returns the name that RDATA of NS, CNAME or DNAME consist of, canonical.
func target(rdata []byte) (wire.Name, bool) {
	name, _, err := wire.NameFromWire(rdata)
	return name.Canonical(), err == nil
}
