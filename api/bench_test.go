package api_test

// How fast many zones come in: as one request, decoded, validated and committed.
//
//	go test ./api -run '^$' -bench Import

import (
	"fmt"
	"testing"

	"meridian/api"
)

const tenRecords = appZone + `h1 A 192.0.2.1
h2 A 192.0.2.2
h3 AAAA 2001:db8::3
h4 TXT "hello world"
h5 CNAME h1
`

func BenchmarkImport(b *testing.B) {
	for _, n := range []int{100, 10_000} {
		b.Run(fmt.Sprintf("zones=%d", n), func(b *testing.B) {
			var im api.Import
			for i := range n {
				im.Zones = append(im.Zones, zoneFile(b, fmt.Sprintf("z%d.example.com.", i), tenRecords))
			}
			for b.Loop() {
				b.StopTimer()
				w := start(b)
				b.StartTimer()
				if o, err := w.Import(w.ctx, api.Terms{}, im); err != nil || o.Changes != 11*n {
					b.Fatalf("%d changes: %v", o.Changes, err)
				}
			}
		})
	}
}
