package corners

// The features of a zone: what may stand at an owner name.

import (
	"fmt"
	"strings"
)

// set tries one RRset.
func (m *maker) set(owner, typ string, rdata ...string) bool {
	ttl := m.ttl()
	var lines []string
	for _, rd := range rdata {
		lines = append(lines, fmt.Sprintf("%s %d IN %s %s", owner, ttl, typ, rd))
	}
	return m.try(lines...)
}

// plain is one or more RRsets with data.
func (m *maker) plain(owner string) {
	m.data(owner)
	for m.one(2) {
		m.data(owner)
	}
}

func (m *maker) data(owner string) {
	switch m.IntN(6) {
	case 0, 1:
		m.set(owner, "A", m.v4())
	case 2:
		m.set(owner, "AAAA", m.v6())
	case 3:
		m.set(owner, "TXT", `"one"`, `"two" "three"`)
	case 4:
		m.set(owner, "MX", "10 "+m.target(), "20 "+m.target())
	case 5:
		m.set(owner, "A", m.v4(), m.v4(), m.v4())
	}
}

func (m *maker) v4() string { return fmt.Sprintf("192.0.2.%d", m.IntN(256)) }
func (m *maker) v6() string { return fmt.Sprintf("2001:db8::%x", m.IntN(65536)) }

// wildcard puts data or an alias at "*" below the name.
func (m *maker) wildcard(owner string) {
	if m.one(4) {
		m.alias("*." + owner)
		return
	}
	m.plain("*." + owner)
}

// deep makes the names between here and there empty non-terminals.
func (m *maker) deep(owner string) {
	m.data(m.pick(labels) + "." + m.pick(labels) + "." + owner)
}

// cut delegates, with glue of every kind: in-domain, below another cut, in the zone's
// own authority, outside, missing; and things below that must not be seen.
func (m *maker) cut(owner string) {
	var servers []string
	for range 1 + m.IntN(3) {
		servers = append(servers, m.server(owner))
	}
	if m.one(12) {
		servers = nil
		where := m.pick([]string{owner, m.apex})
		for i := range 13 {
			servers = append(servers, fmt.Sprintf("ns%d-with-a-long-first-label.%s", i, where))
		}
	}
	if !m.set(owner, "NS", servers...) {
		return
	}
	for _, ns := range servers {
		if m.one(5) {
			continue
		}
		if !m.one(4) {
			m.set(ns, "A", m.v4())
		}
		if m.one(2) {
			m.set(ns, "AAAA", m.v6())
		}
	}
	if m.one(2) {
		m.set(owner, "DS", "12345 13 2 "+strings.Repeat("ab", 32))
	}
	for m.one(3) { // occluded
		m.plain(owner)
	}
	switch m.IntN(8) {
	case 0:
		m.plain(m.pick(labels) + "." + owner)
	case 1:
		m.wildcard(owner)
	case 2:
		m.alias(m.pick(labels) + "." + owner)
	case 3:
		m.cut(m.pick(labels) + "." + owner)
	}
}

// server is the name of a name server for a cut.
func (m *maker) server(cut string) string {
	switch m.IntN(6) {
	case 0, 1:
		return "ns." + cut
	case 2:
		return cut
	case 3:
		return m.pick(labels) + "." + m.pick(labels) + "." + cut
	}
	return m.target()
}

func (m *maker) alias(owner string) { m.set(owner, "CNAME", m.target()) }

// loop makes aliases that lead to each other.
func (m *maker) loop(owner string) {
	other := m.name()
	m.set(owner, "CNAME", other)
	m.set(other, "CNAME", m.pick([]string{owner, other, m.pick(labels) + "." + owner, m.target()}))
}

// dname redirects, to where targets are, to what is below itself, or to a name so long
// that little more fits.
func (m *maker) dname(owner string) {
	if m.one(8) {
		owner = m.apex
	}
	target := m.target()
	switch m.IntN(8) {
	case 0:
		target = "below." + owner
	case 1:
		target = strings.Repeat(strings.Repeat("l", 60)+".", 3) + strings.Repeat("m", 55+m.IntN(9)) + ".nnnnn."
	case 2:
		target = m.apex
	}
	m.set(owner, "DNAME", target)
	for m.one(3) {
		m.data(owner)
	}
}

// large is more than small responses take.
func (m *maker) large(owner string) {
	var rdata []string
	for i := range 2 + m.IntN(8) {
		rdata = append(rdata, fmt.Sprintf(`"%d%s"`, i, strings.Repeat("x", 20+m.IntN(200))))
	}
	m.set(owner, "TXT", rdata...)
	if m.one(2) {
		m.data(owner)
	}
}

// rare is a type that is seldom seen, or one that nobody knows.
func (m *maker) rare(owner string) {
	switch m.IntN(10) {
	case 0:
		m.set(owner, "SRV", "0 5 443 "+m.target())
	case 1:
		m.set(owner, "HTTPS", "1 . alpn=h2")
	case 2:
		m.set(owner, "SVCB", "0 "+m.target())
	case 3:
		m.set(owner, "PTR", m.target())
	case 4:
		m.set(owner, "NAPTR", `100 10 "S" "SIP+D2U" "" `+m.target())
	case 5:
		m.set(owner, "CAA", `0 issue "ca.example.net"`)
	case 6:
		m.set(owner, "TYPE65280", `\# 3 010203`)
	case 7:
		m.set(owner, "TLSA", "3 1 1 "+strings.Repeat("cd", 32))
	case 8:
		m.set(owner, "HINFO", `"PC" "Linux"`)
	case 9:
		m.set(owner, "RP", m.target()+" "+m.target())
	}
}
