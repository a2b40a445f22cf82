//go:build country_only

package geoip

// The build for those who can't give DB-IP's attribution: countries only, from data of
// the regional registries.

import _ "embed"

//go:embed data/country.geo.zst
var embedded []byte

const credits = "IP-to-country data: nro.net (CC BY 4.0), compiled by ip-location-db\n"
