package api

// Operations on steered records.

import (
	"context"
	"net/http"
	"net/netip"
	"slices"

	"meridian/config"
	"meridian/control"
	"meridian/steering"
	"meridian/view"
	"meridian/wire"
	"meridian/zones"
)

// OwnerPath is the path of operations on one steered record.
type OwnerPath struct {
	ZonePath
	Owner string `path:"owner" doc:"relative to the zone unless it ends in a dot; @ is the apex"`
}

func (s *server) addSteered(api operations) {
	add(api, operation("list-steered", http.MethodGet, "/steered", "List steered records, without the states of their endpoints"), s.listSteered)
	add(api, operation("get-steered", http.MethodGet, "/zones/{zone}/steered/{owner}", "Show a steered record with the states of its endpoints"), s.getSteered)
	add(api, operation("put-steered", http.MethodPut, "/zones/{zone}/steered/{owner}", "Set a steered record, whether or not it is there"), s.putSteered)
	add(api, operation("delete-steered", http.MethodDelete, "/zones/{zone}/steered/{owner}", "Delete a steered record"), s.deleteSteered)
}

// owner finds a zone and an owner name in it.
func (s *server) owner(in OwnerPath) (*view.Zone, wire.Name, error) {
	z, err := s.zone(in.Zone)
	if err != nil {
		return nil, "", err
	}
	owner, err := wire.RelativeName(in.Owner, z.Name)
	if err != nil {
		return nil, "", newError(http.StatusBadRequest, "the owner name %v", err)
	}
	return z, owner.Canonical(), nil
}

// steered finds a steered record that is there.
func (s *server) steered(in OwnerPath) (*view.Zone, view.Node, error) {
	z, owner, err := s.owner(in)
	if err != nil {
		return nil, view.Node{}, err
	}
	n := z.Node(owner)
	if n.Steered() == nil {
		return nil, view.Node{}, newError(http.StatusNotFound, "there is no steered record %s", owner)
	}
	return z, n, nil
}

func (s *server) listSteered(_ context.Context, in *struct {
	Zone string `query:"zone" doc:"only of this zone"`
}) ([]Steered, error) {
	state := s.Control.State()
	var only *view.Zone
	if in.Zone != "" {
		var err error
		if only, err = s.zone(in.Zone); err != nil {
			return nil, err
		}
	}
	list := []Steered{}
	for z, n := range state.Steered() {
		if only == nil || z.Name == only.Name {
			list = append(list, steeredOf(z, n))
		}
	}
	slices.SortFunc(list, func(a, b Steered) int { return a.Name.Compare(b.Name) })
	return list, nil
}

func (s *server) getSteered(_ context.Context, in *OwnerPath) (Steered, error) {
	state := s.Control.State()
	z, n, err := s.steered(*in)
	if err != nil {
		return Steered{}, err
	}
	out := steeredOf(z, n)
	targets := s.targets()
	for typ := range n.Steered().Types() {
		out.Endpoints = append(out.Endpoints, endpointStates(state, targets, z, n, typ)...)
	}
	return out, nil
}

// steeredOf is a steered record as lists have it.
func steeredOf(z *view.Zone, n view.Node) Steered {
	owner := n.Canonical()
	out := Steered{Zone: z.Name, Owner: config.RelativeOwner(z.Name, owner), Name: owner, Settings: n.Steered().Settings(), Types: []string{}}
	for typ := range n.Steered().Types() {
		out.Types = append(out.Types, zones.TypeName(typ.Type))
		var states steering.States
		typ.Load(&states)
		out.Up += states.CountUp()
		out.Total += len(typ.Choice.Endpoints)
	}
	return out
}

// endpointStates are a record's endpoints of one type.
func endpointStates(state *control.State, targets targetIndex, z *view.Zone, n view.Node, typ view.SteeredType) []EndpointState {
	var states steering.States
	typ.Load(&states)
	owner := n.Canonical()
	settings := n.Steered().Settings().WithDefaults()
	list := make([]EndpointState, len(typ.Choice.Endpoints))
	for i, ep := range typ.Choice.Endpoints {
		region := typ.Choice.Table.Regions[ep.Region]
		e := EndpointState{
			Endpoint: ep.Name, Region: region, Type: zones.TypeName(typ.Type),
			Up: states.Up>>i&1 != 0, State: states.Health[i].State().String(), Why: states.Health[i].Reason().String(),
			Addresses: addressesOf(settings.Endpoints[ep.Name], typ.Type),
			Override:  overrideOf(state, control.OverrideKey{Zone: z.Name, Owner: owner, Endpoint: ep.Name}),
			Regional:  overrideOf(state, control.OverrideKey{Region: region}),
		}
		e.RegionState, _ = targets.region(state, region)
		for at, addr := range e.Addresses {
			if states.Health[i].DownAddresses()>>at&1 != 0 {
				e.Down = append(e.Down, addr)
			}
		}
		list[i] = e
	}
	return list
}

// addressesOf are an endpoint's addresses of a type, in the order of a health word's bits.
func addressesOf(e config.Endpoint, typ uint16) []netip.Addr {
	var of []netip.Addr
	for _, a := range e.Addresses {
		if a = a.Unmap(); a.Is4() == (typ == wire.TypeA) {
			of = append(of, a)
		}
	}
	return of
}

func (s *server) putSteered(ctx context.Context, in *struct {
	Terms
	OwnerPath
	Body config.Steered
}) (Outcome, error) {
	z, owner, err := s.owner(in.OwnerPath)
	if err != nil {
		return Outcome{}, err
	}
	var change control.Change
	change.Zone(z.Name).Steer(owner, &in.Body)
	return commit(ctx, s.Control, in.Terms, change)
}

func (s *server) deleteSteered(ctx context.Context, in *struct {
	Terms
	OwnerPath
}) (Outcome, error) {
	z, n, err := s.steered(in.OwnerPath)
	if err != nil {
		return Outcome{}, err
	}
	var change control.Change
	change.Zone(z.Name).Steer(n.Name(), nil)
	return commit(ctx, s.Control, in.Terms, change)
}
