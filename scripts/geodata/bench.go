package main

// Measuring the city database as a base table and class tables.

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"meridian/geoip"
)

// measure prints a table of sizes and times. Times are the best of five.
func measure(w io.Writer, city string) error {
	if city == "" {
		return errors.New("name the database: -city FILE -bench")
	}
	file := city
	if strings.HasSuffix(city, ".gz") {
		var err error
		if file, err = unpack(city); err != nil {
			return fmt.Errorf("unpacking %s: %w", city, err)
		}
		defer os.Remove(file)
	}
	runtime.GOMAXPROCS(1)
	fmt.Fprintf(w, "%s, one core, 8 regions, depth %d\n\n| what | figure |\n|---|---|\n", filepath.Base(city), depth)
	if err := measureBase(w, "base table", func() (*geoip.Base, error) { return geoip.OpenBase(file) }); err != nil {
		return err
	}
	return measureBase(w, "embedded", geoip.EmbeddedBase)
}

func measureBase(w io.Writer, what string, make func() (*geoip.Base, error)) error {
	var base *geoip.Base
	var table *geoip.Table
	var err error
	build := best(func() { base, err = make() })
	if err != nil {
		return err
	}
	i := base.Info()
	fmt.Fprintf(w, "| %s: build | %.0f ms |\n", what, build.Seconds()*1e3)
	fmt.Fprintf(w, "| %s: size | %.1f MB; %d locations, %d IPv4 and %d IPv6 runs |\n", what, mb(i.Bytes), i.Rows, i.RunsV4, i.RunsV6)
	var o *orders
	project := best(func() {
		o = newOrders()
		table, err = geoip.Project(base, nil, o.classify, func(m uint16, _ []uint16) uint16 { return m })
	})
	if err != nil {
		return err
	}
	v4, v6 := table.Leaves()
	fmt.Fprintf(w, "| %s: class table | %.2f MB; %d classes, %d IPv4 and %d IPv6 leaves |\n", what, mb(table.Bytes()), len(o.byClass), v4, v6)
	fmt.Fprintf(w, "| %s: projection | %.0f ms |\n", what, project.Seconds()*1e3)
	for _, n := range []int{1, 8, 16, 24, 32} {
		fmt.Fprintf(w, "| %s: lookup, IPv4 /%d | %.1f ns |\n", what, n, lookupTime(table, clients(base, false, n)))
	}
	for _, n := range []int{1, 32, 48, 56, 128} {
		fmt.Fprintf(w, "| %s: lookup, IPv6 /%d | %.1f ns |\n", what, n, lookupTime(table, clients(base, true, n)))
	}
	return nil
}

// clients are prefixes of n bits around random addresses of space with data, each run
// of it as likely.
func clients(base *geoip.Base, v6 bool, n int) []netip.Prefix {
	var known []netip.Addr
	for r := range base.Runs() {
		if r.Start.Is6() == v6 && r.Kind == geoip.KindData {
			known = append(known, r.Start)
		}
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	out := make([]netip.Prefix, 1<<16)
	for i := range out {
		out[i] = netip.PrefixFrom(known[rnd.IntN(len(known))], n).Masked()
	}
	return out
}

// lookupTime returns nanoseconds per lookup.
func lookupTime(t *geoip.Table, clients []netip.Prefix) float64 {
	const rounds = 8
	sum := 0
	took := best(func() {
		for range rounds {
			for _, c := range clients {
				class, scope := t.Lookup(c)
				sum += int(class) + int(scope)
			}
		}
	})
	runtime.KeepAlive(sum)
	return float64(took.Nanoseconds()) / float64(rounds*len(clients))
}

func best(f func()) time.Duration {
	least := time.Duration(1<<63 - 1)
	for range 5 {
		start := time.Now()
		f()
		least = min(least, time.Since(start))
	}
	return least
}

func mb(n int) float64 { return float64(n) / 1e6 }
