package main

// The regions that the measurements steer to.

import (
	"cmp"
	"slices"

	"meridian/geoip"
)

// regions are the first eight of the quality tables' regions.
var regions = [...]struct {
	name     string
	lat, lon float64
}{
	{"us-east-1", 38.95, -77.45},
	{"us-west-2", 45.60, -121.18},
	{"sa-east-1", -23.55, -46.63},
	{"eu-central-1", 50.11, 8.68},
	{"ap-south-1", 19.08, 72.88},
	{"ap-southeast-1", 1.35, 103.82},
	{"ap-northeast-1", 35.68, 139.69},
	{"ap-southeast-2", -33.87, 151.21},
}

// depth is how many places of an order distance fills, as a topology's default.
const depth = 4

// orders gives each order of regions a class, as steering does: the nearest ones first,
// and one class for clients of whom nothing is known.
type orders struct {
	classes map[[depth]int]uint16
	byClass [][depth]int
}

func newOrders() *orders {
	o := &orders{classes: map[[depth]int]uint16{}}
	o.class([depth]int{0, 1, 2, 3})
	return o
}

func (o *orders) class(order [depth]int) uint16 {
	c, ok := o.classes[order]
	if !ok {
		c = uint16(len(o.byClass))
		o.classes[order] = c
		o.byClass = append(o.byClass, order)
	}
	return c
}

// classify is Project's argument.
func (o *orders) classify(l geoip.Location, kind geoip.Kind, _ int) uint16 {
	at := []geoip.Point{{Lat: l.Lat, Lon: l.Lon, Weight: 1}}
	if !l.HasPlace {
		at = geoip.CountryPlaces(l.Country)
	}
	if kind == geoip.KindSpecial || kind == geoip.KindNone || len(at) == 0 {
		return 0
	}
	return o.class(nearest(at))
}

// nearest returns the regions nearest to places, by mean distance.
func nearest(at []geoip.Point) [depth]int {
	var km [len(regions)]float64
	all := make([]int, len(regions))
	for i, r := range regions {
		all[i] = i
		km[i] = geoip.MeanKM(at, []geoip.Point{{Lat: r.lat, Lon: r.lon, Weight: 1}})
	}
	slices.SortStableFunc(all, func(i, j int) int { return cmp.Compare(km[i], km[j]) })
	return [depth]int(all[:depth])
}
