package explain

// The choice of a steered answer, as the answer's trace has it.

import (
	"fmt"
	"slices"

	"meridian/control"
	"meridian/dnsserver/answer"
	"meridian/steering"
	"meridian/view"
)

// choice explains one choice.
type choice struct {
	*explainer
	*answer.Decision
	zone *view.Zone
	node view.Node
}

// steering explains the choice at a step.
func (x *explainer) steering(step *answer.Step) *Steering {
	c := choice{x, step.Decision, step.Zone, step.Node}
	set, settings := c.Type.Choice, c.node.Steered().Skeleton.WithDefaults()
	s := &Steering{
		Policy: settings.Policy, Topology: settings.Topology, For: c.Client.String(),
		Scope: c.Scope, Spans: int(c.Scope) > c.Client.Bits(),
		From: c.Choice.From.String(), MinUp: set.MinUp, Up: c.States.CountUp(),
	}
	s.Why = why(c.Choice, s)
	if c.Choice.Shared {
		s.Granule = c.Granule
	}
	c.locate(s)
	for i := range set.Endpoints {
		s.Endpoints = append(s.Endpoints, c.endpoint(i))
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

// locate fills in where the client is, which rows applied, and the class's order. A
// prefix that spans several classes is at its first address; the rows of that are told
// where they made the class.
func (c choice) locate(s *Steering) {
	table := c.Type.Choice.Table
	who, network := table.Topology.ClientAt(c.base, c.Client.Addr())
	ranking := table.Topology.Rank(who, table.Regions)
	loc := who.Location
	s.Location = Location{
		Network: network.String(), Kind: who.Kind.String(), Country: loc.Country,
		Subdivision: loc.Subdivision, Continent: loc.Continent, ASN: loc.ASN,
	}
	if loc.HasPlace {
		s.Location.Latitude, s.Location.Longitude = &loc.Lat, &loc.Lon
	}
	if ranking.OrderRow != nil && slices.Equal(ranking.Order, c.Class.Order) {
		s.OrderRow = ranking.OrderRow.Selector()
	}
	if ranking.FenceRow != nil && ranking.Permits == c.Class.Permits {
		s.FenceRow = ranking.FenceRow.Selector()
	}
	for _, r := range c.Class.Order {
		region := Region{Name: table.Regions[r], Permitted: c.Class.Permits>>r&1 != 0}
		if ranking.KM != nil {
			region.KM = &ranking.KM[r]
		}
		s.Regions = append(s.Regions, region)
	}
}

func (c choice) endpoint(i int) Endpoint {
	set := c.Type.Choice
	ep := &set.Endpoints[i]
	has := func(mask uint64) bool { return mask>>i&1 != 0 }
	e := Endpoint{
		Name: ep.Name, Region: set.Table.Regions[ep.Region],
		Up: has(c.States.Up), Permitted: has(c.Choice.Permitted), Drained: has(c.Choice.Drained),
		Candidate: has(c.Choice.Candidates), Chosen: c.Choice.Endpoint == i,
		Health:   c.health(i),
		Override: c.override(ep.Name, set.Table.Regions[ep.Region]),
	}
	first, second := c.Type.Health(i)
	for _, word := range []*steering.Word{first, second, ep.RegionHealth} {
		if word == nil {
			continue
		}
		for _, t := range c.checker.StatusOf(word) {
			e.Targets = append(e.Targets, Target{
				Target: t.Target.String(), State: t.State.String(), Why: t.Last.Reason, Since: t.Since,
				OfRegion: word == ep.RegionHealth,
			})
		}
	}
	return e
}

// health is an endpoint's health, of each family where there are two, and its region's
// where that is down.
func (c choice) health(i int) string {
	words := healthWords(c.States.Health[i])
	if _, second := c.Type.Health(i); second != nil {
		words = "IPv4 " + words + ", IPv6 " + healthWords(c.States.Second[i])
	}
	if region := c.States.Regional[i]; !region.State().IsUp() {
		words += "; its region is " + healthWords(region)
	}
	return words
}

func healthWords(h steering.Health) string {
	return h.State().String() + " (" + h.Reason().String() + ")"
}

// override is what operators said of an endpoint and its region.
func (c choice) override(endpoint, region string) string {
	var words []string
	for _, key := range []control.OverrideKey{
		{Zone: c.zone.Name, Owner: c.node.Canonical(), Endpoint: endpoint}, {Region: region},
	} {
		o, ok := c.state.Overrides[key]
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
