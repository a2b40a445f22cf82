// Package ratelimit decides which responses over UDP are too many: a name server that
// answers everyone is an amplifier for whoever forges addresses.
//
// Responses are counted by who they go to (a network), of what kind they are and what
// they are about, so that only a client, real or forged, that gets the same again and
// again is limited. Over the limit, every other response is slipped (sent empty, with
// TC, so that a real client comes back over TCP) and the others are dropped.
//
//	bucket of (network, kind, subject): credit for one second at most, refilled with time
//
// A Limiter is one worker's: it has a fixed memory, takes no lock and no clock, and one
// goroutine uses it. Two subjects that fall on one bucket push each other out, which
// limits less, never more.
package ratelimit

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
)

// Kind is what a response is.
type Kind uint8

// Kinds.
const (
	Positive Kind = iota
	Steered       // a positive answer of a steered name
	NoData
	NoName
	Referral
	Failure // REFUSED, SERVFAIL, FORMERR and the like
	NumKinds
)

func (k Kind) String() string {
	return [...]string{"positive", "steered", "nodata", "nxdomain", "referral", "failure"}[k]
}

// Verdict is what becomes of a response.
type Verdict uint8

// Verdicts.
const (
	Send Verdict = iota
	Slip
	Drop
	NumVerdicts
)

func (v Verdict) String() string { return [...]string{"sent", "slipped", "dropped"}[v] }

// steeredFactor is how much more often a steered name may be asked for than others: a
// resolver with client subnets asks for it once for each of its clients' networks in
// each TTL, from few addresses, and such answers are never dropped, only slipped.
const steeredFactor = 50

// Lengths of the networks that count as one client.
const (
	prefixV4 = 24
	prefixV6 = 56
)

// size is how many buckets a limiter has: 16 octets each, 1 MiB.
const size = 1 << 16

// milli is the unit of credit: a thousandth of a response, so that a millisecond of any
// rate is a whole number.
const milli = 1000

// bucket is what is known of one (network, kind, subject).
type bucket struct {
	tag    uint32 // of the key, to tell those apart that fall on one bucket; 0 for a free one
	at     uint32 // when credit was last reckoned, in milliseconds
	credit int32  // in thousandths
	over   uint32 // responses over the limit so far: every other one is slipped
}

// Limiter is one worker's buckets.
type Limiter struct {
	rate    int32 // responses a second
	buckets []bucket
}

// New returns a limiter of a rate in responses a second, 1 to 1,000,000 / 50.
func New(rate int) *Limiter {
	return &Limiter{rate: int32(min(max(rate, 1), MaxRate)), buckets: make([]bucket, size)}
}

// MaxRate is the highest rate: credits of the steered kind must fit.
const MaxRate = 1_000_000 / steeredFactor

// Take counts a response and says what becomes of it. subject is a hash of what it is
// about; now is in milliseconds, from any beginning.
func (l *Limiter) Take(to netip.Addr, kind Kind, subject uint64, now uint32) Verdict {
	key := keyOf(to, kind, subject)
	b := &l.buckets[key%size]
	rate := l.rate
	if kind == Steered {
		rate *= steeredFactor
	}
	full := rate * milli
	if tag := uint32(key>>32) | 1; b.tag != tag {
		*b = bucket{tag: tag, at: now, credit: full}
	}
	elapsed := min(now-b.at, 1000) // a second fills it
	b.credit = min(full, b.credit+int32(elapsed)*rate)
	b.at = now
	if b.credit >= milli {
		b.credit -= milli
		return Send
	}
	b.over++
	if kind == Steered || b.over%2 == 0 {
		return Slip
	}
	return Drop
}

// keyOf hashes what is counted together.
func keyOf(to netip.Addr, kind Kind, subject uint64) uint64 {
	var network uint64
	if to.Is4() {
		a := to.As4()
		network = uint64(binary.BigEndian.Uint32(a[:])>>(32-prefixV4)) | 1<<63
	} else {
		a := to.As16()
		network = binary.BigEndian.Uint64(a[:8]) >> (64 - prefixV6)
	}
	hi, lo := bits.Mul64(network^0x9e3779b97f4a7c15, subject^uint64(kind+1)*0xbf58476d1ce4e5b9)
	return hi ^ lo
}
