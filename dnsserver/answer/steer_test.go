package answer

// The steered records of the world.

import (
	"net/netip"
	"slices"
	"strings"

	"meridian/config"
	"meridian/steering"
	"meridian/view"
	"meridian/wire"
)

// steer puts a steered record of endpoints, named as their region or "endpoint region",
// by addresses or one name, and of fallback addresses.
func (w *world) steer(e *view.Edit, owner, topology string, endpoints map[string][]string, fallbacks ...string) {
	w.compile(e, owner, topology, steered(endpoints, fallbacks), w.word)
}

// steerService is steer with HTTPS beside A and AAAA. The words of endpoint x are x/A and
// x/AAAA; HTTPS has both.
func (w *world) steerService(e *view.Edit, owner, topology string, endpoints map[string][]string, fallbacks ...string) {
	settings := steered(endpoints, fallbacks)
	settings.HTTPS = &config.HTTPS{ALPN: []string{"h2", "h3"}}
	w.compile(e, owner, topology, settings, nil)
}

// steered are the settings of a record.
func steered(endpoints map[string][]string, fallbacks []string) config.Steered {
	s := config.Steered{Endpoints: map[string]config.Endpoint{}}
	for key, values := range endpoints {
		name, region, _ := strings.Cut(key, " ")
		e := config.Endpoint{Region: region}
		for _, v := range values {
			if addr, err := netip.ParseAddr(v); err == nil {
				e.Addresses = append(e.Addresses, addr)
			} else {
				e.Name = v
			}
		}
		s.Endpoints[name] = e
	}
	for _, v := range fallbacks {
		s.WhenAllDown.Fallback = append(s.WhenAllDown.Fallback, config.Fallback{Address: netip.MustParseAddr(v)})
	}
	return s
}

// compile puts a record. word gives each endpoint's, whatever the family; without it
// they have one of each.
func (w *world) compile(e *view.Edit, owner, topology string, settings config.Steered, word func(endpoint string) *steering.Word) {
	name := wire.MustParseName(owner)
	skeleton, own := view.Pack("\x07example\x03com\x00", name, settings)
	var types []view.TypeShape
	var words []*steering.Word
	for _, typ := range []uint16{wire.TypeA, wire.TypeAAAA, wire.TypeHTTPS, wire.TypeCNAME} {
		made := view.TypeShape{Type: typ}
		var endpoints []steering.Endpoint
		var first, second []*steering.Word
		for _, name := range skeleton.EndpointNames() {
			e := skeleton.WithDefaults().Endpoints[name]
			if !hasType(skeleton, e, typ) {
				continue
			}
			slot := slices.Index(regions, e.Region)
			ep := steering.NewEndpoint(name, uint8(slot), 1, 1)
			ep.Regional = w.region[e.Region]
			endpoints = append(endpoints, ep)
			made.Slots = append(made.Slots, uint16(slot+1))
			switch {
			case word != nil:
				first = append(first, word(name))
			case typ == wire.TypeAAAA:
				first = append(first, w.word(name+"/AAAA"))
			default:
				first, second = append(first, w.word(name+"/A")), append(second, w.word(name+"/AAAA"))
			}
		}
		if len(endpoints) == 0 {
			continue
		}
		words = append(words, first...)
		if typ == wire.TypeHTTPS {
			words = append(words, second...)
		}
		made.Slots = append(made.Slots, 0)
		made.Choice = steering.NewSet(w.tables[topology], endpoints)
		for _, f := range skeleton.WhenAllDown.Fallback {
			if hasType(skeleton, config.Endpoint{Addresses: []netip.Addr{f.Address}}, typ) {
				made.Choice.Fallback = append(made.Choice.Fallback, steering.Fallback{Region: -1})
			}
		}
		types = append(types, made)
	}
	e.Steer(name, &view.Steered{Shape: view.NewShape(skeleton, types, nil), Own: own, Words: words, Switches: w.switches})
}

// hasType says whether an endpoint of a record makes an answer of a type.
func hasType(s config.Steered, e config.Endpoint, typ uint16) bool {
	switch typ {
	case wire.TypeCNAME:
		return e.Name != ""
	case wire.TypeHTTPS:
		return s.HTTPS != nil
	}
	return slices.ContainsFunc(e.Addresses, func(a netip.Addr) bool { return a.Is4() == (typ == wire.TypeA) })
}
