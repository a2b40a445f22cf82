package manifest

// From a configuration to the document that Parse reads back: in a fixed order,
// without what is a default.

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"meridian/config"
	"meridian/wire"
)

// Override is an override in force, with what it is on: a region, or an endpoint of a
// steered record.
type Override struct {
	Region      string
	Zone, Owner wire.Name
	Endpoint    string
	config.Override
}

// Export writes a configuration as a manifest. Overrides are no configuration: they
// stand in comments, in the order given.
func Export(set config.Set, overrides ...Override) []byte {
	var sb strings.Builder
	for _, o := range overrides {
		sb.WriteString("# override: " + o.String() + "\n")
	}
	var document []pair
	section := func(name string, n node) {
		if len(n.pairs) > 0 {
			document = append(document, pair{name, n})
		}
	}
	section("regions", byName(set.Regions, regionNode))
	section("topologies", byName(set.Topologies, topologyNode))
	section("checks", byName(set.Checks, checkNode))
	section("zones", zonesNode(set.Steered))
	for i, p := range document {
		if i > 0 {
			sb.WriteByte('\n')
		}
		levels := 2
		if p.key == "zones" {
			levels = 4
		}
		mapping(p).block(&sb, 0, levels)
	}
	if len(document) == 0 {
		sb.WriteString("{}\n")
	}
	return []byte(sb.String())
}

// String is the override as one line, for people.
func (o Override) String() string {
	var sb strings.Builder
	switch {
	case o.Force != "":
		sb.WriteString("force-" + o.Force)
		if o.Drain > 0 {
			sb.WriteString(" and drain")
		}
	default:
		sb.WriteString("drain")
	}
	if o.Endpoint == "" {
		sb.WriteString(" region " + o.Region)
	} else {
		zone := strings.TrimSuffix(o.Zone.String(), ".")
		fmt.Fprintf(&sb, " endpoint %s %s %s", zone, config.RelativeOwner(o.Zone, o.Owner), o.Endpoint)
	}
	if o.Drain > 0 {
		sb.WriteString(" " + strconv.FormatFloat(o.Drain*100, 'f', -1, 64) + "%")
	}
	if o.Reason != "" {
		fmt.Fprintf(&sb, " %q", o.Reason) // quoted, a reason of several lines stays in the comment
	}
	if o.Author != "" {
		sb.WriteString(" by " + strings.Join(strings.Fields(o.Author), " "))
	}
	if !o.Since.IsZero() {
		sb.WriteString(" since " + o.Since.UTC().Format(time.RFC3339))
	}
	if !o.Expires.IsZero() {
		sb.WriteString(" until " + o.Expires.UTC().Format(time.RFC3339))
	}
	return sb.String()
}

// byName is a map from names, sorted.
func byName[V any](m map[string]V, each func(V) node) node {
	n := mapping()
	for _, name := range slices.Sorted(maps.Keys(m)) {
		n.pairs = append(n.pairs, pair{name, each(m[name])})
	}
	return n
}

// settings are the pairs of a map, without those that are the default.
type settings []pair

func (s *settings) text(key, v, without string) {
	if v != without {
		*s = append(*s, pair{key, text(v)})
	}
}

func number[V comparable](s *settings, key string, v, without V) {
	if v != without {
		*s = append(*s, pair{key, raw(v)})
	}
}

func (s *settings) float(key string, v, without float64) {
	number(s, key, strconv.FormatFloat(v, 'f', -1, 64), strconv.FormatFloat(without, 'f', -1, 64))
}

func (s *settings) list(key string, n node) {
	if len(n.items) > 0 {
		*s = append(*s, pair{key, n})
	}
}

func address(a netip.Addr) node { return text(a.String()) }

func regionNode(r config.Region) node {
	var s settings
	if r.Location.Text != "" || !r.Location.Set {
		s.text("location", r.Location.Text, "")
	} else {
		s.list("location", listing([]float64{r.Location.Lat, r.Location.Lon}, func(v float64) node {
			return raw(strconv.FormatFloat(v, 'f', -1, 64))
		}))
	}
	s.float("capacity", r.Capacity, 0)
	s.text("check", r.Check, "")
	if r.Address.IsValid() {
		s = append(s, pair{"address", address(r.Address)})
	}
	return mapping(s...)
}

func topologyNode(t config.Topology) node {
	var s settings
	s.list("default", listing(t.Default, text))
	number(&s, "order_depth", orDefault(t.OrderDepth, config.DefaultOrderDepth), config.DefaultOrderDepth)
	s.list("clients", listing(t.Clients, rowNode))
	return mapping(s...)
}

func orDefault(v, otherwise int) int {
	if v == 0 {
		return otherwise
	}
	return v
}

func rowNode(row config.ClientRow) node {
	var s settings
	if row.CIDR.IsValid() {
		s.text("cidr", row.CIDR.String(), "")
	}
	number(&s, "asn", row.ASN, 0)
	s.text("subdivision", row.Subdivision, "")
	s.text("country", row.Country, "")
	s.text("continent", row.Continent, "")
	s.list("order", listing(row.Order, text))
	s.list("only", listing(row.Only, text))
	s.list("never", listing(row.Never, text))
	return mapping(s...)
}

func checkNode(c config.Check) node {
	without := config.Check{Kind: c.Kind, Interval: c.Interval}.WithDefaults()
	interval := config.Check{}.WithDefaults().Interval
	c = c.WithDefaults()
	var s settings
	s.text("kind", c.Kind, "")
	number(&s, "port", c.Port, without.Port)
	number(&s, "interval", c.Interval, interval)
	number(&s, "timeout", c.Timeout, without.Timeout)
	number(&s, "rise", c.Rise, without.Rise)
	number(&s, "fall", c.Fall, without.Fall)
	s.text("method", c.Method, without.Method)
	s.text("path", c.Path, without.Path)
	s.text("host", c.Host, "")
	if !slices.Equal(c.Status, without.Status) {
		s.list("status", listing(c.Status, func(r config.StatusRange) node { return text(r.String()) }))
	}
	s.text("body", c.Body, "")
	number(&s, "insecure", c.Insecure, false)
	number(&s, "follow_redirects", c.FollowRedirects, false)
	return mapping(s...)
}

func zonesNode(steered map[wire.Name]map[wire.Name]config.Steered) node {
	zones := mapping()
	for _, zone := range slices.SortedFunc(maps.Keys(steered), wire.Name.Compare) {
		records := mapping()
		for _, owner := range slices.SortedFunc(maps.Keys(steered[zone]), wire.Name.Compare) {
			records.pairs = append(records.pairs, pair{config.RelativeOwner(zone, owner), steeredNode(steered[zone][owner])})
		}
		zones.pairs = append(zones.pairs, pair{config.SteeredPath(zone, zone)[1], mapping(pair{"steered", records})})
	}
	return zones
}

func steeredNode(r config.Steered) node {
	var s settings
	full := r.WithDefaults()
	s.text("policy", full.Policy, config.PolicyNearest)
	s.text("topology", r.Topology, "")
	number(&s, "ttl", full.TTL, config.DefaultTTL)
	s.text("check", r.Check, "")
	number(&s, "min_up", full.MinUp, 1)
	switch w := full.WhenAllDown; {
	case len(w.Fallback) > 0:
		s = append(s, pair{"when_all_down", mapping(pair{"fallback", listing(w.Fallback, fallbackNode)})})
	default:
		s.text("when_all_down", w.Mode, config.AsIfUp)
	}
	if r.HTTPS != nil {
		var h settings
		h.list("alpn", listing(r.HTTPS.ALPN, text))
		number(&h, "port", r.HTTPS.Port, 0)
		s = append(s, pair{"https", mapping(h...)})
	}
	endpoints := mapping()
	for _, name := range r.EndpointNames() {
		endpoints.pairs = append(endpoints.pairs, pair{name, endpointNode(name, full.Check, full.Endpoints[name])})
	}
	return mapping(append(s, pair{"endpoints", endpoints})...)
}

func fallbackNode(f config.Fallback) node {
	if f.Region == "" {
		return address(f.Address)
	}
	return mapping(pair{"address", address(f.Address)}, pair{"region", text(f.Region)})
}

// endpointNode writes an endpoint that has its defaults.
func endpointNode(name, check string, e config.Endpoint) node {
	var s settings
	s.text("region", e.Region, name)
	s.list("addresses", listing(e.Addresses, address))
	s.text("name", e.Name, "")
	s.float("weight", *e.Weight, 1)
	number(&s, "tier", e.Tier, 1)
	s.text("check", e.Check, check)
	number(&s, "min_addresses", e.MinAddresses, 1)
	return mapping(s...)
}
