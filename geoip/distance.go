package geoip

// How far it is from one place to another.

import "math"

// earthRadius is the mean radius of the Earth in kilometres (IUGG's R1), that of the
// sphere on which distances are measured. The true figure is flatter by 0.3 %, less
// than any geo database errs.
const earthRadius = 6371.0088

// Point is a place: degrees north and east, and how much it weighs among the places
// that stand for one country.
type Point struct {
	Lat, Lon float64
	Weight   float64
}

// KM returns the great-circle distance in kilometres of two places in degrees.
func KM(lat1, lon1, lat2, lon2 float64) float64 {
	const radian = math.Pi / 180
	// The haversine form keeps its digits for places close by.
	dLat, dLon := math.Sin((lat2-lat1)*radian/2), math.Sin((lon2-lon1)*radian/2)
	h := dLat*dLat + math.Cos(lat1*radian)*math.Cos(lat2*radian)*dLon*dLon
	return 2 * earthRadius * math.Asin(math.Sqrt(min(h, 1)))
}

// MeanKM returns the mean distance in kilometres between clients at a and servers at b,
// each place counting by its weight; +Inf when either is empty.
func MeanKM(a, b []Point) float64 {
	var sum, weight float64
	for _, p := range a {
		for _, q := range b {
			w := p.Weight * q.Weight
			sum += w * KM(p.Lat, p.Lon, q.Lat, q.Lon)
			weight += w
		}
	}
	if weight == 0 {
		return math.Inf(1)
	}
	return sum / weight
}
