package api

// Overrides: an operator's word on a region or an endpoint.

import (
	"time"

	"meridian/config"
)

// Verbs of overrides.
const (
	VerbDrain     = "drain"
	VerbUndrain   = "undrain"
	VerbForceUp   = "force-up"
	VerbForceDown = "force-down"
	VerbUnforce   = "unforce"
)

// OverrideRequest is an operator's word on a region, or on an endpoint of a steered
// record. Drain and force are independent: each verb leaves the other be.
type OverrideRequest struct {
	Verb string `json:"verb" enum:"drain,undrain,force-up,force-down,unforce"`
	Use         // of what it speaks
	// Share is of clients, above 0 to 1; nil is 1, everyone. For drain.
	Share   *float64  `json:"share,omitempty" doc:"of clients, above 0 to 1; default 1"`
	Reason  string    `json:"reason,omitempty"`
	Expires time.Time `json:"expires,omitzero" doc:"when the word ends by itself; default never"`
}

// Override is an override as it stands.
type Override struct {
	Use
	config.Override
}
