//go:build country_only

package geoip

const embeddedPlaces = false
