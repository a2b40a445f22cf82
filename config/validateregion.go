package config

// What can be wrong with a region.

import "math"

// Region returns what is wrong with a region; path leads to it.
func (around Around) Region(path []string, name string, r Region) (ps Problems) {
	a := at{path, &ps}
	a.checkName("a region", name)
	around.location(a.child("location"), r.Location)
	if r.Capacity < 0 || r.Capacity > 1e15 || math.IsNaN(r.Capacity) {
		a.child("capacity").add("write a number above 0, or leave it out", "%v can't be a capacity", r.Capacity)
	}
	if r.Address.IsValid() {
		a.child("address").checkAddress(r.Address)
	}
	switch {
	case r.Check == "" && r.Address.IsValid():
		a.child("address").add("name a check too, or leave the address out", "the region has an address and no check to probe it with")
	case r.Check != "":
		if refer(a.child("check"), "check", r.Check, around.Checks) && !r.Address.IsValid() {
			a.child("check").add("add address:", "the region has a check and no address to probe")
		}
		if c := around.Checks[r.Check]; c.SendsHost() && c.Host == "" {
			a.child("check").add("give the check host: NAME, or host: none for the address", "a region has no owner name that the check %q could send as host", r.Check)
		}
	}
	return ps
}

func (around Around) location(a at, l Location) {
	const hint = "write [LATITUDE, LONGITUDE] in degrees, a cloud region as in aws:eu-west-1, or a country code"
	switch {
	case !l.Set:
		a.add(hint, "the region has no location")
	case l.Text != "":
		if around.Place == nil {
			return
		}
		if err := around.Place(l.Text); err != nil {
			a.add("", "%v", err)
		}
	case !(math.Abs(l.Lat) <= 90) || !(math.Abs(l.Lon) <= 180):
		a.add("latitude is -90 to 90, longitude -180 to 180; latitude comes first", "%v is no place on earth", l)
	}
}
