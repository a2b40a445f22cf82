package view

// Marks: kinds of nodes that someone must be able to list without looking at all others.
// A shard knows which kinds it has, and a zone how many there are of each.

import (
	"iter"
	"math/bits"
)

// marks is a set of kinds.
type marks uint8

const (
	markSteered marks = 1 << iota // has a steered record
	markAlias                     // has an ALIAS record
	markServers                   // has an NS RRset: the apex and the zone cuts

	numMarks = 3      // that are counted
	markMore = 1 << 7 // of a record: it has a pointer
)

// counts is how many nodes there are of each kind.
type counts [numMarks]int32

// add counts a node's marks by one more or less.
func (c *counts) add(m marks, by int32) {
	for i := range c {
		if m&(1<<i) != 0 {
			c[i] += by
		}
	}
}

func (c *counts) of(m marks) int32 { return c[bits.TrailingZeros8(uint8(m))] }

// Steered yields the nodes that have a steered record, in no order.
func (z *Zone) Steered() iter.Seq[Node] { return z.marked(markSteered) }

// CountSteered is how many steered records the zone has.
func (z *Zone) CountSteered() int { return int(z.counts.of(markSteered)) }

// Aliases yields the nodes that have an ALIAS record, in no order.
func (z *Zone) Aliases() iter.Seq[Node] { return z.marked(markAlias) }

// Servers yields the nodes that have an NS RRset, in no order.
func (z *Zone) Servers() iter.Seq[Node] { return z.marked(markServers) }

func (z *Zone) marked(m marks) iter.Seq[Node] {
	return func(yield func(Node) bool) {
		if z.counts.of(m) > 0 {
			z.nodes.having(m, func(e entry[special]) bool { return yield(Node{e}) })
		}
	}
}
