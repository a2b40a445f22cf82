package zones

// What is wrong at one owner name, seen in its surroundings.

import (
	"fmt"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"meridian/config"
	"meridian/wire"
)

// Surroundings is a zone as ValidateOwner sees it. Names given and taken are canonical.
type Surroundings interface {
	// Types are those of the RRsets at an owner name.
	Types(owner wire.Name) []uint16
	RRset(owner wire.Name, typ uint16) (RRset, bool)
	// HasBelow says whether records, steered ones too, lie strictly below a name.
	HasBelow(owner wire.Name) bool
	// Steered returns the types of the steered record at an owner name.
	Steered(owner wire.Name) (types []uint16, ok bool)
}

// ValidateOwner returns what is wrong at a canonical owner name of a zone: with its own
// records, with names above it, and with names below it that its records take out of
// service. A change is right when this finds no error at every owner that it touches
// and at the apex.
func ValidateOwner(zone, owner wire.Name, z Surroundings) config.Problems {
	if !owner.IsSubdomainOf(zone) {
		return config.Problems{{Message: fmt.Sprintf("%s lies outside of the zone %s", owner, zone), Hint: "correct the name (a dot at its end?)"}}
	}
	v := newValidator(zone, owner, z)
	v.here()
	v.above()
	v.others()
	var problems config.Problems
	for _, f := range v.found {
		problems = append(problems, f.Problem)
	}
	return problems
}

// validator collects findings at one owner.
type validator struct {
	zone, owner wire.Name
	z           Surroundings
	types       []uint16 // static
	steered     []uint16
	found       []finding
}

// finding is a problem and the type of the owner's records that it is about, by which
// its position can be found.
type finding struct {
	config.Problem
	typ uint16
}

// anyType is for findings that are about all that stands at the owner.
const anyType = dns.TypeNone

func newValidator(zone, owner wire.Name, z Surroundings) *validator {
	v := &validator{zone: zone, owner: owner, z: z, types: z.Types(owner)}
	v.steered, _ = z.Steered(owner)
	return v
}

func (v *validator) error(typ uint16, hint, format string, args ...any) {
	message := v.owner.String() + " " + fmt.Sprintf(format, args...)
	v.found = append(v.found, finding{config.Problem{Message: message, Hint: hint}, typ})
}

func (v *validator) warn(typ uint16, hint, format string, args ...any) {
	v.error(typ, hint, format, args...)
	v.found[len(v.found)-1].Warning = true
}

func (v *validator) has(typ uint16) bool { return slices.Contains(v.types, typ) }

// here checks the owner's own records.
func (v *validator) here() {
	v.apex()
	v.aliases()
	v.alias()
	v.steeredBeside()
	v.nameServers()
	for _, typ := range v.types {
		if s, ok := v.z.RRset(v.owner, typ); ok && s.WireLen() > MaxWireLen {
			v.error(typ, tooLongHint, tooLong, len(s.RDATA), TypeName(typ), s.WireLen(), MaxWireLen)
		}
	}
}

const (
	tooLong     = "has %d %s records of %d octets together, and no message can carry more than %d"
	tooLongHint = "remove some of its records"
)

// TooLong is what is wrong with an RRset that is longer than MaxWireLen.
func TooLong(s RRset) config.Problem {
	return config.Problem{Message: fmt.Sprintf("%s "+tooLong, s.Owner, len(s.RDATA), TypeName(s.Type), s.WireLen(), MaxWireLen), Hint: tooLongHint}
}

// apex checks for exactly one SOA, at the apex, and for NS there (RFC 1035 section 5.2).
func (v *validator) apex() {
	if v.owner != v.zone {
		if v.has(dns.TypeSOA) {
			v.error(dns.TypeSOA, "move it there, or make the name a zone of its own", "has an SOA record, which may stand only at the zone's apex %s", v.zone)
		}
		return
	}
	soa, _ := v.z.RRset(v.zone, dns.TypeSOA)
	switch {
	case !v.has(dns.TypeSOA):
		v.error(dns.TypeSOA, "add one at the apex, for example: @ 3600 SOA ns1 hostmaster 1 3600 900 604800 300", "has no SOA record")
	case len(soa.RDATA) > 1:
		v.error(dns.TypeSOA, "keep one of them", "has %d SOA records; a zone has exactly one", len(soa.RDATA))
	}
	if !v.has(dns.TypeNS) {
		v.error(dns.TypeNS, "add the zone's name servers at the apex, for example: @ 3600 NS ns1", "has no NS record")
	}
}

// aliases checks CNAME (RFC 2181 section 10.1) and DNAME (RFC 6672 section 2.4).
func (v *validator) aliases() {
	for _, typ := range []uint16{dns.TypeCNAME, dns.TypeDNAME} {
		if s, ok := v.z.RRset(v.owner, typ); ok && len(s.RDATA) > 1 {
			v.error(typ, "keep one of them", "has %d %s records; a name can have one", len(s.RDATA), TypeName(typ))
		}
	}
	if v.has(dns.TypeCNAME) {
		if others := besideAlias(v.types); len(others) > 0 {
			v.error(dns.TypeCNAME, "remove the CNAME, or what stands beside it", "has a CNAME record beside %s", typeNames(others))
		}
	}
	if v.has(dns.TypeDNAME) && v.has(dns.TypeNS) && v.owner != v.zone {
		v.error(dns.TypeDNAME, "remove one of them", "has a DNAME record beside NS; only the apex can have both")
	}
}

// besideAlias returns those of types that may not stand beside a CNAME: all but its
// own and DNSSEC's (RFC 4034 section 3, RFC 4035 section 2.5).
func besideAlias(types []uint16) []uint16 {
	return without(types, dns.TypeCNAME, dns.TypeRRSIG, dns.TypeNSEC)
}

func without(types []uint16, not ...uint16) []uint16 {
	return slices.DeleteFunc(slices.Clone(types), func(typ uint16) bool { return slices.Contains(not, typ) })
}

// steeredBeside checks static records at the owner of a steered one.
func (v *validator) steeredBeside() {
	if len(v.steered) == 0 {
		return
	}
	if slices.Contains(v.steered, dns.TypeCNAME) {
		if others := without(v.types, dns.TypeRRSIG, dns.TypeNSEC); len(others) > 0 {
			v.error(others[0], "remove one of them", "is a steered record of names, and has %s beside it", typeNames(others))
		}
		return
	}
	for _, typ := range v.types {
		switch {
		case slices.Contains(v.steered, typ):
			v.error(typ, "remove the static records, or the steered one", "has static records of type %s, which is steered there", TypeName(typ))
		case typ == dns.TypeCNAME:
			v.error(typ, "remove one of them", "has a CNAME record beside a steered record")
		}
	}
}

func typeNames(types []uint16) string {
	names := make([]string, len(types))
	for i, typ := range types {
		names[i] = TypeName(typ)
	}
	return strings.Join(names, ", ")
}
