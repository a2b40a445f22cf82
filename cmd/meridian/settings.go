package main

// What a server runs with. The flags are the one table of settings: each can also come
// from the environment and from the config file, under the same name.

import (
	"fmt"
	"log/slog"
	"net/netip"
	"strings"

	"github.com/spf13/pflag"

	"meridian/api"
	"meridian/config"
	"meridian/store"
)

// settings are what serve runs with.
type settings struct {
	data           string // folder of the store
	listen         []netip.AddrPort
	workers        int // UDP sockets and threads for each address
	admin          adminAddr
	adminTokenFile string
	metrics        metricsAddr
	geo            []string         // mmdb files; none: the embedded data
	apply          string           // a manifest, or ""
	aliasResolvers []netip.AddrPort // none: the system's
	keepRevisions  int
	keepFor        config.Duration
	logLevel       slog.Level
	logFormat      string // text or json
	defence

	inForce []api.Setting // all of these as texts, with where each is from
}

// metricsAddr is where metrics are served; the zero value is nowhere.
type metricsAddr struct{ netip.AddrPort }

func parseMetrics(s string) (metricsAddr, error) {
	if s == "off" {
		return metricsAddr{}, nil
	}
	a, err := parseAddrPort(s)
	if err != nil {
		return metricsAddr{}, fmt.Errorf("%w, or off", err)
	}
	return metricsAddr{a}, nil
}

func (m metricsAddr) String() string {
	if !m.IsValid() {
		return "off"
	}
	return m.AddrPort.String()
}

// defaultSettings are what holds where nothing else is said.
func (a *app) defaultSettings() settings {
	admin, err := parseAdmin(a.defaultAdmin())
	if err != nil {
		panic(err) // defaultAdmin gives an absolute path
	}
	return settings{
		data:          a.defaultData(),
		listen:        []netip.AddrPort{netip.MustParseAddrPort("[::]:53")},
		workers:       defaultWorkers(),
		admin:         admin,
		metrics:       metricsAddr{netip.MustParseAddrPort("127.0.0.1:9153")},
		keepRevisions: store.DefaultKeepRevisions,
		keepFor:       config.Duration(store.DefaultKeepFor),
		logFormat:     "text",
		defence:       defaultDefence(),
	}
}

// addFlags declares the flags that set s.
func (s *settings) addFlags(f *pflag.FlagSet) {
	f.StringVar(&s.data, "data", s.data, "`DIR` of the store, made if it isn't there")
	f.Var(&listValue[netip.AddrPort]{to: &s.listen, kind: "ADDR:PORT", parse: parseAddrPort}, "listen", "answer DNS on this `ADDR:PORT`, over UDP and TCP (repeatable)")
	f.Var(&positive{&s.workers}, "workers", "UDP sockets for each address, each with a thread that answers (`N`)")
	f.Lookup("workers").DefValue = "one for each processor"
	f.Var(&textValue[adminAddr]{&s.admin, "ADDRESS", parseAdmin}, "admin", "serve commands here: `unix:PATH|ADDR:PORT` (a TCP address must be loopback, and needs a token file)")
	f.StringVar(&s.adminTokenFile, "admin-token-file", s.adminTokenFile, "`FILE` with the token that commands must show")
	f.Var(&textValue[metricsAddr]{&s.metrics, "ADDR:PORT|off", parseMetrics}, "metrics", "serve /metrics, /healthz and /readyz here (`ADDR:PORT|off`)")
	f.Var(&listValue[string]{to: &s.geo, kind: "FILE", parse: func(s string) (string, error) { return s, nil }}, "geo", "geo database (an mmdb `FILE`) instead of the embedded one (repeatable; the first that knows wins)")
	s.defence.addFlags(f)
	f.Var(&listValue[netip.AddrPort]{to: &s.aliasResolvers, kind: "ADDR:PORT", parse: parseAddrPort}, "alias-resolver", "resolver of ALIAS targets outside of our zones (`ADDR:PORT`, repeatable; default those of /etc/resolv.conf)")
	f.StringVar(&s.apply, "apply", s.apply, "`MANIFEST` to apply at start, if it isn't what was applied last")
	f.Var(&positive{&s.keepRevisions}, "keep-revisions", "how many revisions are kept (`N`)")
	f.Var(&textValue[config.Duration]{&s.keepFor, "DURATION", parseDuration}, "keep-for", "how long revisions are kept (`DURATION`)")
	f.Var(&textValue[slog.Level]{&s.logLevel, "LEVEL", parseLevel}, "log-level", "`debug|info|warn|error`")
	f.Var(&oneOf{&s.logFormat, []string{"text", "json"}}, "log-format", "`text|json`")
}

func parseLevel(s string) (slog.Level, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(s)); err != nil {
		return l, fmt.Errorf("the value is one of debug, info, warn, error, not %s", s)
	}
	return l, nil
}

// sources tell, by flag, where its value came from: "flag", "environment", a file's
// name, or "" for the default.
type sources map[string]string

// complete sets the flags that weren't given from the environment, and what isn't there
// from the config file: flag > environment > file > default.
func complete(f *pflag.FlagSet, getenv func(string) string) (sources, error) {
	from := sources{}
	f.Visit(func(flag *pflag.Flag) { from[flag.Name] = "flag" })
	var err error
	f.VisitAll(func(flag *pflag.Flag) {
		name := envName(flag.Name)
		text := getenv(name)
		if text == "" || from[flag.Name] != "" || flag.Name == "help" || err != nil {
			return
		}
		if setErr := setFlag(flag, splitList(flag, text)); setErr != nil {
			err = usagef("%s: %v", name, setErr)
		}
		from[flag.Name] = name
	})
	if err != nil {
		return nil, err
	}
	if file := f.Lookup("config").Value.String(); file != "" {
		err = readSettings(file, f, from)
	}
	return from, err
}

func envName(flag string) string {
	return "MERIDIAN_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// splitList takes a text apart at commas where the flag is a list.
func splitList(f *pflag.Flag, text string) []string {
	if _, isList := f.Value.(pflag.SliceValue); !isList {
		return []string{text}
	}
	parts := strings.Split(text, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

// setFlag gives a flag the value that it has in the environment or in a file.
func setFlag(f *pflag.Flag, values []string) error {
	list, isList := f.Value.(pflag.SliceValue)
	switch {
	case isList:
		return list.Replace(values)
	case len(values) != 1:
		return fmt.Errorf("takes one value, not a list")
	}
	return f.Value.Set(values[0])
}
