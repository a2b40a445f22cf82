package main

// How a server's parts are put together, started in order, and stopped.
//
//	store ─→ control ─→ view ─→ dnsserver        commands ─→ api ─→ control
//	            ↑ ↘                                metrics ←── all of them
//	   geo base ┘   checker ─→ words
//
// Everything is opened before anything runs, so that what can't be had is said at once
// and a server either starts whole or not at all.

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"meridian/alias"
	"meridian/api"
	"meridian/control"
	"meridian/dnsserver"
	"meridian/dnsserver/answer"
	"meridian/geoip"
	"meridian/healthcheck"
	"meridian/metrics"
	"meridian/store"
)

// running is what is told of a server that answers.
type running struct {
	dns     []netip.AddrPort
	admin   string // as --server takes it
	metrics string // "off", or an address
	control *control.Control
	checker *healthcheck.Checker
	reload  func() // reads again what SIGHUP asks for
}

// run runs a server until ctx ends. ready is called once, when it answers and the
// manifest of --apply is applied.
func run(ctx context.Context, s settings, log *slog.Logger, ready func(running)) error {
	st, err := openStore(s)
	if err != nil {
		return err
	}
	p, err := build(ctx, s, log, st)
	if err == nil {
		err = p.run(ctx, ready)
	}
	if closeErr := st.Close(); err == nil && closeErr != nil {
		err = fmt.Errorf("closing the store: %w", closeErr)
	}
	return err
}

func openStore(s settings) (store.Store, error) {
	if err := os.MkdirAll(s.data, 0o700); err != nil {
		return nil, fmt.Errorf("making the data folder: %w", err)
	}
	return store.Open(filepath.Join(s.data, "meridian.db"), store.Options{KeepRevisions: s.keepRevisions, KeepFor: time.Duration(s.keepFor)})
}

// parts are a server's, all of them open.
type parts struct {
	settings settings
	log      *slog.Logger
	started  time.Time
	geo      *geoip.Databases
	checker  *healthcheck.Checker
	aliases  *alias.Resolver
	control  *control.Control
	dns      *dnsserver.Server
	secrets  *secrets
	token    string
	admin    *api.Listener
	metrics  *metrics.Metrics
	http     net.Listener // of metrics; nil where they are off
	ready    atomic.Bool
}

// build opens everything that stands on the store. Where something can't be had, what
// was opened is closed.
func build(ctx context.Context, s settings, log *slog.Logger, st store.Store) (_ *parts, err error) {
	p := &parts{settings: s, log: log, started: time.Now(), metrics: metrics.New(version())}
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	if p.token, err = readToken(s.adminTokenFile); err != nil {
		return nil, err
	}
	if p.geo, err = openGeo(s.geo); err != nil {
		return nil, err
	}
	shared := &answer.Shared{}
	if err = p.load(ctx, st, shared); err != nil {
		return nil, err
	}
	if p.secrets, err = s.startCookies(shared, log); err != nil {
		return nil, err
	}
	opts := s.defence.options()
	opts.Listen, opts.Workers, opts.Logger = s.listen, s.workers, log
	if p.dns, err = dnsserver.Listen(ctx, shared, opts); err != nil {
		return nil, err
	}
	if p.admin, err = api.Listen(ctx, s.admin.String(), p.token); err != nil {
		return nil, err
	}
	if p.http, err = listenHTTP(ctx, s.metrics); err != nil {
		return nil, err
	}
	p.metrics.Show(metrics.Sources{
		Responders:  p.dns.Responders(),
		UDP:         p.udpCounts,
		TCP:         p.tcpCounts,
		StaleSecret: p.secrets.stale.Load,
		RegionSlots: p.control.RegionSlots,
		Records:     shared,
		Targets:     p.checker.Targets,
		Unsaved:     p.checker.Unsaved,
		Tables:      p.control.Tables,
		GeoBytes:    p.geo.Bytes,
	})
	return p, nil
}

// load makes checker and control from what the store has.
func (p *parts) load(ctx context.Context, st store.Store, shared *answer.Shared) (err error) {
	p.checker = healthcheck.New(healthcheck.Options{
		Logger:   p.log,
		Verdicts: st,
		OnStart:  p.metrics.ObserveStart,
		OnProbe:  p.metrics.ObserveProbe,
		OnFlip:   p.metrics.ObserveFlip,
	})
	if err := p.checker.Load(ctx); err != nil {
		return fmt.Errorf("reading the last verdicts: %w", err)
	}
	p.aliases = newAliases(p.settings.aliasResolvers, p.log)
	p.control, err = control.New(ctx, control.Options{
		Store:   st,
		Geo:     p.geo,
		Tables:  filepath.Join(p.settings.data, "tables"),
		Checker: p.checker,
		Shared:  shared,
		Logger:  p.log,
		Now:     time.Now,
		Aliases: p.aliases,
		OnView:  p.metrics.ObserveView,
	})
	return err
}

// close closes what build had opened before something failed.
func (p *parts) close() {
	if p.dns != nil {
		p.dns.Close()
	}
	if p.admin != nil {
		p.admin.Close()
	}
}

// run starts everything and waits until all of it has ended; the first error ends all.
func (p *parts) run(ctx context.Context, ready func(running)) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return p.checker.Run(ctx) })
	g.Go(func() error { return p.aliases.Run(ctx) })
	g.Go(func() error { return p.control.Run(ctx) })
	g.Go(func() error { return p.dns.Serve(ctx) })
	g.Go(func() error { return p.admin.Serve(ctx, p.handler(), p.log) })
	if p.http != nil {
		g.Go(func() error { return p.serveHTTP(ctx) })
	}
	g.Go(func() error {
		select {
		case <-p.control.Ready():
		case <-ctx.Done():
			return nil
		}
		if err := p.applyAtStart(ctx); err != nil {
			return err
		}
		p.ready.Store(true)
		ready(running{dns: p.dns.Addrs(), admin: p.admin.Server(), metrics: p.metricsAddr(), control: p.control, checker: p.checker, reload: p.secrets.reload})
		p.compileGeo()
		return nil
	})
	return g.Wait()
}

func (p *parts) handler() http.Handler {
	info := api.Info{
		Version: version(),
		Started: p.started,
		Admin:   p.admin.Server(),
		Metrics: p.metricsAddr(),
		Config:  p.settings.inForce,
	}
	for _, a := range p.dns.Addrs() {
		info.Listen = append(info.Listen, a.String())
	}
	return api.NewHandler(api.Deps{Control: p.control, Checker: p.checker, Info: info, Logger: p.log, Now: time.Now})
}

// udpCounts are what UDP lost, as metrics show it.
func (p *parts) udpCounts() metrics.UDPCounts {
	c := p.dns.UDP()
	return metrics.UDPCounts{ReceiveDrops: c.ReceiveDrops, SendErrors: c.SendErrors}
}

// tcpCounts are connections as metrics show them.
func (p *parts) tcpCounts() metrics.TCPCounts {
	c := p.dns.TCP()
	return metrics.TCPCounts{Open: c.Open, Accepted: c.Accepted, GaveWayOfClient: c.GaveWayOfClient, GaveWayOfAll: c.GaveWayOfAll}
}

func (p *parts) metricsAddr() string {
	if p.http == nil {
		return "off"
	}
	return p.http.Addr().String()
}

// applyAtStart applies the manifest of --apply over the API, as `meridian apply` would.
// A server that has a configuration serves it whatever is wrong with the manifest: a
// bad edit must not keep it from coming back after a power cut.
func (p *parts) applyAtStart(ctx context.Context) error {
	if p.settings.apply == "" {
		return nil
	}
	outcome, err := p.applyFile(ctx)
	switch {
	case err == nil:
		p.log.Info("applied", "manifest", p.settings.apply, "outcome", summary(outcome))
		return nil
	case ctx.Err() != nil || p.control.State().Revision() == 0:
		return err
	}
	for _, line := range strings.Split(err.Error(), "\n") {
		p.log.Error("the manifest is not applied; the server goes on with what it has", "manifest", p.settings.apply, "error", line)
	}
	return nil
}

func (p *parts) applyFile(ctx context.Context) (api.Outcome, error) {
	f, err := readManifest(ctx, p.settings.apply)
	if err != nil {
		return api.Outcome{}, err
	}
	client, err := api.NewClient(p.admin.Server(), p.token)
	if err != nil {
		return api.Outcome{}, err
	}
	defer client.Close()
	f.apply.UnlessApplied = true
	outcome, err := client.Apply(ctx, api.Terms{Author: "serve --apply", Message: "apply " + p.settings.apply}, f.apply)
	return outcome, f.located(err)
}

func readToken(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("reading the admin token: %w", err)
	}
	token := strings.TrimSpace(string(data))
	if token == "" {
		return "", fmt.Errorf("the admin token file %s is empty: put a long random word into it", file)
	}
	return token, nil
}

func openGeo(files []string) (*geoip.Databases, error) {
	if len(files) == 0 {
		return geoip.Embedded(), nil
	}
	return geoip.Open(files...)
}

// compileGeo makes the base table of files, unless the start needed it already: the next
// change may, and until then their octets are kept.
func (p *parts) compileGeo() {
	if p.geo.Inside() {
		return
	}
	if _, err := p.geo.Base(); err != nil {
		p.log.Error("the geo data can't be compiled; answers stay, and what needs new class tables is refused", "error", err)
	}
}

func listenHTTP(ctx context.Context, addr metricsAddr) (net.Listener, error) {
	if !addr.IsValid() {
		return nil, nil
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr.String())
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("the metrics address %s is taken: give another with --metrics, or off", addr)
	}
	if err != nil {
		return nil, fmt.Errorf("opening the metrics address %s: %w", addr, err)
	}
	return l, nil
}

// serveHTTP serves metrics and health until ctx ends.
func (p *parts) serveHTTP(ctx context.Context) error {
	srv := &http.Server{
		Handler:           p.metrics.Handler(p.isReady),
		ReadHeaderTimeout: 5 * time.Second,
		WriteTimeout:      30 * time.Second,
		ErrorLog:          slog.NewLogLogger(p.log.Handler(), slog.LevelWarn),
	}
	stop := context.AfterFunc(ctx, func() { srv.Close() })
	defer stop()
	if err := srv.Serve(p.http); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving metrics on %s: %w", p.http.Addr(), err)
	}
	return nil
}

func (p *parts) isReady() error {
	if !p.ready.Load() {
		return errors.New("the configuration is not loaded yet")
	}
	return nil
}
