// Command change changes numbered names of a running meridian, each by a revision of its
// own, and says in JSON how long that took. Each name's new address is that of its number
// in a round of changes (world.Address).
//
//	go run ./scripts/bench/scale/change -server unix:/run/admin.sock -count 100000 -together 256
//	go run ./scripts/bench/scale/change -server unix:/run/admin.sock -rate 1000 -for 10s
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"meridian/api"
	"meridian/scripts/bench/scale/world"
)

// settings are what is changed, and how fast.
type settings struct {
	server   string
	names    int
	round    int
	count    int
	rate     float64
	together int
	length   time.Duration
}

func main() {
	var s settings
	flag.StringVar(&s.server, "server", "", "the server's admin `ADDRESS`")
	flag.IntVar(&s.names, "names", world.Million, "`N` names there are, of which some are chosen at random")
	flag.IntVar(&s.round, "round", 1, "`N` of the round that addresses are of")
	flag.IntVar(&s.count, "count", 0, "stop after `N` changes")
	flag.DurationVar(&s.length, "for", 0, "stop after a `DURATION`")
	flag.Float64Var(&s.rate, "rate", 0, "`N` changes a second; as many as are taken if 0")
	flag.IntVar(&s.together, "together", 64, "`N` changes are under way at once, at most")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	report, err := s.run(ctx)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(report)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "change:", err)
		os.Exit(1)
	}
}

// run changes until the count or the time is spent, or ctx ends.
func (s *settings) run(ctx context.Context) (world.Report, error) {
	if s.length > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.length)
		defer cancel()
	}
	client, err := api.NewClient(s.server, "")
	if err != nil {
		return world.Report{}, err
	}
	defer client.Close()
	var group sync.WaitGroup
	var turn atomic.Int64
	var failure atomic.Pointer[error]
	took := make([][]time.Duration, s.together)
	began := time.Now()
	for i := range s.together {
		group.Go(func() {
			for {
				n := int(turn.Add(1)) - 1
				if s.count > 0 && n >= s.count || !s.due(ctx, began, n) || failure.Load() != nil {
					return
				}
				sent := time.Now()
				if err := s.change(ctx, client); err != nil {
					if ctx.Err() == nil {
						failure.CompareAndSwap(nil, &err)
					}
					return
				}
				took[i] = append(took[i], time.Since(sent))
			}
		})
	}
	group.Wait()
	if err := failure.Load(); err != nil {
		return world.Report{}, *err
	}
	return world.ReportOf(slices.Concat(took...), time.Since(began)), nil
}

// due waits until the n-th change is due, and says whether there still is time for it.
func (s *settings) due(ctx context.Context, began time.Time, n int) bool {
	if s.rate == 0 {
		return ctx.Err() == nil
	}
	wait := time.Until(began.Add(time.Duration(float64(n) / s.rate * float64(time.Second))))
	if wait <= 0 {
		return ctx.Err() == nil
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(wait):
		return true
	}
}

// change gives a name its address of the round or, as often, that of another, so that
// nearly every change changes something.
func (s *settings) change(ctx context.Context, client *api.Client) error {
	i := rand.IntN(s.names)
	data := api.RRsetData{TTL: world.TTL, Data: []string{world.Address(i, s.round+rand.IntN(50)).String()}}
	_, err := client.SetRecords(ctx, api.Terms{Author: "bench"}, world.BigZone, world.Label(i), "A", data)
	return err
}
