package manifest

// From YAML to regions, topologies and checks.

import (
	"math"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"meridian/config"
	"meridian/wire"
)

// manifest reads the whole document.
func (r *reader) manifest(v value) *Manifest {
	m := &Manifest{}
	v.object("the manifest", fields{
		"regions":    func(v value) { m.Regions = named(v, "regions", value.region) },
		"topologies": func(v value) { m.Topologies = named(v, "topologies", value.topology) },
		"checks":     func(v value) { m.Checks = named(v, "checks", value.check) },
		"zones":      func(v value) { m.Zones = v.zones() },
	})
	return m
}

func (v value) region() config.Region {
	var r config.Region
	v.object("a region", fields{
		"location": func(v value) { r.Location = v.location() },
		"capacity": func(v value) { r.Capacity = v.number("capacity") },
		"check":    func(v value) { r.Check = v.word("check") },
		"address":  func(v value) { r.Address = v.address() },
	})
	return r
}

// location is a word, or a list of two numbers.
func (v value) location() config.Location {
	if _, isList := v.node.(*ast.SequenceNode); !isList {
		text := v.word("location")
		if strings.Contains(text, ",") {
			v.fail("write it as a list: [LATITUDE, LONGITUDE]", "%q is no location", text)
		}
		return config.Location{Text: text, Set: text != ""}
	}
	numbers := list(v, "location", func(v value) float64 { return v.number("a latitude or longitude") })
	if len(numbers) != 2 {
		if len(numbers) > 0 {
			v.fail("write [LATITUDE, LONGITUDE]", "a location has two numbers, not %d", len(numbers))
		}
		return config.Location{}
	}
	return config.Location{Lat: numbers[0], Lon: numbers[1], Set: true}
}

func (v value) topology() config.Topology {
	var t config.Topology
	v.object("a topology", fields{
		"default":     func(v value) { t.Default = v.words("default", "a region") },
		"order_depth": func(v value) { t.OrderDepth = v.small("order_depth", config.MaxEndpoints) },
		"clients":     func(v value) { t.Clients = list(v, "clients", value.clientRow) },
	})
	return t
}

func (v value) clientRow() config.ClientRow {
	var row config.ClientRow
	v.object("a row of clients", fields{
		"cidr":        func(v value) { row.CIDR = v.prefix() },
		"asn":         func(v value) { row.ASN = uint32(v.count("asn", math.MaxUint32)) },
		"subdivision": func(v value) { row.Subdivision = v.word("subdivision") },
		"country":     func(v value) { row.Country = v.word("country") },
		"continent":   func(v value) { row.Continent = v.word("continent") },
		"order":       func(v value) { row.Order = v.words("order", "a region") },
		"only":        func(v value) { row.Only = v.words("only", "a region") },
		"never":       func(v value) { row.Never = v.words("never", "a region") },
	})
	return row
}

func (v value) words(what, each string) []string {
	return list(v, what, func(v value) string { return v.word(each) })
}

func (v value) check() config.Check {
	var c config.Check
	v.object("a check", fields{
		"kind":             func(v value) { c.Kind = v.word("kind") },
		"port":             func(v value) { c.Port = uint16(v.count("port", math.MaxUint16)) },
		"interval":         func(v value) { c.Interval = v.duration("interval") },
		"timeout":          func(v value) { c.Timeout = v.duration("timeout") },
		"rise":             func(v value) { c.Rise = v.small("rise", 100) },
		"fall":             func(v value) { c.Fall = v.small("fall", 100) },
		"method":           func(v value) { c.Method = v.word("method") },
		"path":             func(v value) { c.Path = v.word("path") },
		"host":             func(v value) { c.Host = v.word("host") },
		"status":           func(v value) { c.Status = list(v, "status", value.status) },
		"body":             func(v value) { c.Body = v.word("body") },
		"insecure":         func(v value) { c.Insecure = v.yes("insecure") },
		"follow_redirects": func(v value) { c.FollowRedirects = v.yes("follow_redirects") },
	})
	return c
}

func (v value) status() (r config.StatusRange) {
	v.unmarshal("a status", &r)
	return r
}

// zones reads the zones; a name written in two ways is still one zone.
func (v value) zones() map[string]Zone {
	zones := map[string]Zone{}
	seen := map[wire.Name]string{}
	for _, e := range v.entries("zones") {
		name, err := wire.ParseName(e.key)
		if err != nil {
			e.failAt(e.at, "write a zone's name, as in app.example.com", "%v", err)
			continue
		}
		if name.IsWildcard() {
			e.failAt(e.at, "a wildcard is an owner name: put it under steered:", "%s can't be a zone", e.key)
			continue
		}
		if first, again := seen[name.Canonical()]; again {
			e.failAt(e.at, "merge the two", "this is the same zone as %q", first)
			continue
		}
		seen[name.Canonical()] = e.key
		zones[e.key] = e.zone(name)
	}
	return zones
}
