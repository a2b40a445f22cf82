package manifest

// From YAML to zones and their steered records.

import (
	"github.com/goccy/go-yaml/ast"

	"meridian/config"
	"meridian/wire"
)

func (v value) zone(name wire.Name) Zone {
	var z Zone
	v.object("a zone", fields{
		"file":    func(v value) { z.File = v.word("file") },
		"steered": func(v value) { z.Steered = v.steeredSet(name) },
	})
	if entries, ok := v.node.(*ast.MappingNode); ok && len(entries.Values) == 0 {
		v.fail("give it file:, steered: or both", "the manifest says nothing of the zone")
	}
	return z
}

// steeredSet reads all steered records of a zone. Nothing at all behind the key is
// refused: it might stand for nothing to change or for nothing to keep.
func (v value) steeredSet(zone wire.Name) map[string]config.Steered {
	if _, null := v.node.(*ast.NullNode); null || v.node == nil {
		v.failAt(v.r.places.find(v.path), "write {} to remove every steered record of the zone, or leave the key out to keep them", "steered has no value")
		return nil
	}
	records := map[string]config.Steered{}
	seen := map[wire.Name]string{}
	for _, e := range v.entries("steered") {
		owner, err := wire.RelativeName(e.key, zone)
		if err != nil {
			e.failAt(e.at, "write an owner name: one in the zone, as in www, or \"@\" for the zone itself", "%v", err)
			continue
		}
		owner = owner.Canonical()
		if !owner.IsSubdomainOf(zone.Canonical()) {
			e.failAt(e.at, "leave the dot at the end out, or put it under its own zone", "%s is not in the zone %s", owner, zone)
			continue
		}
		if first, again := seen[owner]; again {
			e.failAt(e.at, "merge the two", "this is the same owner name as %q", first)
			continue
		}
		seen[owner] = e.key
		records[e.key] = e.steered()
	}
	return records
}

func (v value) steered() config.Steered {
	var s config.Steered
	v.object("a steered record", fields{
		"policy":        func(v value) { s.Policy = v.word("policy") },
		"topology":      func(v value) { s.Topology = v.word("topology") },
		"ttl":           func(v value) { s.TTL = v.duration("ttl") },
		"check":         func(v value) { s.Check = v.word("check") },
		"min_up":        func(v value) { s.MinUp = v.small("min_up", config.MaxEndpoints) },
		"when_all_down": func(v value) { s.WhenAllDown = v.whenAllDown() },
		"https":         func(v value) { s.HTTPS = v.https() },
		"endpoints":     func(v value) { s.Endpoints = named(v, "endpoints", value.endpoint) },
	})
	return s
}

// https may be an empty map: an HTTPS RRset with hints alone.
func (v value) https() *config.HTTPS {
	var h config.HTTPS
	v.object("https", fields{
		"alpn": func(v value) { h.ALPN = v.words("alpn", "a protocol id") },
		"port": func(v value) { h.Port = uint16(v.small("port", 65535)) },
	})
	return &h
}

func (v value) endpoint() config.Endpoint {
	var e config.Endpoint
	v.object("an endpoint", fields{
		"region":    func(v value) { e.Region = v.word("region") },
		"addresses": func(v value) { e.Addresses = list(v, "addresses", value.address) },
		"name":      func(v value) { e.Name = v.word("name") },
		"weight": func(v value) {
			weight := v.number("weight")
			e.Weight = &weight
		},
		"tier":          func(v value) { e.Tier = v.small("tier", 100) },
		"check":         func(v value) { e.Check = v.word("check") },
		"min_addresses": func(v value) { e.MinAddresses = v.small("min_addresses", config.MaxAddresses) },
	})
	return e
}

// whenAllDown is a word, or a map with the one key fallback.
func (v value) whenAllDown() (w config.WhenAllDown) {
	if isWord(v.node) {
		w.Mode = v.word("when_all_down")
		return w
	}
	told := len(v.r.problems)
	v.object("when_all_down", fields{
		"fallback": func(v value) { w.Fallback = list(v, "fallback", value.fallback) },
	})
	if len(w.Fallback) == 0 && len(v.r.problems) == told {
		v.fail("write as-if-up, last-good or {fallback: [ADDRESS, …]}", "when_all_down says nothing")
	}
	return w
}

// fallback is an address, or a map of an address and its region.
func (v value) fallback() (f config.Fallback) {
	if isWord(v.node) {
		f.Address = v.address()
		return f
	}
	told := len(v.r.problems)
	v.object("a fallback", fields{
		"address": func(v value) { f.Address = v.address() },
		"region":  func(v value) { f.Region = v.word("region") },
	})
	if !f.Address.IsValid() && len(v.r.problems) == told {
		v.fail("write {address: ADDRESS, region: REGION}", "the fallback has no address")
	}
	return f
}
