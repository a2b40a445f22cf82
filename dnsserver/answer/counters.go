package answer

// What a worker counted. Each worker has its own, so that counting contends with
// nobody; metrics add them up.

import (
	"sync/atomic"

	"meridian/dnsserver/ratelimit"
	"meridian/steering"
	"meridian/view"
	"meridian/wire"
)

// MaxRegionSlots is how many regions are counted apart; those beyond share the last
// slot, so that memory and metric series are bounded.
const MaxRegionSlots = 256

// numRcodes is how many response codes are counted apart: 0 to 6, BADVERS, BADCOOKIE.
const numRcodes = 9

// Counters of one worker. One goroutine counts, any may read.
type Counters struct {
	Dropped   atomic.Uint64 // packets that can have no response, the rate limit's drops not among them
	Truncated atomic.Uint64 // responses with TC because they didn't fit
	WithECS   atomic.Uint64
	responses [NumTransports][numRcodes]atomic.Uint64
	regions   [MaxRegionSlots][steering.NumFrom]atomic.Uint64
	over      [ratelimit.NumKinds][ratelimit.NumVerdicts]atomic.Uint64
	_         [64]byte // the next worker's counters lie on other cache lines
}

func (c *Counters) count(over Transport, rcode wire.Rcode, ecs bool) {
	c.responses[over][rcodeSlot(rcode)].Add(1)
	if ecs {
		c.WithECS.Add(1)
	}
}

func rcodeSlot(rcode wire.Rcode) int {
	switch rcode {
	case wire.BadVers:
		return numRcodes - 2
	case wire.BadCookie:
		return numRcodes - 1
	}
	return int(rcode)
}

// Responses is how many responses with a code went out over a transport.
func (c *Counters) Responses(over Transport, rcode wire.Rcode) uint64 {
	return c.responses[over][rcodeSlot(rcode)].Load()
}

// Rcodes are the response codes that are counted.
func Rcodes() []wire.Rcode {
	return []wire.Rcode{wire.NoError, wire.FormErr, wire.ServFail, wire.NXDomain, wire.NotImp, wire.Refused, wire.YXDomain, wire.BadVers, wire.BadCookie}
}

func (c *Counters) steered(typ view.SteeredType, ch *steering.Choice) {
	c.regions[typ.Slot(ch)][ch.From].Add(1)
}

// Steered is how many steered answers sent clients to the region of a slot, for a reason.
func (c *Counters) Steered(slot int, from steering.From) uint64 { return c.regions[slot][from].Load() }

// Over is how many responses of a kind were over the rate limit, by what became of them:
// those to loopback and exempt networks were sent all the same.
func (c *Counters) Over(k ratelimit.Kind, became ratelimit.Verdict) uint64 {
	return c.over[k][became].Load()
}
