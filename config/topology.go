package config

// A topology: which clients prefer, or may only have, which regions.

import (
	"net/netip"
	"strconv"
)

// DefaultOrderDepth is how many places of an order cost fills before the tail
// begins: enough that the fifth region is asked only when four are down at once,
// few enough that distant places don't cut scopes into crumbs.
const DefaultOrderDepth = 4

// Topology says how clients are sent to regions beyond distance alone.
type Topology struct {
	// Default is the order for clients of whom nothing is known, and the tail of
	// every order. Regions that it doesn't name follow by name.
	Default []string `yaml:"default,omitempty" json:"default,omitempty"`
	// OrderDepth is how many places order rows and cost fill; 0 is DefaultOrderDepth.
	OrderDepth int `yaml:"order_depth,omitempty" json:"order_depth,omitempty"`
	// Clients are rows, each speaking of some clients.
	Clients []ClientRow `yaml:"clients,omitempty" json:"clients,omitempty"`
}

// ClientRow has exactly one selector and says at least one thing of these clients.
// For the order and the fence apart, the most specific row that speaks of it wins:
// the longest cidr, then asn, subdivision, country, continent.
type ClientRow struct {
	CIDR        netip.Prefix `yaml:"cidr,omitempty" json:"cidr,omitzero"`
	ASN         uint32       `yaml:"asn,omitempty" json:"asn,omitempty"`
	Subdivision string       `yaml:"subdivision,omitempty" json:"subdivision,omitempty"` // ISO 3166-2, "US-CA"
	Country     string       `yaml:"country,omitempty" json:"country,omitempty"`         // ISO 3166-1 alpha-2
	Continent   string       `yaml:"continent,omitempty" json:"continent,omitempty"`     // AF AN AS EU NA OC SA

	// Order comes first in these clients' order, all of it.
	Order []string `yaml:"order,omitempty" json:"order,omitempty"`
	// Only and Never are fences: the regions that these clients may have, or not.
	Only  []string `yaml:"only,omitempty" json:"only,omitempty"`
	Never []string `yaml:"never,omitempty" json:"never,omitempty"`
}

// Selector returns the row's one selector as an operator would write it.
func (r ClientRow) Selector() string {
	switch {
	case r.CIDR.IsValid():
		return "cidr: " + r.CIDR.String()
	case r.ASN != 0:
		return "asn: " + strconv.FormatUint(uint64(r.ASN), 10)
	case r.Subdivision != "":
		return "subdivision: " + r.Subdivision
	case r.Country != "":
		return "country: " + r.Country
	}
	return "continent: " + r.Continent
}

// HasFence says whether a row of the topology permits or forbids regions.
func (t Topology) HasFence() bool {
	for _, r := range t.Clients {
		if len(r.Only) > 0 || len(r.Never) > 0 {
			return true
		}
	}
	return false
}
