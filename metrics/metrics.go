package metrics

// The registry, what is told as it happens, and the HTTP handler.

import (
	"fmt"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"meridian/healthcheck"
)

// Metrics is a registry of its own with all that meridian shows. Make it with New.
type Metrics struct {
	registry *prometheus.Registry
	scrape   *scrape
	views    prometheus.Histogram
	probes   *prometheus.CounterVec
	phases   *prometheus.HistogramVec
	flips    *prometheus.CounterVec
	late     prometheus.Histogram
}

// New gives metrics of a program's version; until Show is called they have no server.
func New(version string) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		scrape:   newScrape(),
		views: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "meridian_view_build_seconds",
			Help:    "How long it took from a change's turn until queries saw it, its durable write included.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14),
		}),
		probes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "meridian_probes_total",
			Help: "Probes by kind of check and by result (ok, failed).",
		}, []string{"kind", "result"}),
		phases: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "meridian_probe_phase_seconds",
			Help:    "How long the parts of probes took (connect, tls, first_byte), by kind of check.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14),
		}, []string{"kind", "phase"}),
		flips: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "meridian_flips_total",
			Help: "Changes of targets' states, by the state that they came to.",
		}, []string{"to"}),
		late: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "meridian_check_lateness_seconds",
			Help:    "How long after its time a probe began.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 2, 15),
		}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name:        "meridian_build_info",
		Help:        "Always 1; the label says which version runs.",
		ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	m.registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		build, m.views, m.probes, m.phases, m.flips, m.late, m.scrape,
	)
	return m
}

// Show makes scrapes read a running server's sources from now on.
func (m *Metrics) Show(s Sources) { m.scrape.sources.Store(&s) }

// ObserveView is told how long a new view took to build.
func (m *Metrics) ObserveView(took time.Duration) { m.views.Observe(took.Seconds()) }

// ObserveStart is told how long after its time each probe begins.
func (m *Metrics) ObserveStart(late time.Duration) { m.late.Observe(late.Seconds()) }

// ObserveProbe is told of every probe.
func (m *Metrics) ObserveProbe(t healthcheck.Target, r healthcheck.Result) {
	kind, result := t.Settings.Kind, "failed"
	if r.OK {
		result = "ok"
	}
	m.probes.WithLabelValues(kind, result).Inc()
	for phase, took := range map[string]time.Duration{"connect": r.Phases.Connect, "tls": r.Phases.TLS, "first_byte": r.Phases.FirstByte} {
		if took > 0 {
			m.phases.WithLabelValues(kind, phase).Observe(took.Seconds())
		}
	}
}

// ObserveFlip is told of every flip.
func (m *Metrics) ObserveFlip(f healthcheck.Flip) { m.flips.WithLabelValues(f.To.String()).Inc() }

// Handler serves /metrics; /healthz says that the process runs; /readyz whether ready
// finds that it answers queries (nil) or why not.
func (m *Metrics) Handler(ready func() error) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if err := ready(); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	return mux
}
