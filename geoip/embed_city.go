//go:build !country_only

package geoip

// The usual build: countries and cells of one degree, from DB-IP's data.

import _ "embed"

//go:embed data/city.geo.zst
var embedded []byte

const credits = "IP Geolocation by DB-IP (https://db-ip.com), licensed under CC BY 4.0 " +
	"(https://creativecommons.org/licenses/by/4.0/); changed: reduced to 1-degree cells\n"
