package explain

// One question of one client, explained.

import (
	"net/netip"
	"slices"
	"time"

	"meridian/control"
	"meridian/dnsserver/answer"
	"meridian/geoip"
	"meridian/healthcheck"
	"meridian/wire"
	"meridian/zones"
)

// Explain asks the question of the present view as a resolver would that sends the client
// as client subnet, from the client's first address, and explains the answer. What the
// checks' targets have to say is as of now, after the answer; all else is what the answer
// was made from.
func Explain(c *control.Control, checker *healthcheck.Checker, name wire.Name, typ uint16, client netip.Prefix, now time.Time) (*Explanation, error) {
	client = client.Masked()
	base, err := c.Geo().Base()
	if err != nil {
		return nil, err
	}
	x := explainer{state: c.State(), base: base, checker: checker, now: now}
	e := &Explanation{Name: name.String(), Type: zones.TypeName(typ), Client: client.String(), Revision: x.state.Revision()}
	if e.Answer, e.Steps, err = x.explain(name, typ, client, true); err != nil {
		return nil, err
	}
	other := NoSubnet{From: client.Addr().String()}
	if other.Answer, other.Steps, err = x.explain(name, typ, client, false); err != nil {
		return nil, err
	}
	if other.Answer.Rcode != e.Answer.Rcode || !slices.Equal(other.Answer.Records, e.Answer.Records) {
		e.NoSubnet = &other
	}
	return e, nil
}

// explainer is what one explanation is made from.
type explainer struct {
	state   *control.State
	base    *geoip.Base
	checker *healthcheck.Checker
	now     time.Time
}

// explain asks once, with or without a client subnet.
func (x *explainer) explain(name wire.Name, typ uint16, client netip.Prefix, subnet bool) (Answer, []Step, error) {
	a, trace, err := x.ask(name, typ, client, subnet)
	if err != nil {
		return Answer{}, nil, err
	}
	steps := []Step{}
	for i := range trace.Steps {
		steps = append(steps, x.step(&trace.Steps[i]))
	}
	return a, steps, nil
}

// step puts a step of the trace into words.
func (x *explainer) step(s *answer.Step) Step {
	step := Step{Name: s.Name.String(), Way: x.way(s)}
	if s.Zone != nil {
		step.Zone = s.Zone.Name.String()
	}
	if s.Node.Exists() && s.Node.Name().Canonical() != s.Name {
		step.Owner = s.Node.Name().String()
	}
	if s.Decision != nil {
		step.Steering = x.steering(s)
	}
	return step
}
