package main

// demo: the whole of it on one machine, with regions that can be killed.

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"meridian/demo"
	"meridian/healthcheck"
	"meridian/steering"
)

func newDemo(a *app) *cobra.Command {
	listen := netip.MustParseAddrPort("127.0.0.1:5300")
	c := &cobra.Command{
		Use:   "demo",
		Short: "Show regions being killed, and the answers moving",
		Long: "demo runs a DNS server on a loopback port and four regions as child processes, and shows live who would be\n" +
			"sent where. Press a number to kill or revive a region, or use `meridian demo kill|revive REGION` in another\n" +
			"terminal. It needs no root, installs nothing, and leaves nothing behind.",
		RunE: func(c *cobra.Command, _ []string) error { return a.runDemo(c.Context(), listen) },
	}
	c.Flags().Var(&textValue[netip.AddrPort]{&listen, "ADDR:PORT", parseAddrPort}, "listen", "answer DNS on this `ADDR:PORT`")
	for _, verb := range []string{demo.Kill, demo.Revive} {
		c.AddCommand(&cobra.Command{
			Use:   verb + " REGION",
			Short: strings.ToUpper(verb[:1]) + verb[1:] + " a region of the demo that runs in another terminal",
			RunE: func(c *cobra.Command, args []string) error {
				return demo.Tell(c.Context(), a.demoFolder(), verb, args[0])
			},
		})
	}
	c.AddCommand(&cobra.Command{
		Use:    "region NAME",
		Short:  "Be a region's process",
		Hidden: true,
		RunE: func(c *cobra.Command, args []string) error {
			r, err := demo.FindRegion(args[0])
			if err != nil {
				return err
			}
			return demo.ServeRegion(c.Context(), r, a.in, a.out)
		},
	})
	return c
}

// demoFolder is where a demo of this user runs, so that kill and revive find it.
func (a *app) demoFolder() string {
	dir := a.getenv("TMPDIR")
	if dir == "" {
		dir = os.TempDir()
	}
	return filepath.Join(dir, fmt.Sprintf("meridian-demo-%d", os.Geteuid()))
}

func (a *app) runDemo(ctx context.Context, listen netip.AddrPort) error {
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding this program, to run it as regions: %w", err)
	}
	// A terminal window that is closed ends the demo as Ctrl-C does.
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGHUP)
	defer stop()
	dir := a.demoFolder()
	admin := filepath.Join(dir, "admin.sock")
	return demo.Run(ctx, demo.Options{
		Dir:       dir,
		Program:   []string{program, "demo", "region"},
		In:        a.in,
		Out:       a.out,
		Screen:    a.terminal,
		AdminFlag: "--server unix:" + admin,
		Server: func(ctx context.Context, manifest string, ready func(netip.AddrPort)) error {
			s := a.defaultSettings()
			s.data = filepath.Join(dir, "data")
			s.listen = []netip.AddrPort{listen}
			s.workers = 1
			s.admin = adminAddr{path: admin}
			s.metrics = metricsAddr{}
			s.apply = manifest
			log, err := os.Create(filepath.Join(dir, "server.log"))
			if err != nil {
				return fmt.Errorf("making the demo's log: %w", err)
			}
			defer log.Close()
			return run(ctx, s, slog.New(slog.NewTextHandler(log, nil)), func(r running) {
				awaitProbes(ctx, r.checker)
				ready(r.dns[0])
			})
		},
	})
}

// awaitProbes returns when every target was probed, or after three seconds: the first
// picture should be the one that stays.
func awaitProbes(ctx context.Context, c *healthcheck.Checker) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		if !slices.ContainsFunc(c.Targets(), func(t healthcheck.TargetStatus) bool { return t.State == steering.New }) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}
