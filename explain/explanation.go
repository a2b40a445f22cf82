package explain

// What an explanation says, as values.

import "time"

// Explanation is why a question gets its answer. Parts that don't apply are empty.
type Explanation struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Client   string `json:"client"`
	Revision uint64 `json:"revision"`

	Answer Answer `json:"answer"` // to a resolver that sends the client as client subnet
	Steps  []Step `json:"steps"`
	// NoSubnet is how a resolver at the client's first address is answered that sends no
	// client subnet, where that differs.
	NoSubnet *NoSubnet `json:"no_subnet,omitempty"`
}

// NoSubnet is the answer without a client subnet.
type NoSubnet struct {
	From   string `json:"from"` // the resolver's address
	Answer Answer `json:"answer"`
	Steps  []Step `json:"steps"`
}

// Answer is what the wire says.
type Answer struct {
	Rcode   string   `json:"rcode"`
	Errors  []string `json:"errors,omitempty"` // extended errors (RFC 8914)
	Records []string `json:"records"`
	Scope   *uint8   `json:"scope,omitempty"` // of the client subnet, where it was sent
}

// Step is a name on the way of the answer, the queried one first, and what stands there.
type Step struct {
	Name     string    `json:"name"`
	Zone     string    `json:"zone,omitempty"`
	Owner    string    `json:"owner,omitempty"` // of the node that answers, where it isn't the name itself
	Way      string    `json:"way"`             // what the name leads to, in words
	Steering *Steering `json:"steering,omitempty"`
}

// Steering is the choice of a steered answer.
type Steering struct {
	Policy    string     `json:"policy"`
	For       string     `json:"for"` // whom it was made for: the client subnet, or the address that the question came from
	Location  Location   `json:"location"`
	Topology  string     `json:"topology,omitempty"`
	OrderRow  string     `json:"order_row,omitempty"` // the client row that gave the order
	FenceRow  string     `json:"fence_row,omitempty"` // the client row that fences
	Regions   []Region   `json:"regions"`             // in the class's order
	Scope     uint8      `json:"class_scope"`         // the class table's
	Spans     bool       `json:"spans,omitempty"`     // the client prefix spans several classes: that of most addresses counts
	Granule   uint8      `json:"granule,omitempty"`   // the granule's length, where it was used
	From      string     `json:"from"`
	Why       string     `json:"why"`
	MinUp     int        `json:"min_up"`
	Up        int        `json:"up"` // endpoints that are up, of this type
	Endpoints []Endpoint `json:"endpoints"`
}

// Location is what the databases say of the client.
type Location struct {
	Network     string   `json:"network"`
	Kind        string   `json:"kind"`
	Country     string   `json:"country,omitempty"`
	Subdivision string   `json:"subdivision,omitempty"`
	Continent   string   `json:"continent,omitempty"`
	ASN         uint32   `json:"asn,omitempty"`
	Latitude    *float64 `json:"latitude,omitempty"`
	Longitude   *float64 `json:"longitude,omitempty"`
}

// Region is a place in the class's order.
type Region struct {
	Name      string   `json:"name"`
	KM        *float64 `json:"km,omitempty"`
	Permitted bool     `json:"permitted"`
}

// Endpoint is an endpoint's state as the choice saw it.
type Endpoint struct {
	Name      string   `json:"name"`
	Region    string   `json:"region"`
	Up        bool     `json:"up"`
	Permitted bool     `json:"permitted"`
	Drained   bool     `json:"drained"` // for this client
	Candidate bool     `json:"candidate"`
	Chosen    bool     `json:"chosen"`
	Health    string   `json:"health"`
	Override  string   `json:"override,omitempty"`
	Targets   []Target `json:"targets,omitempty"`
}

// Target is one address's health.
type Target struct {
	Target string    `json:"target"`
	State  string    `json:"state"`
	Why    string    `json:"why,omitempty"` // what the last probe found
	Since  time.Time `json:"since,omitzero"`
	// OfRegion says that it is the region's own check that probes it.
	OfRegion bool `json:"of_region,omitempty"`
}
