package zones

// RDATA of the types that nearly all records have, read and checked without making records
// of miekg/dns of them, which costs ten times as much. Whatever is unusual goes that way.

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strconv"

	"github.com/miekg/dns"

	"meridian/config"
	"meridian/wire"
)

// Checker checks RDATA that come from elsewhere. One goroutine uses it.
type Checker struct{ packer rdataPacker }

// Check returns s as an RRset must be, its RDATA in order and without doubles; or what is
// wrong: with its TTL, or with RDATA that aren't whole, uncompressed, and of the form that
// the type has. Who made s may write to none of it any more.
func (c *Checker) Check(s RRset) (RRset, *config.Problem) {
	switch {
	case s.TTL > MaxTTL:
		return s, &config.Problem{Message: fmt.Sprintf("the TTL %d is over %d seconds (RFC 2181 section 8)", s.TTL, MaxTTL), Hint: "give a smaller one"}
	case len(s.RDATA) == 0:
		return s, &config.Problem{Message: fmt.Sprintf("%s has no data", s.Key()), Hint: "give at least one"}
	}
	cloned := false
	for i, rdata := range s.RDATA {
		if isRight(s.Type, rdata) {
			continue
		}
		normal, err := c.packer.normal(s.Type, rdata)
		if err != nil {
			message := fmt.Sprintf("%s: the RDATA in wire form are not those of its type", s.Key())
			return s, &config.Problem{Message: message, Hint: "send them whole and uncompressed"}
		}
		if !cloned {
			s.RDATA, cloned = slices.Clone(s.RDATA), true
		}
		s.RDATA[i] = normal
	}
	if len(s.RDATA) > 1 {
		if !cloned {
			s.RDATA = slices.Clone(s.RDATA)
		}
		s.sort()
	}
	return s, nil
}

// Add puts an RRset that comes from elsewhere, or says why it can't: it lies outside of
// the zone (a warning, where such RRsets are to be skipped), or is there already.
func (c *Contents) Add(s RRset, at Position, skipOutOfZone bool) *config.Problem {
	return c.add(s, c.hash(s.Owner.Canonical()), c.place(at), skipOutOfZone)
}

func (c *Contents) add(s RRset, hash uint32, at place, skipOutOfZone bool) *config.Problem {
	if !s.Owner.Canonical().IsSubdomainOf(c.Name) {
		p := &config.Problem{Message: fmt.Sprintf("%s lies outside of the zone %s", s.Owner, c.Name), Hint: "correct the name (a dot at its end?), or skip what is out of the zone"}
		if skipOutOfZone {
			p.Hint, p.Warning = "it is skipped", true
		}
		return p
	}
	p, double := c.enter(s.Owner, hash, s.Type)
	if double {
		return &config.Problem{Message: fmt.Sprintf("%s is there more than once", s.Key()), Hint: "give all data of one name and type together"}
	}
	p.RRset, p.at = s, at
	c.count++
	return nil
}

// isRight says that RDATA are whole and have the form of their type: at once, or (false)
// perhaps not.
func isRight(typ uint16, rdata []byte) bool {
	switch typ {
	case dns.TypeA:
		return len(rdata) == 4
	case dns.TypeAAAA:
		return len(rdata) == 16
	case dns.TypeNS, dns.TypeCNAME, dns.TypePTR, dns.TypeDNAME:
		return nameEnd(rdata, 0) == len(rdata)
	case dns.TypeMX:
		return nameEnd(rdata, 2) == len(rdata)
	case dns.TypeSRV:
		return nameEnd(rdata, 6) == len(rdata)
	case dns.TypeSOA:
		return nameEnd(rdata, nameEnd(rdata, 0)) == len(rdata)-soaNumbers
	case dns.TypeTXT:
		return areStrings(rdata)
	}
	return false
}

// nameEnd is where the uncompressed name ends that begins at a place; some place behind b
// where there is none.
func nameEnd[T []byte | string](b T, at int) int {
	for start := at; at < len(b) && at-start < wire.MaxNameLen && b[at] <= wire.MaxLabelLen; at += 1 + int(b[at]) {
		if b[at] == 0 {
			return at + 1
		}
	}
	return len(b) + 1
}

// areStrings says whether RDATA are character strings (RFC 1035 section 3.3), at least one.
func areStrings(rdata []byte) bool {
	at := 0
	for at < len(rdata) {
		at += 1 + int(rdata[at])
	}
	return at == len(rdata) && at > 0
}

// normal returns RDATA as they are packed. RDATA of types that miekg/dns knows must be right
// for their type, and lose any compression.
func (p *rdataPacker) normal(typ uint16, rdata []byte) ([]byte, error) {
	if typ == TypeALIAS {
		_, err := ParseAlias(rdata)
		return rdata, err
	}
	if _, known := dns.TypeToRR[typ]; !known || typ == dns.TypeNULL {
		return rdata, nil
	}
	if len(rdata) == 0 && typ != dns.TypeAPL {
		return nil, errNoRDATA
	}
	rr, err := unpackRDATA(headerOf(typ, rdata), rdata)
	if err != nil {
		return nil, err
	}
	if rdata, err = p.pack(rr); err == nil && !isWhole(typ, rdata) {
		return nil, errUnfit // miekg/dns reads RDATA that end early, and packs them so
	}
	return rdata, err
}

// isWhole says whether packed RDATA have all that answers look for in them.
func isWhole(typ uint16, rdata []byte) bool {
	switch typ {
	case dns.TypeSVCB, dns.TypeHTTPS:
		return nameEnd(rdata, 2) <= len(rdata)
	case dns.TypeA, dns.TypeAAAA, dns.TypeNS, dns.TypeCNAME, dns.TypePTR, dns.TypeDNAME, dns.TypeMX, dns.TypeSRV, dns.TypeSOA, dns.TypeTXT:
		return isRight(typ, rdata)
	}
	return true
}

// direct reads RDATA from text as read does, of types and forms that need no library; or
// says that it doesn't.
func (r *rdataReader) direct(typ uint16, words []word, origin wire.Name) ([]byte, bool) {
	if len(words) == 0 {
		return nil, false
	}
	var room [2 + wire.MaxNameLen]byte
	rdata, last := room[:0], words[len(words)-1].text
	switch {
	case typ == dns.TypeA && len(words) == 1:
		addr, err := netip.ParseAddr(last)
		if err != nil || !addr.Is4() {
			return nil, false
		}
		four := addr.As4()
		rdata = append(rdata, four[:]...)
	case typ == dns.TypeAAAA && len(words) == 1:
		addr, err := netip.ParseAddr(last)
		if err != nil || !addr.Is6() || addr.Zone() != "" {
			return nil, false
		}
		sixteen := addr.As16()
		rdata = append(rdata, sixteen[:]...)
	case typ == dns.TypeMX && len(words) == 2:
		preference, err := strconv.ParseUint(words[0].text, 10, 16)
		if err != nil {
			return nil, false
		}
		rdata = binary.BigEndian.AppendUint16(rdata, uint16(preference))
	case len(words) == 1 && (typ == dns.TypeNS || typ == dns.TypeCNAME || typ == dns.TypePTR || typ == dns.TypeDNAME):
	default:
		return nil, false
	}
	if typ != dns.TypeA && typ != dns.TypeAAAA {
		var ok bool
		if rdata, ok = appendPlainName(rdata, last, origin); !ok {
			return nil, false
		}
	}
	return r.keep(rdata), true
}

// keep copies short RDATA to where they stay.
func (r *rdataReader) keep(rdata []byte) []byte {
	if cap(r.kept)-len(r.kept) < len(rdata) {
		r.kept = make([]byte, 0, max(len(rdata), min(2*cap(r.kept), 1<<16)))
	}
	at := len(r.kept)
	r.kept = append(r.kept, rdata...)
	return r.kept[at:len(r.kept):len(r.kept)]
}

// plainName reads a name as wire.RelativeName does, if it consists of letters, digits,
// hyphens and underscores, or is a wildcard.
func plainName(text string, origin wire.Name) (wire.Name, bool) {
	if text == "@" && origin != "" {
		return origin, true
	}
	var room [wire.MaxNameLen]byte
	name, ok := appendPlainName(room[:0], text, origin)
	return wire.Name(name), ok
}

// appendPlainName appends plainName's name to b.
func appendPlainName(b []byte, text string, origin wire.Name) ([]byte, bool) {
	start, label := len(b), len(b)
	b = append(b, 0)
	for i := range len(text) {
		switch c := text[i]; {
		case c == '.':
			n := len(b) - label - 1
			if n == 0 || n > wire.MaxLabelLen {
				return nil, false
			}
			b[label], label = byte(n), len(b)
			b = append(b, 0)
		case 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || c == '-' || c == '_' || c == '*':
			b = append(b, c)
		default:
			return nil, false
		}
	}
	if n := len(b) - label - 1; n > 0 {
		if n > wire.MaxLabelLen || origin == "" {
			return nil, false
		}
		b[label] = byte(n)
		b = append(b, origin...)
	}
	return b, len(b)-start <= wire.MaxNameLen && len(b)-start > 1
}
