package steering

import (
	"math"
	"net/netip"
	"testing"

	"meridian/config"
)

// A drain moves its share of granules, within five standard deviations of chance, of
// neighbouring networks too.
func TestDrainSharesAreRight(t *testing.T) {
	for _, first := range []byte{10, 81, 203} {
		for _, share := range []float64{0.01, 0.1, 0.5, 0.9} {
			const n = 20_000
			drained := 0
			setting := SettingOf(config.Override{Drain: share})
			for i := range n {
				g, _ := GranuleOf(netip.PrefixFrom(netip.AddrFrom4([4]byte{first, byte(i >> 8), byte(i), 0}), 24))
				if g.under(setting.Share) {
					drained++
				}
			}
			if off := math.Abs(float64(drained) - n*share); off > 5*math.Sqrt(n*share*(1-share)) {
				t.Errorf("from %d.0.0.0 a drain of %v moved %d of %d", first, share, drained, n)
			}
		}
	}
}
