package control

import "meridian/steering"

// Switches are the settings of all switches, by what they speak of.
// Nothing may be under way.
func (c *Control) Switches() map[OverrideKey]steering.Setting {
	all := map[OverrideKey]steering.Setting{}
	add := func(key OverrideKey, s *steering.Switch) {
		all[key] = s.Load()
	}
	for name, live := range c.runtime.regions {
		add(OverrideKey{Region: name}, live.operator)
	}
	for key, live := range c.runtime.records {
		for name, s := range live.switches {
			add(OverrideKey{Zone: key.zone, Owner: key.owner, Endpoint: name}, s)
		}
	}
	return all
}
