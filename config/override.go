package config

// An override: an operator's word on a region or an endpoint.

import "time"

// Forces.
const (
	ForceUp   = "up"
	ForceDown = "down"
)

// Override is an operator's word, beside what health says. It is committed as a
// revision but isn't configuration: apply, import and rollback never touch it.
type Override struct {
	// Drain is the share of clients sent elsewhere, 0 to 1; 1 is everyone.
	Drain float64 `json:"drain,omitempty"`
	// Force is "up", "down" or empty. Drain and Force are independent.
	Force   string    `json:"force,omitempty"`
	Reason  string    `json:"reason,omitempty"`
	Author  string    `json:"author,omitempty"`
	Since   time.Time `json:"since"`
	Expires time.Time `json:"expires,omitzero"` // zero: never
}

// None says whether o says nothing.
func (o Override) None() bool { return o.Drain == 0 && o.Force == "" }
