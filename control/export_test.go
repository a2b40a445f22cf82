package control

import "meridian/steering"

// Switches are the settings of all switches, by what they speak of.
// Nothing may be under way.
func (c *Control) Switches() map[OverrideKey]steering.Setting {
	all := map[OverrideKey]steering.Setting{}
	for name, live := range c.runtime.regions {
		all[OverrideKey{Region: name}] = live.operator.Load()
	}
	for z, n := range c.State().Steered() {
		for name := range n.Steered().Skeleton.Endpoints {
			all[OverrideKey{Zone: z.Name, Owner: n.Canonical(), Endpoint: name}] = n.Steered().Switches.Load(name)
		}
	}
	return all
}
