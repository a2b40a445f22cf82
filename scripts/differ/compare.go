package main

// Whether meridian's answer is right: that of any peer, or explained by a rule.

import (
	"fmt"
	"slices"
	"strings"
)

// answer is a peer's.
type answer struct {
	peer string
	message
}

// comparison is one packet and what all made of it.
type comparison struct {
	world  *world
	packet packet
	ours   message
	peers  []answer
}

// agreeing are the peers whose answer says what meridian's says.
func (c *comparison) agreeing() (names []string) {
	for _, p := range c.peers {
		if len(differing(c.ours.content(), p.content())) == 0 {
			names = append(names, p.peer)
		}
	}
	return names
}

// oddFrame is the parts of meridian's frame that no peer's answer has just so; where all
// agree in not answering, there is none to compare.
func (c *comparison) oddFrame() (odd []part) {
	for i, ours := range c.ours.frame() {
		if !slices.ContainsFunc(c.peers, func(p answer) bool { f := p.frame(); return len(f) == 0 || f[i] == ours }) {
			odd = append(odd, ours)
		}
	}
	return odd
}

// rule is the accepted difference that explains c: one that explains the answer's
// content, to one peer, or its frame.
func (c *comparison) rule() string {
	odd := c.oddFrame()
	for _, r := range rules {
		if len(odd) > 0 {
			if r.frame != nil && r.frame(c, odd) {
				return r.name
			}
			continue
		}
		for _, p := range c.peers {
			if r.content != nil && r.content(c, p.message) {
				return r.name
			}
		}
	}
	return ""
}

// kind is what differences that have one cause mostly have in common.
func (c *comparison) kind() string {
	s := c.packet.kind
	if c.packet.kind == "plain" && c.packet.Type == 255 {
		s = "ANY"
	}
	if odd := c.oddFrame(); len(odd) > 0 {
		for _, p := range odd {
			if p.name != "question" {
				s += fmt.Sprintf("; no peer has %s %s", p.name, p.value)
			} else {
				s += "; no peer has that question"
			}
		}
		return s
	}
	for _, p := range c.peers {
		var names []string
		for _, part := range differing(c.ours.content(), p.content()) {
			switch part.name {
			case "rcode":
				names = append(names, fmt.Sprintf("rcode %s≠%s", c.ours.rcode, p.content()[0].value))
			case "flags":
				names = append(names, fmt.Sprintf("flags %s≠%s", strings.Join(c.ours.flags, " "), strings.Join(p.flags, " ")))
			default:
				names = append(names, part.name)
			}
		}
		s += fmt.Sprintf("; %s: %s", p.peer, strings.Join(names, ", "))
	}
	return s
}

// String is all that is needed to see what happened.
func (c *comparison) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "world %d: %s\n", c.world.index, c.packet)
	for _, z := range c.world.Zones {
		fmt.Fprintf(&b, "zone %s\n  %s\n", z.Name, strings.ReplaceAll(strings.TrimSpace(z.Text), "\n", "\n  "))
	}
	fmt.Fprintf(&b, "meridian\n%s", c.ours)
	for _, p := range c.peers {
		fmt.Fprintf(&b, "%s\n%s", p.peer, p.message)
	}
	return b.String()
}
