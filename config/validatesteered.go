package config

// What can be wrong with a steered record.

import (
	"fmt"
	"math"
	"net/netip"
	"strings"
	"time"

	"meridian/wire"
)

// Steered returns what is wrong with a steered record; path leads to it.
func (around Around) Steered(path []string, zone, owner wire.Name, s Steered) (ps Problems) {
	a := at{path, &ps}
	full := s.WithDefaults()
	a.policy(full.Policy)
	if s.Topology != "" {
		refer(a.child("topology"), "topology", s.Topology, around.Topologies)
	}
	if full.TTL%Duration(time.Second) != 0 {
		a.child("ttl").add("write whole seconds", "%s: DNS counts TTLs in seconds", full.TTL)
	}
	a.child("ttl").between(full.TTL, Duration(time.Second), Duration(24*time.Hour))
	if s.Check != "" {
		refer(a.child("check"), "check", s.Check, around.Checks)
	}
	switch n := len(s.Endpoints); {
	case n == 0:
		a.child("endpoints").add("add at least one", "the record has no endpoints: it has nothing to answer with")
		return ps
	case n > MaxEndpoints:
		a.child("endpoints").add("split the record", "%d endpoints are more than the %d that a record may have", n, MaxEndpoints)
	}
	within(a.child("min_up"), full.MinUp, 1, len(s.Endpoints))
	if s.HasNames() && owner == zone {
		a.add("give the endpoints addresses", "a record of names is a CNAME, which can't stand at the apex (RFC 1034 section 3.6.2)")
	}
	v := steeredValidator{around, a, full, owner, map[netip.Addr]string{}}
	for _, name := range s.EndpointNames() {
		v.endpoint(name, s.Endpoints[name])
	}
	v.kinds(s)
	v.whenAllDown()
	return ps
}

// policy refuses what isn't there yet in words of its own.
func (a at) policy(policy string) {
	switch policy {
	case "weighted", "multivalue", "split":
		a.child("policy").add("use nearest or failover; endpoints of one region share its clients by weight under both", "policy %s isn't there yet", policy)
	default:
		a.child("policy").oneOf(policy, PolicyNearest, PolicyFailover)
	}
}

type steeredValidator struct {
	Around
	at
	record Steered // with defaults
	owner  wire.Name
	seen   map[netip.Addr]string // addresses by the endpoint that has them
}

func (v steeredValidator) endpoint(name string, e Endpoint) {
	a := v.child("endpoints", name)
	a.checkName("an endpoint", name)
	switch {
	case e.Region != "":
		refer(a.child("region"), "region", e.Region, v.Regions)
	case !has(v.Regions, name):
		hint := "set region:, or name the endpoint as its region"
		if like := closest(name, sortedKeys(v.Regions)); like != "" {
			hint += fmt.Sprintf("; did you mean %s?", like)
		}
		a.add(hint, "endpoint %q says no region, and there is no region of its name", name)
	}
	v.offer(a, e)
	if e.Weight != nil && !(*e.Weight >= 0 && *e.Weight <= 1e6) || e.Weight != nil && math.IsNaN(*e.Weight) {
		a.child("weight").add("write a number from 0 to 1000000", "%v is out of range", *e.Weight)
	}
	if e.Tier != 0 {
		within(a.child("tier"), e.Tier, 1, 100)
		if v.record.Policy != PolicyFailover {
			a.child("tier").add("use policy: failover, or leave it out", "only the policy failover has tiers")
		}
	}
	v.check(a, name, e)
}

// offer checks what the endpoint offers: addresses or a name.
func (v steeredValidator) offer(a at, e Endpoint) {
	switch {
	case e.Name == "" && len(e.Addresses) == 0:
		a.add("give it addresses: or name:", "the endpoint offers nothing")
	case e.Name != "" && len(e.Addresses) > 0:
		a.add("keep one of them", "the endpoint has addresses and a name")
	case e.Name != "":
		if _, err := wire.ParseName(e.Name); err != nil {
			a.child("name").add("", "%v", err)
		}
		if e.MinAddresses != 0 {
			a.child("min_addresses").add("leave it out", "an endpoint of a name has no addresses")
		}
	}
	count := map[bool]int{}
	for i, addr := range e.Addresses {
		v.address(a.child("addresses", fmt.Sprint(i)), addr)
		count[addr.Unmap().Is4()]++
	}
	for is4, n := range count {
		family := "IPv6"
		if is4 {
			family = "IPv4"
		}
		if n > MaxAddresses {
			a.child("addresses").add("make a second endpoint of the same region", "%d %s addresses are more than the %d that an endpoint may have", n, family, MaxAddresses)
		}
		if e.MinAddresses > n {
			a.child("min_addresses").add(fmt.Sprintf("write at most %d", n), "min_addresses is %d and the endpoint has %d %s addresses: it could never be up", e.MinAddresses, n, family)
		}
	}
	if e.MinAddresses < 0 {
		a.child("min_addresses").add("write at least 1", "%d is out of range", e.MinAddresses)
	}
}

func (v steeredValidator) address(a at, addr netip.Addr) {
	plain := addr.Unmap()
	switch first, again := v.seen[plain]; {
	case addr.Zone() != "":
		a.add("leave the zone out", "%s: a DNS record has no room for an interface", addr)
	case plain.IsUnspecified() || plain.IsMulticast():
		a.add("", "%s is no address of a host", addr)
	case again:
		a.add("name it once", "%s is there already, at %s", addr, first)
	}
	v.seen[plain] = strings.Join(a.path[len(v.path):len(a.path)-2], ".")
}

// check checks that the endpoint's check can be carried out.
func (v steeredValidator) check(a at, name string, e Endpoint) {
	if e.Check != "" && !refer(a.child("check"), "check", e.Check, v.Checks) {
		return
	}
	used := e.Check
	if used == "" {
		used = v.record.Check
	}
	c, ok := v.Checks[used]
	switch {
	case !ok:
	case e.Name != "":
		a.add("give its region a check with an address, or leave check: out", "check %q can't probe an endpoint of a name: it has no address", used)
	case c.SendsHost() && c.Host == "" && v.owner.IsWildcard():
		a.add("give the check host: NAME, or host: none for the address", "check %q would send the owner name as host, and %s is a wildcard", used, v.owner)
	}
}

// kinds checks that all endpoints are of one kind.
func (v steeredValidator) kinds(s Steered) {
	var names, addresses string
	for _, name := range s.EndpointNames() {
		if s.Endpoints[name].Name != "" {
			names = name
		} else {
			addresses = name
		}
	}
	if names != "" && addresses != "" {
		v.child("endpoints").add("make a record of each", "endpoint %q has a name and endpoint %q addresses: all of a record's endpoints are of one kind", names, addresses)
	}
}

func (v steeredValidator) whenAllDown() {
	w := v.record.WhenAllDown
	a := v.child("when_all_down")
	if len(w.Fallback) == 0 {
		a.oneOf(w.Mode, AsIfUp, LastGood)
		return
	}
	a = a.child("fallback")
	if v.record.HasNames() {
		a.add("use as-if-up or last-good", "a record of names can't fall back on addresses")
	}
	if len(w.Fallback) > MaxAddresses {
		a.add("", "%d addresses are more than %d", len(w.Fallback), MaxAddresses)
	}
	fenced := v.Topologies[v.record.Topology].HasFence()
	v.seen = map[netip.Addr]string{} // one that an endpoint has too may be the last resort
	types := map[bool]bool{}
	for _, e := range v.record.Endpoints {
		for _, addr := range e.Addresses {
			types[addr.Unmap().Is4()] = true
		}
	}
	for i, f := range w.Fallback {
		here := a.child(fmt.Sprint(i))
		v.address(here, f.Address)
		if f.Region != "" {
			refer(here, "region", f.Region, v.Regions)
		} else if fenced {
			here.add("write {address: ADDRESS, region: REGION}", "topology %q has fences: the address needs a region that they can ask of", v.record.Topology)
		}
		if !types[f.Address.Unmap().Is4()] && !v.record.HasNames() {
			here.add("give an endpoint an address of that family, or leave it out", "%s would never be an answer: no endpoint has an address of its family", f.Address)
		}
	}
}

func has[V any](m map[string]V, key string) bool {
	_, ok := m[key]
	return ok
}
