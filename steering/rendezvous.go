package steering

// Weighted rendezvous hashing: each endpoint draws a lot from the granule, and the
// best lot for its weight wins. When an endpoint goes only its own clients move;
// when a weight changes only the share that must move does.
//
// The lot is u, uniform in (0, 1]; the winner is the one with the least -ln(u)/weight.
// It is computed in integers, so that every processor finds the same winner: logLot
// is -log2(u) in units of 2^-32, and a/v < b/w is compared as a*w < b*v.

import (
	"math"
	"math/bits"
)

// weightUnit is the fixed point of a compiled weight: 2^-20.
const weightUnit = 1 << 20

// pickShare returns the endpoint of a set that wins the granule. Endpoints of weight
// 0 win only among themselves, the first by name.
func (s *Set) pickShare(of uint64, g Granule) int {
	best := bits.TrailingZeros64(of)
	bestLot, bestWeight := logLot(g.draw(s.Endpoints[best].seed)), s.Endpoints[best].weight
	for rest := of & (of - 1); rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		lot, weight := logLot(g.draw(s.Endpoints[i].seed)), s.Endpoints[i].weight
		if lessShare(lot, weight, bestLot, bestWeight) {
			best, bestLot, bestWeight = i, lot, weight
		}
	}
	return best
}

// lessShare is lotA/weightA < lotB/weightB, where a weight of 0 makes infinity.
func lessShare(lotA, weightA, lotB, weightB uint64) bool {
	hiA, loA := bits.Mul64(lotA, weightB)
	hiB, loB := bits.Mul64(lotB, weightA)
	return hiA < hiB || hiA == hiB && loA < loB
}

// logLot returns -log2((x+1)/2^64) in units of 2^-32: 0 to 2^38.
func logLot(x uint64) uint64 {
	x |= 1 // the least lot is 2^-64, not 0
	exponent := bits.LeadingZeros64(x)
	mantissa := x << exponent // 1.xxx with the one in bit 63
	i := mantissa >> 53 & (logSteps - 1)
	fraction := mantissa >> 21 & (1<<32 - 1) // how far between entries i and i+1
	log := logTable[i] + (logTable[i+1]-logTable[i])*fraction>>32
	return uint64(exponent)<<32 + (1<<32 - log)
}

// logSteps is how many straight lines stand for log2 between 1 and 2: with 1024 the
// error is below 2^-22, far below what a share of clients can show.
const logSteps = 1024

// logTable[i] is log2(1 + i/1024) in units of 2^-32.
var logTable = func() (t [logSteps + 1]uint64) {
	for i := range t {
		t[i] = uint64(math.Round(math.Log2(1+float64(i)/logSteps) * (1 << 32)))
	}
	return t
}()
