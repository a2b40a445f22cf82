package main

// serve: the server as a command. What it is made of is server.go's.

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"meridian/api"
)

func newServe(a *app) *cobra.Command {
	s := a.defaultSettings()
	c := &cobra.Command{
		Use:   "serve",
		Short: "Answer DNS queries",
		Long: "serve answers DNS queries until it gets SIGINT or SIGTERM; SIGHUP makes it read the secrets of cookies again.\n\n" +
			"Each flag can also be set as an environment variable (--log-level as MERIDIAN_LOG_LEVEL; lists comma-separated)\n" +
			"and in the config file, a YAML mapping with the flags' names. A flag wins over the environment, that over the file.",
		RunE: func(c *cobra.Command, _ []string) error {
			from, err := complete(c.Flags(), a.getenv)
			if err != nil {
				return err
			}
			s.inForce = inForce(c.Flags(), from)
			return a.serve(c.Context(), s)
		},
	}
	s.addFlags(c.Flags())
	c.Flags().String("config", "", "`FILE` with settings (also MERIDIAN_CONFIG)")
	return c
}

// serve runs a server and says where it is.
func (a *app) serve(ctx context.Context, s settings) error {
	log := newLogger(a.err, s)
	for _, set := range s.inForce {
		log.Info("setting", "name", set.Name, "value", set.Value, "from", set.Source)
	}
	boundGarbage()
	hangUp := make(chan os.Signal, 1) // before the server runs, which it would end
	signal.Notify(hangUp, syscall.SIGHUP)
	defer signal.Stop(hangUp)
	makeRoomBeside(s.workers, len(s.listen), a.getenv)
	err := run(ctx, s, log, func(r running) {
		log.Info("ready", "dns", fmt.Sprint(r.dns), "admin", r.admin, "metrics", r.metrics, "revision", r.control.State().Revision())
		go giveBack()
		go reloadOn(ctx, hangUp, r.reload)
	})
	if err == nil {
		log.Info("stopped")
	}
	return err
}

// reloadOn calls reload for each signal until ctx ends.
func reloadOn(ctx context.Context, signals <-chan os.Signal, reload func()) {
	for {
		select {
		case <-signals:
			reload()
		case <-ctx.Done():
			return
		}
	}
}

func newLogger(w io.Writer, s settings) *slog.Logger {
	opts := &slog.HandlerOptions{Level: s.logLevel}
	if s.logFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, opts))
	}
	return slog.New(slog.NewTextHandler(w, opts))
}

// inForce lists the settings with where each is from.
func inForce(f *pflag.FlagSet, from sources) []api.Setting {
	var list []api.Setting
	f.VisitAll(func(flag *pflag.Flag) {
		if flag.Name == "help" {
			return
		}
		source := from[flag.Name]
		if source == "" {
			source = "default"
		}
		list = append(list, api.Setting{Name: flag.Name, Value: flag.Value.String(), Source: source})
	})
	return list
}
