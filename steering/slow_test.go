package steering

// The slow twin of Choose: the design's sentences, one after the other, over slices of
// plain values.

import "math/big"

// slowEndpoint is an endpoint with all that is known of it.
type slowEndpoint struct {
	region     int
	tier       int
	weight     float64
	seed       uint64
	healthUp   bool // its own and its region's
	force      Force
	share      uint64
	lastDown   uint32
	regionName string
}

type slowRecord struct {
	endpoints []slowEndpoint
	failover  bool
	minUp     int
	lastGood  bool
	fallback  []int // regions, -1 for none
}

type slowChoice struct {
	endpoint int
	fallback []int
	from     From
}

func (e slowEndpoint) up() bool {
	if e.force == ForceDown {
		return false
	}
	return e.force == ForceUp || e.healthUp
}

func (e slowEndpoint) drained(g Granule) bool {
	return scramble(uint64(g)^0x647261696e)>>32 < e.share
}

// choose is "which endpoint may be taken" as the design has it.
func (r slowRecord) choose(order []int, permits map[int]bool, g Granule) slowChoice {
	var permitted []int
	up := 0
	for i, e := range r.endpoints {
		if permits[e.region] {
			permitted = append(permitted, i)
		}
		if e.up() {
			up++
		}
	}
	keep := func(of []int, what func(slowEndpoint) bool) (kept []int) {
		for _, i := range of {
			if what(r.endpoints[i]) {
				kept = append(kept, i)
			}
		}
		return kept
	}
	if up >= r.minUp && up > 0 {
		if first := keep(permitted, func(e slowEndpoint) bool { return e.up() && !e.drained(g) }); len(first) > 0 {
			return slowChoice{r.policy(first, order, g), nil, FromUp}
		}
		if second := keep(permitted, func(e slowEndpoint) bool { return e.up() && e.drained(g) }); len(second) > 0 {
			return slowChoice{r.policy(second, order, g), nil, FromDrained}
		}
	}
	asIfUp := keep(permitted, func(e slowEndpoint) bool { return e.force != ForceDown && !e.drained(g) })
	if len(asIfUp) == 0 {
		asIfUp = keep(permitted, func(e slowEndpoint) bool { return e.force != ForceDown })
	}
	if len(asIfUp) == 0 {
		asIfUp = permitted
	}
	if up > 0 && up < r.minUp {
		return slowChoice{r.policy(asIfUp, order, g), nil, FromAsIfUp}
	}
	var fallback []int
	for i, region := range r.fallback {
		if region < 0 || permits[region] {
			fallback = append(fallback, i)
		}
	}
	if len(fallback) > 0 {
		return slowChoice{-1, fallback, FromFallback}
	}
	if r.lastGood {
		var latest uint32
		for _, i := range asIfUp {
			latest = max(latest, r.endpoints[i].lastDown)
		}
		if latest > 0 {
			last := keep(asIfUp, func(e slowEndpoint) bool { return e.lastDown == latest })
			return slowChoice{r.policy(last, order, g), nil, FromLastGood}
		}
	}
	return slowChoice{r.policy(asIfUp, order, g), nil, FromAsIfUp}
}

// policy is nearest, inside the first tier that has any for failover.
func (r slowRecord) policy(of []int, order []int, g Granule) int {
	if r.failover {
		first := 1 << 30
		for _, i := range of {
			first = min(first, r.endpoints[i].tier)
		}
		var inTier []int
		for _, i := range of {
			if r.endpoints[i].tier == first {
				inTier = append(inTier, i)
			}
		}
		of = inTier
	}
	for _, region := range order {
		var here []int
		for _, i := range of {
			if r.endpoints[i].region == region {
				here = append(here, i)
			}
		}
		if len(here) > 0 {
			return r.byShare(here, g)
		}
	}
	panic("no endpoint in any region")
}

// byShare compares -log2(u)/weight as fractions of big integers.
func (r slowRecord) byShare(of []int, g Granule) int {
	best := of[0]
	for _, i := range of[1:] {
		a, b := r.endpoints[i], r.endpoints[best]
		left := new(big.Int).Mul(new(big.Int).SetUint64(logLot(g.draw(a.seed))), new(big.Int).SetUint64(uint64(b.weight*weightUnit)))
		right := new(big.Int).Mul(new(big.Int).SetUint64(logLot(g.draw(b.seed))), new(big.Int).SetUint64(uint64(a.weight*weightUnit)))
		if left.Cmp(right) < 0 {
			best = i
		}
	}
	return best
}
