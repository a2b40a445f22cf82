package zones

// ALIAS: a record of ours that gives its owner the addresses of another name.
//
//	name TTL ALIAS target [types]      types: A, AAAA, HTTPS; A AAAA where none is given
//
// It is answered with records of those types and never goes on the wire as itself; in
// the store and between our own processes its RDATA are
//
//	┌───────┬────────────────────┐
//	│ types │ target (wire form) │     types: 1 for A, 2 for AAAA, 4 for HTTPS, added up
//	└───────┴────────────────────┘

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"meridian/wire"
)

// TypeALIAS is the number under which ALIAS records are kept: the last for private use
// (RFC 6895 section 3.1), so that they stand behind all others of their owner, and not
// the one of PowerDNS (65401), whose RDATA are others.
const TypeALIAS uint16 = 65534

// aliasTypes are the types that an ALIAS may answer, by their bit in its RDATA.
func aliasTypes() [3]uint16 { return [...]uint16{dns.TypeA, dns.TypeAAAA, dns.TypeHTTPS} }

// Alias is what an ALIAS record says.
type Alias struct {
	Target wire.Name // as it was written
	Types  []uint16  // at least one of A, AAAA and HTTPS, in this order
}

// aliasError is what is wrong with the words of an ALIAS record.
type aliasError string

func (e aliasError) Error() string { return string(e) }

var errAliasRDATA = errors.New("the RDATA are not those of an ALIAS")

// ParseAlias reads the RDATA of an ALIAS record.
func ParseAlias(rdata []byte) (Alias, error) {
	if len(rdata) == 0 || rdata[0] == 0 || rdata[0] > 7 {
		return Alias{}, errAliasRDATA
	}
	target, n, err := wire.NameFromWire(rdata[1:])
	if err != nil || n != len(rdata)-1 {
		return Alias{}, errAliasRDATA
	}
	a := Alias{Target: target}
	for i, typ := range aliasTypes() {
		if rdata[0]>>i&1 != 0 {
			a.Types = append(a.Types, typ)
		}
	}
	return a, nil
}

// RDATA is the form that ParseAlias reads.
func (a Alias) RDATA() []byte {
	var mask byte
	for i, typ := range aliasTypes() {
		if slices.Contains(a.Types, typ) {
			mask |= 1 << i
		}
	}
	return append([]byte{mask}, a.Target...)
}

// String is the record's data as ParseRecord reads them.
func (a Alias) String() string {
	if slices.Equal(a.Types, []uint16{dns.TypeA, dns.TypeAAAA}) {
		return a.Target.String()
	}
	words := []string{a.Target.String()}
	for _, typ := range a.Types {
		words = append(words, TypeName(typ))
	}
	return strings.Join(words, " ")
}

// readAlias reads the data of an ALIAS record, and says at which word it stopped.
func readAlias(words []word, origin wire.Name) (rdata []byte, at int, err error) {
	target, f := relativeName(words[0], origin)
	if f != nil {
		return nil, 0, aliasError(f.message)
	}
	a := Alias{Target: target, Types: []uint16{dns.TypeA, dns.TypeAAAA}}
	if len(words) > 1 {
		a.Types = nil
	}
	for i, w := range words[1:] {
		typ, err := ParseType(w.text)
		known := aliasTypes()
		switch {
		case err != nil || !slices.Contains(known[:], typ):
			return nil, i + 1, aliasError(fmt.Sprintf("an ALIAS answers A, AAAA and HTTPS, not %s", w.text))
		case slices.Contains(a.Types, typ):
			return nil, i + 1, aliasError(fmt.Sprintf("%s stands there twice", w.text))
		}
		a.Types = append(a.Types, typ)
	}
	return a.RDATA(), 0, nil
}

// alias checks the owner's ALIAS records against all that it has beside them.
func (v *validator) alias() {
	v.aliasLoop()
	s, ok := v.z.RRset(v.owner, TypeALIAS)
	if !ok {
		return
	}
	if len(s.RDATA) > 1 {
		v.error(TypeALIAS, "keep one of them, with all types", "has %d ALIAS records; a name can have one", len(s.RDATA))
		return
	}
	a, err := ParseAlias(s.RDATA[0])
	if err != nil {
		v.error(TypeALIAS, formOf(TypeALIAS), "has an ALIAS record that cannot be read: %v", err)
		return
	}
	for _, typ := range a.Types {
		switch {
		case v.has(typ):
			v.error(TypeALIAS, "remove the static records, or name the ALIAS's other types behind its target", "has static records of type %s, which its ALIAS answers too", TypeName(typ))
		case slices.Contains(v.steered, typ):
			v.error(TypeALIAS, "remove the ALIAS or the steered record, or name the ALIAS's other types behind its target", "has an ALIAS that answers type %s, which is steered there", TypeName(typ))
		}
	}
}

// maxAliasWay bounds the way that aliasLoop follows: longer than any that is answered.
const maxAliasWay = 16

// aliasLoop follows ALIAS and CNAME records from the owner through the zone, for each
// type apart: a way that comes back is one that no answer ends. Circles of CNAMEs alone
// are left to resolvers, as they always were.
func (v *validator) aliasLoop() {
	for _, typ := range aliasTypes() {
		way, throughAlias := []wire.Name{v.standsFor(v.owner)}, false
		for len(way) <= maxAliasWay {
			next, isAlias := v.leadsTo(way[len(way)-1], typ)
			if next == "" || !next.IsSubdomainOf(v.zone) {
				break
			}
			throughAlias = throughAlias || isAlias
			way = append(way, v.standsFor(next))
			if i := slices.Index(way, way[len(way)-1]); i == 0 && throughAlias {
				v.error(TypeALIAS, "point one of them elsewhere", "leads in a circle: %s", wayOf(way))
				return
			} else if i < len(way)-1 {
				break // a circle that the owner isn't part of
			}
		}
	}
}

// standsFor returns the name whose records answer for a name: its own, or a wildcard.
func (v *validator) standsFor(name wire.Name) wire.Name {
	if wildcard, ok := wildcardOf(v.zone, name, v.z); ok {
		return wildcard
	}
	return name
}

// leadsTo is where a name's ALIAS or CNAME leads for a type, canonical; "" where the name
// has that type itself, or neither of them.
func (v *validator) leadsTo(name wire.Name, typ uint16) (next wire.Name, isAlias bool) {
	if s, ok := v.z.RRset(name, TypeALIAS); ok {
		if a, err := ParseAlias(s.RDATA[0]); err == nil && slices.Contains(a.Types, typ) {
			return a.Target.Canonical(), true
		}
	}
	if s, ok := v.z.RRset(name, dns.TypeCNAME); ok {
		next, _ = target(s.RDATA[0])
	}
	return next, false
}

func wayOf(names []wire.Name) string {
	texts := make([]string, len(names))
	for i, name := range names {
		texts[i] = name.String()
	}
	return strings.Join(texts, " → ")
}
