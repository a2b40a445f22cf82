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
	if !owner.IsSubdomainOf(zone) {
		a.add("put it under its own zone", "%s is not in the zone %s", owner, zone)
	}
	if s.HasNames() && owner == zone {
		a.add("give the endpoints addresses", "a record of names is a CNAME, which can't stand at the apex (RFC 1034 section 3.6.2)")
	}
	v := steeredValidator{around, a, full, owner, map[netip.Addr]string{}}
	v.minUp()
	v.regions()
	for _, name := range s.EndpointNames() {
		v.endpoint(name, s.Endpoints[name])
	}
	v.kinds(s)
	if s.HTTPS != nil {
		v.https(s.HTTPS)
	}
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
		if like := Closest(name, sortedKeys(v.Regions)); like != "" {
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
		v.target(a.child("name"), e.Name)
		if e.MinAddresses != 0 {
			a.child("min_addresses").add("leave it out", "an endpoint of a name has no addresses")
		}
	}
	for i, addr := range e.Addresses {
		v.address(a.child("addresses", fmt.Sprint(i)), addr)
	}
	for _, family := range families {
		n := family.count(e.Addresses)
		if n > MaxAddresses {
			a.child("addresses").add("make a second endpoint of the same region", "%d %s addresses are more than the %d that an endpoint may have", n, family, MaxAddresses)
		}
		if n > 0 && e.MinAddresses > n {
			a.child("min_addresses").add(fmt.Sprintf("write at most %d", n), "min_addresses is %d and the endpoint has %d %s addresses: it could never be up", e.MinAddresses, n, family)
		}
	}
	if e.MinAddresses < 0 {
		a.child("min_addresses").add("write at least 1", "%d is out of range", e.MinAddresses)
	}
}

// target checks the name that a CNAME is to point to.
func (v steeredValidator) target(a at, text string) {
	name, err := wire.ParseName(text)
	_, notAddress := netip.ParseAddr(text)
	switch {
	case notAddress == nil:
		a.add("write it under addresses:", "%q is an address and no name", text)
	case err != nil:
		a.add("write a DNS name, as in www.example.net.", "%v", err)
	case !strings.HasSuffix(text, "."):
		a.add("write "+text+". if that is the whole name", "%q does not end in a dot: it could be a whole name or a part of one", text)
	case name.Canonical() == v.owner:
		a.add("name another", "the record would point to itself")
	}
}

// minUp checks that the number can be reached, for each type that the record has.
func (v steeredValidator) minUp() {
	a, n := v.child("min_up"), v.record.MinUp
	within(a, n, 1, len(v.record.Endpoints))
	for _, family := range families {
		if have := family.endpoints(v.record); n <= len(v.record.Endpoints) && have > 0 && have < n {
			a.warn(fmt.Sprintf("write at most %d", have), "min_up is %d, and the endpoints with %s addresses are %d: they would always be answered as if up", n, family, have)
		}
	}
}

// regions checks that the record's regions fit the masks of the query path.
func (v steeredValidator) regions() {
	regions := map[string]bool{}
	for _, e := range v.record.Endpoints {
		regions[e.Region] = true
	}
	for _, f := range v.record.WhenAllDown.Fallback {
		if f.Region != "" {
			regions[f.Region] = true
		}
	}
	if len(regions) > MaxEndpoints && len(v.record.Endpoints) <= MaxEndpoints {
		v.child("when_all_down", "fallback").add("use regions of the endpoints", "with the fallback's the record has %d regions, more than %d", len(regions), MaxEndpoints)
	}
}

func (v steeredValidator) address(a at, addr netip.Addr) {
	a.checkAddress(addr)
	plain := addr.Unmap()
	if first, again := v.seen[plain]; again {
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
	var addresses []netip.Addr
	for _, f := range w.Fallback {
		addresses = append(addresses, f.Address)
	}
	for _, family := range families {
		if n := family.count(addresses); n > MaxAddresses {
			a.add("leave some out", "%d %s addresses are more than the %d that a fallback may have", n, family, MaxAddresses)
		}
	}
	fenced := v.Topologies[v.record.Topology].HasFence()
	v.seen = map[netip.Addr]string{} // one that an endpoint has too may be the last resort
	for i, f := range w.Fallback {
		here := a.child(fmt.Sprint(i))
		v.address(here, f.Address)
		if f.Region != "" {
			refer(here, "region", f.Region, v.Regions)
		} else if fenced {
			here.add("write {address: ADDRESS, region: REGION}", "topology %q has fences: the address needs a region that they can ask of", v.record.Topology)
		}
		if is := family(f.Address.Unmap().Is4()); f.Address.IsValid() && is.endpoints(v.record) == 0 && !v.record.HasNames() {
			here.add("give an endpoint one too, or leave it out", "%s would never be an answer: no endpoint has an %s address", f.Address, is)
		}
	}
}

func has[V any](m map[string]V, key string) bool {
	_, ok := m[key]
	return ok
}
