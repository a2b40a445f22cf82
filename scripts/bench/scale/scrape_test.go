package scale

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestScrape(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `# HELP late_seconds How late.
# TYPE late_seconds histogram
late_seconds_bucket{le="0.001"} 90
late_seconds_bucket{le="0.01"} 99
late_seconds_bucket{le="+Inf"} 100
late_seconds_sum 1.5
late_seconds_count 100
flips_total{to="down"} 3
flips_total{to="up"} 4
flips_total_of_another{to="up"} 5
`)
	}))
	defer s.Close()
	m, err := scrape(strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	if n := m.sum("flips_total"); n != 7 {
		t.Errorf("%v flips", n)
	}
	h := m.buckets("late_seconds")
	for share, want := range map[float64]float64{.5: 0.001, .9: 0.001, .95: 0.01, 1: math.Inf(1)} {
		if got := h.quantile(share); got != want {
			t.Errorf("a share of %v is within %v, not %v", share, got, want)
		}
	}
	since := h.minus(histogram{{0.001, 80}, {0.01, 80}, {math.Inf(1), 80}})
	if since.count() != 20 || since.quantile(.5) != 0.001 || since.quantile(.6) != 0.01 {
		t.Errorf("since then: %v", since)
	}
	if got := (histogram{}).quantile(.5); !math.IsNaN(got) {
		t.Errorf("of nothing: %v", got)
	}
}
