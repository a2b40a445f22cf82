package control_test

// What a change and a flip cost. scripts/figures runs these.

import (
	"bytes"
	"fmt"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"meridian/config"
	"meridian/control"
	"meridian/dnsserver/answer"
	"meridian/wire"
	"meridian/zones"
)

// BenchmarkChange changes one record of a zone of 100,000 names. It reports the time
// until the change is acknowledged (durable), and until a query sees it after that.
func BenchmarkChange(b *testing.B) {
	w := startBench(b)
	var text strings.Builder
	text.WriteString(zoneText)
	for i := range 100_000 {
		fmt.Fprintf(&text, "n%d A 192.0.2.1\n", i)
	}
	c := control.Change{}
	c.Zone(zoneName).Contents = contents(b, text.String())
	w.commit(c)
	var acknowledged, visible time.Duration
	n := 0
	for b.Loop() {
		n++
		addr := netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)}).String()
		set, err := zones.ParseRecord("n50000 A "+addr, zoneName, 60)
		if err != nil {
			b.Fatal(err)
		}
		change := control.Change{}
		change.Zone(zoneName).RRsets = []zones.RRset{set}
		begin := time.Now()
		w.commit(change)
		done := time.Now()
		for w.ask("n50000.example.com.", "A", "") != "A "+addr {
		}
		acknowledged += done.Sub(begin)
		visible += time.Since(done)
	}
	b.ReportMetric(float64(acknowledged.Microseconds())/float64(n), "µs-to-ack")
	b.ReportMetric(float64(visible.Microseconds())/float64(n), "µs-ack-to-visible")
}

// BenchmarkFlip lets a target fail that 100,000 steered names share, and come back, and
// asks the last of these names until its answer has changed. It reports the time from
// the end of the probe that was the last needed to the changed answer.
func BenchmarkFlip(b *testing.B) {
	w := startBench(b)
	const names = 100_000
	c := imported(b)
	c.Checks["web"].Kind, c.Checks["web"].Host = "http", "www.example.com"
	for i := range names {
		c.Zone(zoneName).Steer(wire.MustParseName(fmt.Sprintf("s%d.example.com.", i)), &config.Steered{Check: "web", Endpoints: map[string]config.Endpoint{
			"eu-west": {Addresses: addrs("192.0.2.10")}, "us-east": {Addresses: addrs("192.0.2.20")},
		}})
	}
	w.commit(c)
	w.allUp()
	if got := len(w.checker.Targets()); got > 5 {
		b.Fatalf("%d targets: the names don't share theirs", got)
	}
	eu := netip.MustParseAddr("192.0.2.10")
	// One question, packed once: the asking must not make garbage, whose collection would
	// be what is measured.
	packet := question(b, "s99999.example.com.", "A", london)
	responder, buf := answer.NewResponder(w.shared, answer.Settings{}), make([]byte, 65535)
	answered := func(last byte) bool {
		n := responder.Answer(buf, packet, answer.Arrival{Client: netip.IPv6Loopback(), Over: answer.TCP})
		return bytes.Contains(buf[:n], []byte{192, 0, 2, last})
	}
	var took []time.Duration
	for b.Loop() {
		last := byte(20)
		if len(took)%2 == 0 {
			w.dead.Store(eu, true)
		} else {
			w.dead.Delete(eu)
			last = 10
		}
		for !answered(last) {
			runtime.Gosched()
		}
		took = append(took, time.Duration(time.Now().UnixNano()-w.dead.ended.Load()))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1e3, "µs-median")
	b.ReportMetric(float64(took[len(took)-1].Nanoseconds())/1e3, "µs-worst")
}

func startBench(b *testing.B) *world {
	b.Helper()
	return start(b, b.TempDir())
}
