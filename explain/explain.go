package explain

// One question of one client, explained.

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"meridian/control"
	"meridian/healthcheck"
	"meridian/steering"
	"meridian/view"
	"meridian/wire"
	"meridian/zones"
)

// Explanation is why a question gets its answer. Parts that don't apply are empty.
type Explanation struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Client   string `json:"client"`
	Revision uint64 `json:"revision"`

	Answer   Answer    `json:"answer"`
	Zone     string    `json:"zone,omitempty"`
	Owner    string    `json:"owner,omitempty"` // of the node that answers, where it isn't the name itself
	Way      string    `json:"way"`             // what the name leads to, in words
	Steering *Steering `json:"steering,omitempty"`
}

// Answer is what the wire says.
type Answer struct {
	Rcode   string   `json:"rcode"`
	Records []string `json:"records"`
	Scope   *uint8   `json:"scope,omitempty"` // of the client subnet, where it was sent
}

// Steering is the choice of a steered answer.
type Steering struct {
	Policy    string     `json:"policy"`
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
}

// Explain asks the question of the present view as the client would, with its prefix
// as client subnet, and explains the answer.
func Explain(c *control.Control, checker *healthcheck.Checker, name wire.Name, typ uint16, client netip.Prefix) (*Explanation, error) {
	client = client.Masked()
	state := c.State()
	e := &Explanation{
		Name: name.String(), Type: zones.TypeName(typ), Client: client.String(), Revision: state.Revision(),
	}
	var err error
	if e.Answer, err = ask(state.View, name, typ, client); err != nil {
		return nil, err
	}
	var at wire.Suffixes
	at.SetName(name)
	zone, apexAt := state.View.FindZone(&at, 0)
	if zone == nil {
		e.Way = "no zone of this server contains the name: REFUSED"
		return e, nil
	}
	e.Zone = zone.Name.String()
	if !zone.Loaded() {
		e.Way = "the zone is configured and has no records: SERVFAIL"
		return e, nil
	}
	found := zone.Find(&at, apexAt, typ == wire.TypeDS)
	steered := e.descend(name, typ, found)
	if steered != nil {
		x := explainer{control: c, checker: checker, state: state, zone: zone, node: found.Node, record: steered, client: client}
		e.Steering = x.explain(found.Node.Steered.Settings.WithDefaults().Policy)
	}
	return e, nil
}

// descend says what the name leads to, and returns its steered part, if that answers.
func (e *Explanation) descend(name wire.Name, typ uint16, found view.Found) *view.SteeredType {
	switch {
	case found.Cut != nil && found.Cut.Cut:
		e.Owner, e.Way = found.Cut.Name.String(), "the name lies at or below a zone cut: a referral"
		return nil
	case found.Cut != nil:
		e.Owner, e.Way = found.Cut.Name.String(), "the name lies below a DNAME"
		return nil
	case found.Node == nil:
		e.Way = "the zone has no such name, and no wildcard stands for it: NXDOMAIN"
		return nil
	}
	node := found.Node
	if node.Name.Canonical() != name.Canonical() {
		e.Owner = node.Name.String()
	}
	if steered := steeredPart(node, typ); steered != nil {
		e.Way = "a steered record"
		return steered
	}
	switch {
	case node.Alias != nil && node.Alias.Answers(typ):
		e.Way = "an ALIAS: the answer is what " + node.Alias.Target.String() + " has"
	case node.Set(typ) != nil:
		e.Way = "a static RRset"
	case node.Set(wire.TypeCNAME) != nil:
		e.Way = "a static CNAME, followed inside the zone"
	default:
		e.Way = "the name exists and has no such type: NODATA"
	}
	return nil
}

// steeredPart is what of a node's steered record answers a type: its own, or CNAME.
func steeredPart(node *view.Node, typ uint16) *view.SteeredType {
	if node.Steered == nil || node.Set(typ) != nil {
		return nil
	}
	if part := node.Steered.OfType(typ); part != nil {
		return part
	}
	return node.Steered.OfType(wire.TypeCNAME)
}

// explainer explains one choice.
type explainer struct {
	control *control.Control
	checker *healthcheck.Checker
	state   *control.State
	zone    *view.Zone
	node    *view.Node
	record  *view.SteeredType
	client  netip.Prefix
}

func (x explainer) explain(policy string) *Steering {
	set := x.record.Choice
	class, scope := set.Table.Find(x.client)
	granule, granuleBits := steering.GranuleOf(x.client)
	var states steering.States
	set.Load(&states)
	ch := set.Choose(class, granule, &states)
	s := &Steering{
		Policy: policy, Topology: x.node.Steered.Settings.Topology,
		Scope: scope, Spans: int(scope) > x.client.Bits(),
		From: ch.From.String(), MinUp: set.MinUp, Up: states.CountUp(),
	}
	s.Why = why(ch, s)
	if ch.Shared {
		s.Granule = granuleBits
	}
	x.locate(s, class)
	for i := range set.Endpoints {
		s.Endpoints = append(s.Endpoints, x.endpoint(i, &states, ch))
	}
	return s
}

// why says in words which set of endpoints was chosen from.
func why(ch steering.Choice, s *Steering) string {
	few := ""
	if s.Up > 0 && s.Up < s.MinUp {
		few = fmt.Sprintf("only %d of the record's endpoints are up and min_up is %d, so health has no say: ", s.Up, s.MinUp)
	}
	switch ch.From {
	case steering.FromUp:
		return "among those that are up and not drained"
	case steering.FromDrained:
		return "all that are up are drained: among those"
	case steering.FromLastGood:
		return "none of those permitted is up: among those that went down last"
	case steering.FromFallback:
		return "none of those permitted is up: the fallback addresses"
	}
	if few == "" {
		few = "none of those permitted is up: "
	}
	return few + "as if all were up"
}

// locate fills in where the client is, which rows applied, and the class's order.
func (x explainer) locate(s *Steering, class *steering.Class) {
	table := x.record.Choice.Table
	who, network := table.Topology.ClientAt(x.control.Base(), x.client.Addr())
	ranking := table.Topology.Rank(who, table.Regions)
	loc := who.Location
	s.Location = Location{
		Network: network.String(), Kind: who.Kind.String(), Country: loc.Country,
		Subdivision: loc.Subdivision, Continent: loc.Continent, ASN: loc.ASN,
	}
	if loc.HasPlace {
		s.Location.Latitude, s.Location.Longitude = &loc.Lat, &loc.Lon
	}
	if ranking.OrderRow != nil {
		s.OrderRow = ranking.OrderRow.Selector()
	}
	if ranking.FenceRow != nil {
		s.FenceRow = ranking.FenceRow.Selector()
	}
	for _, r := range class.Order {
		region := Region{Name: table.Regions[r], Permitted: class.Permits>>r&1 != 0}
		if ranking.KM != nil {
			region.KM = &ranking.KM[r]
		}
		s.Regions = append(s.Regions, region)
	}
}

func (x explainer) endpoint(i int, states *steering.States, ch steering.Choice) Endpoint {
	set := x.record.Choice
	ep := &set.Endpoints[i]
	has := func(mask uint64) bool { return mask>>i&1 != 0 }
	e := Endpoint{
		Name: ep.Name, Region: set.Table.Regions[ep.Region],
		Up: has(states.Up), Permitted: has(ch.Permitted), Drained: has(ch.Drained),
		Candidate: has(ch.Candidates), Chosen: ch.Endpoint == i,
		Health:   healthWords(ep, states.Health[i]),
		Override: x.override(ep.Name, set.Table.Regions[ep.Region]),
	}
	for _, word := range []*steering.Word{ep.Health, ep.Second} {
		if word == nil {
			continue
		}
		for _, t := range x.checker.StatusOf(word) {
			e.Targets = append(e.Targets, Target{Target: t.Target.String(), State: t.State.String(), Why: t.Last.Reason, Since: t.Since})
		}
	}
	return e
}

// healthWords is an endpoint's health, and its region's where that is checked.
func healthWords(ep *steering.Endpoint, own steering.Health) string {
	words := own.State().String() + " (" + own.Reason().String() + ")"
	if ep.RegionHealth != nil {
		if r := ep.RegionHealth.Load(); !r.State().IsUp() {
			words += "; its region is " + r.State().String()
		}
	}
	return words
}

// override is what operators said of an endpoint and its region.
func (x explainer) override(endpoint, region string) string {
	var words []string
	for _, key := range []control.OverrideKey{
		{Zone: x.zone.Name, Owner: x.node.Name.Canonical(), Endpoint: endpoint}, {Region: region},
	} {
		o, ok := x.state.Overrides[key]
		if !ok {
			continue
		}
		subject := "endpoint"
		if key.Endpoint == "" {
			subject = "region"
		}
		if o.Force != "" {
			words = append(words, fmt.Sprintf("%s force-%s by %s: %q", subject, o.Force, o.Author, o.Reason))
		}
		if o.Drain > 0 {
			words = append(words, fmt.Sprintf("%s drained %g%% by %s: %q", subject, o.Drain*100, o.Author, o.Reason))
		}
	}
	slices.Sort(words)
	return joinWords(words)
}
