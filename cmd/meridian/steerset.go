package main

// steer set: a steered record from flags or from YAML.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"meridian/api"
	"meridian/config"
	"meridian/manifest"
)

func newSteerSet(cl *client) *cobra.Command {
	var f steerFlags
	c := cl.command("set ZONE NAME", "Make or change a steered record", func(ctx context.Context, server *api.Client, args []string) error {
		record, err := f.record(cl.app, args[0], args[1])
		if err != nil {
			return err
		}
		o, err := server.PutSteered(ctx, cl.terms, args[0], args[1], record)
		if err != nil {
			return err
		}
		return cl.changed(o, false)
	})
	c.Long = "set makes the record as the flags say, or as a YAML file with one record's settings does; what is not said has\n" +
		"its default.\n\n" +
		"  meridian steer set example.com www --check web \\\n" +
		"      --endpoint eu-west=192.0.2.1,2001:db8::1 --endpoint us-east=198.51.100.1\n\n" +
		"An endpoint offers addresses or a DNS name, and is in the region of its own name unless --region says otherwise."
	f.add(c)
	return cl.changes(c)
}

// steerFlags are the flags that describe one record.
type steerFlags struct {
	file         string
	settings     config.Steered
	endpoints    []endpointFlag
	regions      map[string]string
	weights      map[string]string
	tiers        map[string]int
	checks       map[string]string
	minAddresses map[string]int
	allDown      string

	given func() []string // the flags that were used
}

func (f *steerFlags) add(c *cobra.Command) {
	s, fl := &f.settings, c.Flags()
	fl.StringVarP(&f.file, "file", "f", "", "`FILE` with the record's settings in YAML, - for the standard input; instead of the flags below")
	fl.Var(&listValue[endpointFlag]{to: &f.endpoints, kind: "NAME=ADDRESS,…", parse: parseEndpoint}, "endpoint", "an endpoint: `NAME=ADDRESS,…` or NAME=DNS-NAME (repeatable)")
	fl.StringVar(&s.Policy, "policy", "", "`POLICY`: nearest (default) or failover")
	fl.StringVar(&s.Topology, "topology", "", "`TOPOLOGY` (default: distance alone)")
	durationFlag(c, &s.TTL, "ttl", "`DURATION` that answers may be cached (default 20s)")
	fl.StringVar(&s.Check, "check", "", "`CHECK` of all endpoints that name none (default: always up)")
	fl.IntVar(&s.MinUp, "min-up", 0, "with fewer than `N` endpoints up, health has no say (default 1)")
	fl.StringVar(&f.allDown, "when-all-down", "", "`WORD`: as-if-up (default), last-good, or fallback addresses: ADDRESS[@REGION],…")
	fl.StringToStringVar(&f.regions, "region", nil, "`ENDPOINT=REGION` (repeatable)")
	fl.StringToStringVar(&f.weights, "weight", nil, "`ENDPOINT=WEIGHT` within its region (default 1; repeatable)")
	fl.StringToIntVar(&f.tiers, "tier", nil, "`ENDPOINT=TIER` for failover (default 1; repeatable)")
	fl.StringToStringVar(&f.checks, "endpoint-check", nil, "`ENDPOINT=CHECK` (default: the record's; repeatable)")
	fl.StringToIntVar(&f.minAddresses, "min-addresses", nil, "`ENDPOINT=N` addresses that must be up (default 1; repeatable)")
	for _, name := range []string{"region", "weight", "tier", "endpoint-check", "min-addresses"} {
		fl.Lookup(name).DefValue = ""
	}
	f.given = func() []string {
		var names []string
		for _, name := range []string{"endpoint", "policy", "topology", "ttl", "check", "min-up", "when-all-down", "region", "weight", "tier", "endpoint-check", "min-addresses"} {
			if fl.Changed(name) {
				names = append(names, "--"+name)
			}
		}
		return names
	}
}

// record is the record that the flags, or the file, describe.
func (f *steerFlags) record(a *app, zone, owner string) (config.Steered, error) {
	given := f.given()
	switch {
	case f.file != "" && len(given) > 0:
		return config.Steered{}, usagef("%s and -f can't go together: write it in the file", given[0])
	case f.file != "":
		return readRecord(a, f.file, zone, owner)
	case len(f.endpoints) == 0:
		return config.Steered{}, usagef("a steered record needs endpoints: write --endpoint REGION=ADDRESS, or -f FILE")
	}
	s := f.settings
	s.Endpoints = map[string]config.Endpoint{}
	for _, e := range f.endpoints {
		if _, twice := s.Endpoints[e.name]; twice {
			return s, usagef("--endpoint %s is there twice: join its addresses with commas, or name one of the two otherwise", e.name)
		}
		s.Endpoints[e.name] = config.Endpoint{Addresses: e.addresses, Name: e.dnsName}
	}
	var err error
	if s.WhenAllDown, err = parseAllDown(f.allDown); err != nil {
		return s, err
	}
	return s, f.adorn(s.Endpoints)
}

// adorn adds to the endpoints what the flags by endpoint say.
func (f *steerFlags) adorn(endpoints map[string]config.Endpoint) error {
	return errors.Join(
		forEndpoints("region", f.regions, endpoints, func(e *config.Endpoint, v string) error { e.Region = v; return nil }),
		forEndpoints("endpoint-check", f.checks, endpoints, func(e *config.Endpoint, v string) error { e.Check = v; return nil }),
		forEndpoints("tier", f.tiers, endpoints, func(e *config.Endpoint, v int) error { e.Tier = v; return nil }),
		forEndpoints("min-addresses", f.minAddresses, endpoints, func(e *config.Endpoint, v int) error { e.MinAddresses = v; return nil }),
		forEndpoints("weight", f.weights, endpoints, func(e *config.Endpoint, v string) error {
			w, err := strconv.ParseFloat(v, 64)
			if err != nil {
				return usagef("--weight: %q is no number", v)
			}
			e.Weight = &w
			return nil
		}),
	)
}

func forEndpoints[V any](flag string, values map[string]V, endpoints map[string]config.Endpoint, set func(*config.Endpoint, V) error) error {
	for _, name := range sortedKeys(values) {
		e, ok := endpoints[name]
		if !ok {
			return usagef("--%s: there is no --endpoint %s", flag, name)
		}
		if err := set(&e, values[name]); err != nil {
			return err
		}
		endpoints[name] = e
	}
	return nil
}

// endpointFlag is the value of --endpoint.
type endpointFlag struct {
	name, dnsName string
	addresses     []netip.Addr
}

func (e endpointFlag) String() string { return e.name }

func parseEndpoint(s string) (endpointFlag, error) {
	name, values, ok := strings.Cut(s, "=")
	if !ok || name == "" || values == "" {
		return endpointFlag{}, fmt.Errorf("%q is no endpoint: write NAME=ADDRESS,… as in eu-west=192.0.2.1,2001:db8::1", s)
	}
	e := endpointFlag{name: name}
	parts := strings.Split(values, ",")
	for _, part := range parts {
		a, err := netip.ParseAddr(strings.TrimSpace(part))
		switch {
		case err == nil:
			e.addresses = append(e.addresses, a)
		case len(parts) == 1 && strings.Contains(part, ".") && !strings.Contains(part, ":") && strings.Trim(part, "0123456789.") != "":
			e.dnsName = part
		default:
			return e, fmt.Errorf("%q is no IP address (a DNS name stands alone, as in eu-west=a.cdn.example.net.)", part)
		}
	}
	return e, nil
}

// parseAllDown reads a mode, or fallback addresses with their regions.
func parseAllDown(s string) (config.WhenAllDown, error) {
	if s == "" || s == config.AsIfUp || s == config.LastGood {
		return config.WhenAllDown{Mode: s}, nil
	}
	var w config.WhenAllDown
	for _, part := range strings.Split(s, ",") {
		text, region, _ := strings.Cut(part, "@")
		a, err := netip.ParseAddr(text)
		if err != nil {
			return w, usagef("--when-all-down: %q is neither %s, %s nor a fallback ADDRESS[@REGION]", part, config.AsIfUp, config.LastGood)
		}
		w.Fallback = append(w.Fallback, config.Fallback{Address: a, Region: region})
	}
	return w, nil
}

// readRecord reads one record's settings: a manifest's, with all above them left out.
func readRecord(a *app, file, zone, owner string) (config.Steered, error) {
	data, err := readInput(a, file)
	if err != nil {
		return config.Steered{}, err
	}
	const above, left = 4, 8 // lines and columns that wrapping adds
	head := fmt.Sprintf("zones:\n  %s:\n    steered:\n      %s:\n", strconv.Quote(zone), strconv.Quote(owner))
	lines := strings.Split(strings.TrimPrefix(string(data), "---\n"), "\n")
	whole := head + strings.Repeat(" ", left) + strings.Join(lines, "\n"+strings.Repeat(" ", left)) + "\n"
	m, problems := manifest.Parse(file, []byte(whole))
	for i := range problems {
		p := &problems[i]
		p.Line, p.Column = max(p.Line-above, 1), max(p.Column-left, 1)
		p.Path = p.Path[min(above, len(p.Path)):]
	}
	if err := problems.Err(); err != nil {
		return config.Steered{}, withCode(exitUsage, err)
	}
	return m.Zones[zone].Steered[owner], nil
}

// readInput reads a file, or the standard input for "-".
func readInput(a *app, file string) ([]byte, error) {
	if file == "-" {
		data, err := io.ReadAll(a.in)
		if err != nil {
			return nil, fmt.Errorf("reading the standard input: %w", err)
		}
		return data, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, usagef("reading the record: %w", err)
	}
	return bytes.TrimSuffix(data, []byte("\n")), nil
}
