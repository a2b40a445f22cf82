// Command fill fills a store with world.BigZone, a part at a time, by the way that every
// change takes but without the API: for more names than one request may bring.
//
//	go run ./scripts/bench/scale/fill -data DIR -names 10000000
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"meridian/control"
	"meridian/dnsserver/answer"
	"meridian/geoip"
	"meridian/healthcheck"
	"meridian/scripts/bench/scale/world"
	"meridian/store"
	"meridian/wire"
	"meridian/zones"
)

func main() {
	data := flag.String("data", "", "`DIR` of the store")
	names := flag.Int("names", 10*world.Million, "`N` names")
	part := flag.Int("part", 200_000, "`N` names in a revision")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := fill(ctx, *data, *names, *part); err != nil {
		fmt.Fprintln(os.Stderr, "fill:", err)
		os.Exit(1)
	}
}

func fill(ctx context.Context, data string, names, part int) (err error) {
	st, err := store.Open(filepath.Join(data, "meridian.db"), store.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	log := slog.New(slog.DiscardHandler)
	c, err := control.New(ctx, control.Options{
		Store: st, Geo: geoip.Embedded(), Checker: healthcheck.New(healthcheck.Options{}), Shared: &answer.Shared{}, Logger: log, Now: time.Now,
	})
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- c.Run(running) }()
	defer func() { stop(); err = errors.Join(err, <-ended) }()
	if err := head(ctx, c); err != nil {
		return err
	}
	for from := 0; from < names; from += part {
		if err := add(ctx, c, from, min(from+part, names)); err != nil {
			return fmt.Errorf("adding names from %d on: %w", from, err)
		}
	}
	return nil
}

// head makes the zone with its apex.
func head(ctx context.Context, c *control.Control) error {
	name := wire.MustParseName(world.BigZone)
	text := fmt.Sprintf("$ORIGIN %s\n$TTL %d\n@ SOA ns1 host 1 3600 600 86400 300\n@ NS ns1\nns1 A 127.0.0.1\n", world.BigZone, world.TTL)
	contents, problems := zones.Parse("fill", []byte(text), name, nil, zones.ReadOptions{})
	if err := problems.Err(); err != nil {
		return err
	}
	change := control.Change{Author: "fill"}
	change.Zone(name).Contents = contents
	_, err := c.Commit(ctx, change)
	return err
}

// add adds names as one revision.
func add(ctx context.Context, c *control.Control, from, to int) error {
	name := wire.MustParseName(world.BigZone)
	change := control.Change{Author: "fill"}
	zone := change.Zone(name)
	for i := from; i < to; i++ {
		zone.RRsets = append(zone.RRsets, zones.RRset{Owner: wire.MustParseName(world.Name(i)), Type: wire.TypeA, TTL: world.TTL, RDATA: [][]byte{world.Address(i, 0).AsSlice()}})
	}
	_, err := c.Commit(ctx, change)
	return err
}
