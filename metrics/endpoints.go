package metrics

// Which endpoints have series: those of the first names in order, as many as fit.

import (
	"maps"
	"slices"

	"meridian/steering"
	"meridian/view"
	"meridian/wire"
	"meridian/zones"
)

// Records are where the view is; answer.Shared is one.
type Records interface{ View() *view.View }

// endpoints sends each endpoint's state, zone by zone and name by name in order. Beyond
// the budget they are only counted.
func (src *Sources) endpoints(b *budget) {
	byName := map[wire.Name]*view.Zone{}
	for z := range src.Records.View().Zones() {
		byName[z.Name] = z
	}
	var states steering.States
	for _, name := range slices.SortedFunc(maps.Keys(byName), wire.Name.Compare) {
		z := byName[name]
		nodes := slices.Collect(z.Steered())
		if b.left > 0 {
			slices.SortFunc(nodes, func(m, n view.Node) int { return m.Canonical().Compare(n.Canonical()) })
		}
		for _, n := range nodes {
			for typ := range n.Steered().Types() {
				if b.left < len(typ.Choice.Endpoints) {
					b.left = 0
					b.dropped += len(typ.Choice.Endpoints)
					continue
				}
				typ.Load(&states)
				for i, e := range typ.Choice.Endpoints {
					up := boolValue(states.Up>>i&1 == 1)
					b.gauge(endpointDesc, up, z.Name.String(), n.Canonical().String(), zones.TypeName(typ.Type), e.Name, typ.Choice.Table.Regions[e.Region])
				}
			}
		}
	}
}
