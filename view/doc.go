// Package view is the immutable compiled picture of all zones from which queries are
// answered.
//
// A view is never changed: a change makes a new one that shares all that it didn't
// touch, and readers move over with one atomic load. So a query holds no lock, and a
// change to one name of a million copies a few kilobytes.
//
//		View ── table of zones by apex ── Zone ── table of nodes by owner name ── Node ── RRsets, or a steered record
//
//	  - View: all zones; Find descends to the zone and node of a question.
//	  - Zone, Node: one zone's tree. Empty non-terminals are nodes too (RFC 4592
//	    section 2.2.2), so that the closest encloser is found by probing. A Node is a
//	    value that points into the octets of its table (table.go, shard.go, node.go).
//	  - Alias: an ALIAS record, whose target Step follows; Cell: what resolvers found of a
//	    name outside.
//	  - Steered: a steered record's own addresses and words, and the Shape (settings, sets by
//	    type) that it shares with those that differ in nothing else.
//	  - Edit: the one way to make a zone from another. Builder: a zone from all its RRsets.
//
// Everything but an Edit and a Builder may be read by any goroutine.
package view
