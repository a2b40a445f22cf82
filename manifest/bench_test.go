package manifest_test

// What a large manifest costs. Run: go test -run - -bench . ./manifest

import (
	"fmt"
	"strings"
	"testing"

	"meridian/manifest"
)

func BenchmarkParse(b *testing.B) {
	for _, records := range []int{100, 10_000} {
		var sb strings.Builder
		sb.WriteString("regions: {eu-west: {location: IS}, us-east: {location: [38.9, -77.4]}}\nzones:\n  example.com:\n    steered:\n")
		for i := range records {
			fmt.Fprintf(&sb, "      www%d:\n        ttl: 5s\n        endpoints:\n          eu-west: {addresses: [192.0.2.1, \"2001:db8::1\"]}\n          us-east: {addresses: [192.0.2.2]}\n", i)
		}
		b.Run(fmt.Sprintf("records=%d", records), func(b *testing.B) {
			b.SetBytes(int64(sb.Len()))
			for b.Loop() {
				if m, ps := manifest.Parse("m", []byte(sb.String())); m == nil || len(ps) > 0 {
					b.Fatal(ps)
				}
			}
		})
	}
}
