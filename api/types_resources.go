package api

// Regions, topologies, checks and steered records, each as it is configured and with
// what the server knows of it. A change's body is the settings alone.

import (
	"net/netip"
	"time"

	"meridian/config"
	"meridian/wire"
)

// Region is a region with what the server knows of it.
type Region struct {
	Name     string           `json:"region"`
	Settings config.Region    `json:"settings"`
	State    string           `json:"state" enum:"up,down,new" doc:"what its check says; up without one"`
	Why      string           `json:"why" doc:"where the state is from"`
	Override *config.Override `json:"override,omitempty"`
	UsedBy   int              `json:"used_by" doc:"steered records with endpoints in it"`
}

// Topology is a topology with what the server knows of it.
type Topology struct {
	Name     string          `json:"topology"`
	Settings config.Topology `json:"settings"`
	UsedBy   int             `json:"used_by" doc:"steered records"`
}

// Check is a check with what the server knows of it.
type Check struct {
	Name     string       `json:"check"`
	Settings config.Check `json:"settings" doc:"as configured; omitted settings have their defaults"`
	Up       int          `json:"up" doc:"targets"`
	Down     int          `json:"down"`
	New      int          `json:"new" doc:"not probed often enough to know"`
	Targets  []Target     `json:"targets,omitempty" doc:"left out in lists"`
}

// Target is what one probe goes to.
type Target struct {
	Target    string         `json:"target" doc:"for people"`
	Address   netip.AddrPort `json:"address"`
	Host      string         `json:"host,omitempty"`
	State     string         `json:"state" enum:"up,down,new"`
	Why       string         `json:"why" doc:"where the state is from"`
	Since     time.Time      `json:"since,omitzero" doc:"of the last flip"`
	LastProbe time.Time      `json:"last_probe,omitzero"`
	LastOK    bool           `json:"last_ok"`
	LastFound string         `json:"last_found,omitempty" doc:"the last probe's course in words"`
	// Successes and Failures are in a row, so that one of them is 0.
	Successes int    `json:"successes"`
	Failures  int    `json:"failures"`
	Probes    uint64 `json:"probes" doc:"since the start"`
	Failed    uint64 `json:"failed" doc:"of these"`
	Flips     uint64 `json:"flips"`
	UsedBy    []Use  `json:"used_by,omitempty"`
}

// Use is a region, or an endpoint of a steered record.
type Use struct {
	Region   string `json:"region,omitempty"`
	Zone     string `json:"zone,omitempty"`
	Owner    string `json:"owner,omitempty" doc:"relative to the zone"`
	Endpoint string `json:"endpoint,omitempty"`
}

// Steered is a steered record with what the server knows of it.
type Steered struct {
	Zone     wire.Name      `json:"zone"`
	Owner    string         `json:"owner" doc:"relative to the zone; @ is the apex"`
	Name     wire.Name      `json:"name" doc:"the whole owner name"`
	Types    []string       `json:"types" nullable:"false"`
	Settings config.Steered `json:"settings" doc:"as configured; omitted settings have their defaults"`
	// Up and Total count endpoints of each type apart.
	Up        int             `json:"up" doc:"endpoints that are up, of each type"`
	Total     int             `json:"total" doc:"endpoints, of each type"`
	Endpoints []EndpointState `json:"endpoints,omitempty" doc:"left out in lists"`
}

// EndpointState is how an endpoint stands for one type.
type EndpointState struct {
	Endpoint string `json:"endpoint"`
	Region   string `json:"region"`
	Type     string `json:"type"`
	Up       bool   `json:"up" doc:"as the choice sees it, overrides included"`
	State    string `json:"state" enum:"up,down,new" doc:"what its check says; up without one"`
	Why      string `json:"why" doc:"where the state is from"`
	// RegionState is what its region's check says.
	RegionState string           `json:"region_state" enum:"up,down,new"`
	Addresses   []netip.Addr     `json:"addresses,omitempty" nullable:"false" doc:"of the type"`
	Down        []netip.Addr     `json:"down_addresses,omitempty" nullable:"false" doc:"left out of the answer"`
	Override    *config.Override `json:"override,omitempty" doc:"its own"`
	Regional    *config.Override `json:"region_override,omitempty"`
}
