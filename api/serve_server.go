package api

// Operations on overrides, whole configurations, status and explanations.

import (
	"cmp"
	"context"
	"net/http"
	"net/netip"
	"slices"

	"meridian/config"
	"meridian/control"
	"meridian/explain"
	"meridian/wire"
	"meridian/zones"
)

func (s *server) addServer(api operations) {
	add(api, operation("list-overrides", http.MethodGet, "/overrides", "List all overrides: regions first, then endpoints"), s.listOverrides)
	add(api, operation("override", http.MethodPost, "/overrides", "Drain, undrain, force or unforce a region or an endpoint"), s.override)
	add(api, large(operation("apply", http.MethodPost, "/apply", "Make what a manifest names as it says, in one revision")), s.apply)
	add(api, operation("export", http.MethodGet, "/export", "Show the configuration without static records"), s.export)
	add(api, operation("status", http.MethodGet, "/status", "Show how the server stands"), s.status)
	add(api, operation("explain", http.MethodGet, "/explain", "Explain why a question gets its answer"), s.explain)
}

func overridesOf(state *control.State) []Override {
	list := make([]Override, 0, len(state.Overrides))
	for key, o := range state.Overrides {
		list = append(list, Override{useOf(key), o})
	}
	slices.SortFunc(list, func(a, b Override) int {
		return cmp.Or(cmp.Compare(a.Zone, b.Zone), cmp.Compare(a.Owner, b.Owner), cmp.Compare(a.Endpoint, b.Endpoint), cmp.Compare(a.Region, b.Region))
	})
	return list
}

func (s *server) listOverrides(context.Context, *struct{}) ([]Override, error) {
	return overridesOf(s.Control.State()), nil
}

func (s *server) override(ctx context.Context, in *struct {
	Terms
	Body OverrideRequest
}) (Outcome, error) {
	word, now := in.Body, s.Now().UTC()
	if err := word.check(now); err != nil {
		return Outcome{}, err
	}
	if in.Message == "" {
		in.Message = word.Reason
	}
	var notes []string
	out, err := derived(ctx, s.Control, in.Terms, func(state *control.State) (control.Change, config.Problems, error) {
		key, err := word.key(state)
		if err != nil {
			return control.Change{}, nil, err
		}
		var next config.Override
		next, notes = word.over(state.Overrides[key], subject(key), in.Author, now)
		change := control.Change{Overrides: map[control.OverrideKey]*config.Override{key: nil}}
		if !next.None() {
			change.Overrides[key] = &next
		}
		return change, nil, nil
	})
	out.Notes = append(out.Notes, notes...)
	return out, err
}

func (s *server) apply(ctx context.Context, in *struct {
	Terms
	Body Apply
}) (Outcome, error) {
	return ApplyTo(ctx, s.Control, in.Terms, in.Body)
}

func (s *server) export(context.Context, *struct{}) (Export, error) {
	state := s.Control.State()
	out := Export{
		Revision: state.Revision(), Regions: orEmpty(state.Regions), Topologies: orEmpty(state.Topologies), Checks: orEmpty(state.Checks),
		Zones: []ExportZone{}, Overrides: overridesOf(state),
	}
	for z := range state.View.Zones() {
		zone := ExportZone{Zone: z.Name, Serials: z.Serials, Steered: []ExportSteered{}}
		for n := range z.Steered() {
			zone.Steered = append(zone.Steered, ExportSteered{n.Canonical(), n.Steered().Settings()})
		}
		slices.SortFunc(zone.Steered, func(a, b ExportSteered) int { return a.Name.Compare(b.Name) })
		out.Zones = append(out.Zones, zone)
	}
	slices.SortFunc(out.Zones, func(a, b ExportZone) int { return a.Zone.Compare(b.Zone) })
	return out, nil
}

// orEmpty is m as an object in JSON, be it nil.
func orEmpty[V any](m map[string]V) map[string]V {
	if m == nil {
		return map[string]V{}
	}
	return m
}

func (s *server) explain(_ context.Context, in *struct {
	Name   string `query:"name" required:"true" doc:"the whole name that is asked for"`
	Type   string `query:"type" doc:"default A"`
	Client string `query:"client" required:"true" doc:"the client's address, or its prefix as in 192.0.2.0/24"`
}) (explain.Explanation, error) {
	name, err := wire.ParseName(in.Name)
	if err != nil {
		return explain.Explanation{}, newError(http.StatusBadRequest, "the name %v", err)
	}
	typ := wire.TypeA
	if in.Type != "" {
		if typ, err = zones.ParseType(in.Type); err != nil {
			return explain.Explanation{}, newError(http.StatusBadRequest, "%v", err)
		}
	}
	client, err := parseClient(in.Client)
	if err != nil {
		return explain.Explanation{}, err
	}
	e, err := explain.Explain(s.Control, s.Checker, name, typ, client, s.Now())
	if err != nil {
		return explain.Explanation{}, err
	}
	return *e, nil
}

// parseClient reads an address or a prefix.
func parseClient(text string) (netip.Prefix, error) {
	if prefix, err := netip.ParsePrefix(text); err == nil {
		return prefix, nil
	}
	addr, err := netip.ParseAddr(text)
	if err != nil || addr.Zone() != "" {
		return netip.Prefix{}, newError(http.StatusBadRequest, "%q is no client: write an address or a prefix, as in 192.0.2.7 or 2001:db8::/48", text)
	}
	addr = addr.Unmap()
	return netip.PrefixFrom(addr, addr.BitLen()), nil
}
