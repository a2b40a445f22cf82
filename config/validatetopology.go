package config

// What can be wrong with a topology.

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// maxCIDR6 is the longest IPv6 prefix that a client row may have: a host has a whole
// /64, and class tables are cut there.
const maxCIDR6 = 64

// Topology returns what is wrong with a topology; path leads to it.
func (around Around) Topology(path []string, name string, t Topology) (ps Problems) {
	a := at{path, &ps}
	a.checkName("a topology", name)
	around.regionList(a.child("default"), t.Default)
	if t.OrderDepth != 0 {
		within(a.child("order_depth"), t.OrderDepth, 1, 64)
	}
	seen := map[string]int{}
	for i, row := range t.Clients {
		at := a.child("clients", fmt.Sprint(i))
		around.clientRow(at, row)
		for _, word := range spokenOf(row) {
			key := row.Selector() + " " + word
			if row.CIDR.IsValid() {
				key = row.CIDR.Masked().String() + " " + word
			}
			if first, again := seen[key]; again {
				at.add("merge the two", "row %d has the same selector, %s, and says %s too", first+1, row.Selector(), word)
			} else {
				seen[key] = i
			}
		}
	}
	return ps
}

// spokenOf is what a row speaks of: each goes by the most specific row apart.
func spokenOf(row ClientRow) []string {
	var words []string
	if len(row.Order) > 0 {
		words = append(words, "an order")
	}
	if len(row.Only) > 0 || len(row.Never) > 0 {
		words = append(words, "a fence")
	}
	return words
}

func (around Around) clientRow(a at, row ClientRow) {
	var selectors []string
	if row.CIDR.IsValid() {
		selectors = append(selectors, "cidr")
		around.cidr(a.child("cidr"), row)
	}
	if row.ASN != 0 {
		selectors = append(selectors, "asn")
	}
	if row.Subdivision != "" {
		selectors = append(selectors, "subdivision")
		country, part, ok := strings.Cut(row.Subdivision, "-")
		if !ok || len(part) < 1 || len(part) > 3 || strings.ToUpper(part) != part {
			a.child("subdivision").add("write ISO 3166-2 as in US-CA", "%q is no subdivision", row.Subdivision)
		} else {
			a.child("subdivision").checkCountry(country)
		}
	}
	if row.Country != "" {
		selectors = append(selectors, "country")
		a.child("country").checkCountry(row.Country)
	}
	if row.Continent != "" {
		selectors = append(selectors, "continent")
		a.child("continent").oneOf(row.Continent, "AF", "AN", "AS", "EU", "NA", "OC", "SA")
	}
	switch {
	case len(selectors) == 0:
		a.add("give it one of cidr, asn, subdivision, country, continent", "the row doesn't say which clients it speaks of")
	case len(selectors) > 1:
		a.add("make a row of each", "the row has %d selectors, %s, and may have one", len(selectors), strings.Join(selectors, " and "))
	}
	if len(spokenOf(row)) == 0 {
		a.add("give it order, only or never", "the row says nothing of its clients")
	}
	around.regionList(a.child("order"), row.Order)
	around.regionList(a.child("only"), row.Only)
	around.regionList(a.child("never"), row.Never)
	for i, name := range row.Never {
		if slices.Contains(row.Only, name) {
			a.child("never", fmt.Sprint(i)).add("take it out of one of them", "%q is in only and in never", name)
		}
	}
}

func (around Around) cidr(a at, row ClientRow) {
	p := row.CIDR
	switch {
	case p.Addr().Is4In6():
		a.add("write it as an IPv4 prefix", "%s is IPv4 written as IPv6", p)
	case p != p.Masked():
		a.add(fmt.Sprintf("write %s", p.Masked()), "%s has bits set beyond its length", p)
	case p.Addr().Is6() && p.Bits() > maxCIDR6:
		a.add("a host has a whole /64: write "+netip.PrefixFrom(p.Addr(), maxCIDR6).Masked().String(), "%s is longer than /64", p)
	case around.CIDR != nil:
		if err := around.CIDR(p); err != nil {
			a.add("", "%v", err)
		}
	}
}

// regionList checks a list of regions: all there, none twice.
func (around Around) regionList(a at, names []string) {
	for i, name := range names {
		if refer(a.child(fmt.Sprint(i)), "region", name, around.Regions) && slices.Contains(names[:i], name) {
			a.child(fmt.Sprint(i)).add("name it once", "%q is there twice", name)
		}
	}
}
