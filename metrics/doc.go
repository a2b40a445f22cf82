// Package metrics shows a running server to Prometheus and to health checks.
//
// Nothing is counted here on the query path: workers count for themselves, and a scrape
// adds up what they have. Only probes, flips and new views are told as they happen.
//
//   - Metrics: the registry; Handler serves it. Observe… methods may be called from any
//     goroutine.
//   - Sources: what a scrape reads.
//   - A budget bounds how many series one scrape has (budget.go): what grows with the
//     configuration comes last and in a fixed order, so that the bound always cuts the
//     same series, and a counter says how many it cut.
package metrics
