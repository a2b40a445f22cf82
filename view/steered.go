package view

// A steered record, compiled: what is the record's own, and by type what a query needs.

import (
	"iter"
	"net/netip"

	"meridian/config"
	"meridian/steering"
	"meridian/wire"
)

// Steered is a steered record. It is immutable but for what its words and switches hold.
type Steered struct {
	*Shape
	// Own is the record's addresses or names, as Pack made it; "" where the settings are
	// whole and not compiled.
	Own string
	// Words are those of its endpoints' health, type by type as Shape has them, each by
	// endpoint; of HTTPS first one family's and then the other's. None where no endpoint
	// has a check.
	Words []*steering.Word
	// Switches are of its endpoints, the same in all views that have the record.
	Switches *steering.Switches
}

// Uncompiled is a record that nobody answers from yet.
func Uncompiled(settings config.Steered) *Steered {
	return &Steered{Shape: &Shape{Skeleton: settings}}
}

// Settings are as configured.
func (s *Steered) Settings() config.Steered {
	if s.Own == "" {
		return s.Skeleton
	}
	return unpack(s.Skeleton, s.Own)
}

// SteeredType is a steered record's part of one type: what its shape has, and what is its
// own. The zero value is none.
type SteeredType struct {
	*TypeShape
	of *Steered
}

// Exists says whether there is a part.
func (t SteeredType) Exists() bool { return t.TypeShape != nil }

// Types yields the record's parts: at most A, AAAA and HTTPS, or CNAME alone.
func (s *Steered) Types() iter.Seq[SteeredType] {
	return func(yield func(SteeredType) bool) {
		for i := range s.types {
			if !yield(SteeredType{&s.types[i], s}) {
				return
			}
		}
	}
}

// First returns the first of the record's parts.
func (s *Steered) First() SteeredType {
	if len(s.types) == 0 {
		return SteeredType{}
	}
	return SteeredType{&s.types[0], s}
}

// OfType returns the record's part of a type; none where it hasn't that type.
func (s *Steered) OfType(typ uint16) SteeredType {
	for i := range s.types {
		if s.types[i].Type == typ {
			return SteeredType{&s.types[i], s}
		}
	}
	return SteeredType{}
}

// Words are what a choice reads.
func (t SteeredType) Words() steering.Own {
	own := steering.Own{Switches: t.of.Switches}
	if words := t.of.Words; words != nil {
		own.Words = words[t.words.from:t.words.to]
	}
	return own
}

// Health are the words of an endpoint's addresses; nil for none.
func (t SteeredType) Health(endpoint int) (first, second *steering.Word) {
	return t.Choice.Health(t.Words(), endpoint)
}

// Load reads all words into st.
func (t SteeredType) Load(st *steering.States) { t.Choice.Load(st, t.Words()) }

// Addresses are an endpoint's records of type A or AAAA; of endpoint -1 those of the
// fallback addresses.
func (t SteeredType) Addresses(endpoint int) wire.Addresses {
	at := t.place(endpoint)
	if t.Type == wire.TypeAAAA {
		return wire.Addresses{Type: t.Type, TTL: t.ttl, Octets: at.v6.of(t.of.Own)}
	}
	return wire.Addresses{Type: t.Type, TTL: t.ttl, Octets: at.v4.of(t.of.Own)}
}

// Service is an endpoint's HTTPS record; of endpoint -1 that with the fallback addresses.
func (t SteeredType) Service(endpoint int) wire.Service {
	at := t.place(endpoint)
	return wire.Service{TTL: t.ttl, Head: t.head, V4: at.v4.of(t.of.Own), V6: at.v6.of(t.of.Own)}
}

// Hosts are an endpoint's addresses of a family, that of type A or of AAAA.
func (t SteeredType) Hosts(endpoint int, family uint16) (hosts []netip.Addr) {
	at := t.place(endpoint)
	octets, size := at.v4.of(t.of.Own), 4
	if family == wire.TypeAAAA {
		octets, size = at.v6.of(t.of.Own), 16
	}
	for ; octets != ""; octets = octets[size:] {
		addr, _ := netip.AddrFromSlice([]byte(octets[:size]))
		hosts = append(hosts, addr)
	}
	return hosts
}

// CNAME is an endpoint's record of type CNAME.
func (t SteeredType) CNAME(endpoint int) (set wire.RRset) {
	for at := t.names; endpoint >= 0; endpoint-- {
		_, set, at = nameAt(t.of.Own, at)
	}
	return set
}
