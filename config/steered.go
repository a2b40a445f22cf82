package config

// A steered record: an owner name whose answers depend on the client and on health.

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// Policies.
const (
	PolicyNearest  = "nearest"
	PolicyFailover = "failover"
)

// Words of when_all_down.
const (
	AsIfUp   = "as-if-up"
	LastGood = "last-good"
)

// DefaultTTL of a steered record: short enough that caches follow a flip within
// half a minute, long enough that they serve most queries.
const DefaultTTL = Duration(20 * time.Second)

// Limits. Sets of endpoints and regions are 64-bit masks on the query path, and a
// health word has 16 bits for the addresses of one family.
const (
	MaxEndpoints = 64 // of one steered record
	MaxAddresses = 16 // of one family in one endpoint
)

// Steered is one policy over endpoints. All of its endpoints have addresses or all
// have names.
type Steered struct {
	Policy      string              `yaml:"policy,omitempty" json:"policy,omitempty"`              // nearest (default) or failover
	Topology    string              `yaml:"topology,omitempty" json:"topology,omitempty"`          // none: distance alone
	TTL         Duration            `yaml:"ttl,omitempty" json:"ttl,omitempty"`                    // default 20s; whole seconds, 1s to 24h
	Check       string              `yaml:"check,omitempty" json:"check,omitempty"`                // of endpoints that name none; none: always up
	MinUp       int                 `yaml:"min_up,omitempty" json:"min_up,omitempty"`              // default 1
	WhenAllDown WhenAllDown         `yaml:"when_all_down,omitempty" json:"when_all_down,omitzero"` // default as-if-up
	HTTPS       *HTTPS              `yaml:"https,omitempty" json:"https,omitempty"`                // none: no HTTPS RRset
	Endpoints   map[string]Endpoint `yaml:"endpoints" json:"endpoints"`
}

// Endpoint is one thing that a steered record offers; its name is its key.
type Endpoint struct {
	Region       string       `yaml:"region,omitempty" json:"region,omitempty"`               // default: the region of the endpoint's name
	Addresses    []netip.Addr `yaml:"addresses,omitempty" json:"addresses,omitempty"`         // IPv4 and IPv6
	Name         string       `yaml:"name,omitempty" json:"name,omitempty"`                   // a DNS name instead of addresses
	Weight       *float64     `yaml:"weight,omitempty" json:"weight,omitempty"`               // share within its region; default 1, 0 to 1e6
	Tier         int          `yaml:"tier,omitempty" json:"tier,omitempty"`                   // for failover; default 1, 1 to 100
	Check        string       `yaml:"check,omitempty" json:"check,omitempty"`                 // default: the record's
	MinAddresses int          `yaml:"min_addresses,omitempty" json:"min_addresses,omitempty"` // up for a family when this many of its addresses are; default 1
}

// HasNames says whether the record's endpoints are DNS names (its type is CNAME)
// rather than addresses (A and AAAA).
func (s Steered) HasNames() bool {
	for _, e := range s.Endpoints {
		if e.Name != "" {
			return true
		}
	}
	return false
}

// EndpointNames returns the endpoints' names in order.
func (s Steered) EndpointNames() []string {
	names := make([]string, 0, len(s.Endpoints))
	for name := range s.Endpoints {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// WithDefaults returns s with every omitted setting at its default.
func (s Steered) WithDefaults() Steered {
	if s.Policy == "" {
		s.Policy = PolicyNearest
	}
	if s.TTL == 0 {
		s.TTL = DefaultTTL
	}
	if s.MinUp == 0 {
		s.MinUp = 1
	}
	if s.WhenAllDown.Mode == "" && len(s.WhenAllDown.Fallback) == 0 {
		s.WhenAllDown.Mode = AsIfUp
	}
	endpoints := make(map[string]Endpoint, len(s.Endpoints))
	for name, e := range s.Endpoints {
		if e.Region == "" {
			e.Region = name
		}
		if e.Weight == nil {
			one := 1.0
			e.Weight = &one
		}
		if e.Tier == 0 {
			e.Tier = 1
		}
		if e.Check == "" {
			e.Check = s.Check
		}
		if e.MinAddresses == 0 {
			e.MinAddresses = 1
		}
		endpoints[name] = e
	}
	s.Endpoints = endpoints
	return s
}

// WhenAllDown says what is answered when no endpoint is up: a mode word, or
// addresses to fall back on. The zero value is the default, as-if-up.
type WhenAllDown struct {
	Mode     string
	Fallback []Fallback
}

// Fallback is one address of when_all_down's fallback, with the region that a
// fence takes it to be in (needed where the topology has fences).
type Fallback struct {
	Address netip.Addr `yaml:"address" json:"address"`
	Region  string     `yaml:"region,omitempty" json:"region,omitempty"`
}

// MarshalJSON is a word, or a map with the one key "fallback".
func (w WhenAllDown) MarshalJSON() ([]byte, error) {
	if len(w.Fallback) == 0 {
		return json.Marshal(w.Mode)
	}
	return json.Marshal(map[string][]any{"fallback": w.entries()})
}

func (w WhenAllDown) entries() []any {
	entries := make([]any, len(w.Fallback))
	for i, f := range w.Fallback {
		if entries[i] = f; f.Region == "" {
			entries[i] = f.Address.String()
		}
	}
	return entries
}

// UnmarshalJSON reads both forms.
func (w *WhenAllDown) UnmarshalJSON(b []byte) error {
	*w = WhenAllDown{}
	if json.Unmarshal(b, &w.Mode) == nil {
		return nil
	}
	var m struct {
		Fallback []json.RawMessage `json:"fallback"`
	}
	if err := json.Unmarshal(b, &m); err != nil || m.Fallback == nil {
		return fmt.Errorf("when_all_down is as-if-up, last-good or {fallback: [ADDRESS, …]}")
	}
	for _, raw := range m.Fallback {
		var f Fallback
		if json.Unmarshal(raw, &f.Address) != nil {
			if err := json.Unmarshal(raw, &f); err != nil {
				return fmt.Errorf("a fallback is an ADDRESS or {address: ADDRESS, region: REGION}: %w", err)
			}
		}
		w.Fallback = append(w.Fallback, f)
	}
	return nil
}
