package answer

// The steered record of the transcripts that has HTTPS beside A and AAAA.

import (
	"maps"
	"slices"

	"meridian/steering"
	"meridian/view"
	"meridian/wire"
)

// steerService puts a steered record of endpoints, by region and each with addresses of
// both families, and of fallback addresses. The words of endpoint x are x/A and x/AAAA;
// HTTPS has both.
func (w *world) steerService(e *view.Edit, owner, topology string, endpoints map[string][]string, fallbacks ...string) {
	s := &view.Steered{}
	name := wire.MustParseName(owner)
	for _, typ := range []uint16{wire.TypeA, wire.TypeAAAA, wire.TypeHTTPS} {
		made := view.SteeredType{Type: typ}
		var compiled []steering.Endpoint
		for _, region := range slices.Sorted(maps.Keys(endpoints)) {
			slot := slices.Index(regions, region)
			ep := steering.NewEndpoint(region, uint8(slot), 1, 1)
			ep.Own, ep.Regional = w.operator(region), w.region[region]
			switch typ {
			case wire.TypeA:
				ep.Health = w.word(region + "/A")
			case wire.TypeAAAA:
				ep.Health = w.word(region + "/AAAA")
			case wire.TypeHTTPS:
				ep.Health, ep.Second = w.word(region+"/A"), w.word(region+"/AAAA")
			}
			compiled = append(compiled, ep)
			made.Slots = append(made.Slots, uint16(slot+1))
			putAnswer(&made, name, endpoints[region])
		}
		made.Slots = append(made.Slots, 0)
		made.Choice = steering.NewSet(w.tables[topology], compiled)
		made.Choice.Fallback = slices.Repeat([]steering.Fallback{{Region: -1}}, len(addressesFor(fallbacks, typ)))
		putAnswer(&made, name, fallbacks)
		if typ != wire.TypeHTTPS {
			made.Fallbacks, made.Answers = made.Answers[len(compiled)], made.Answers[:len(compiled)]
		}
		s.Types = append(s.Types, made)
	}
	e.Steer(name, s)
}

// putAnswer adds the answer that these addresses make.
func putAnswer(made *view.SteeredType, owner wire.Name, addresses []string) {
	if made.Type == wire.TypeHTTPS {
		v4, v6 := rdataOfType(addresses, wire.TypeA), rdataOfType(addresses, wire.TypeAAAA)
		made.Services = append(made.Services, wire.NewService(20, []string{"h2", "h3"}, 0, v4, v6))
		return
	}
	made.Answers = append(made.Answers, wire.EncodeRRset(owner, "\x07example\x03com\x00", made.Type, 20, rdataOfType(addresses, made.Type)))
}

// addressesFor are those that answers of a type are made of: for HTTPS both families.
func addressesFor(addresses []string, typ uint16) [][]byte {
	if typ == wire.TypeHTTPS {
		return append(rdataOfType(addresses, wire.TypeA), rdataOfType(addresses, wire.TypeAAAA)...)
	}
	return rdataOfType(addresses, typ)
}
