package demo

// The demo in plain lines: what to try, and a line whenever something moves.

import (
	"context"
	"fmt"
	"time"
)

// lookEvery is how often the clients ask.
const lookEvery = 250 * time.Millisecond

// introduce prints what there is and what to try.
func (d *demo) introduce() {
	port := d.server.Port()
	fmt.Fprintf(d.Out, "meridian answers DNS on %s; four regions are up. Try in another terminal:\n\n", d.server)
	for _, c := range clients()[:3] {
		fmt.Fprintf(d.Out, "  dig @%s -p %d %s +subnet=%s    # a client in %s\n", d.server.Addr(), port, Name, c.prefix, c.place)
	}
	fmt.Fprintf(d.Out, "\n  meridian dig @%s -p %d %s +subnet=%s    # for those without dig\n", d.server.Addr(), port, Name, clients()[0].prefix)
	fmt.Fprintf(d.Out, "  meridian demo kill %s\n  meridian demo revive %s\n", Regions()[0].Name, Regions()[0].Name)
	fmt.Fprintf(d.Out, "  meridian explain %s --client %s %s\n\n", Name, clients()[0].prefix, d.AdminFlag)
	fmt.Fprintf(d.Out, "(In a clone, `go run ./cmd/meridian` stands for `meridian`.) Ctrl-C ends the demo.\n\n")
}

// plain prints a line for each client, and another whenever its answer moves or a
// region comes or goes.
func (d *demo) plain(ctx context.Context) error {
	before := map[string]string{}
	say := func(subject, words string) {
		if before[subject] != words {
			before[subject] = words
			fmt.Fprintf(d.Out, "%s  %-13s  %s\n", time.Now().Format(time.TimeOnly), subject, words)
		}
	}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		s := d.watcher().look(ctx)
		if ctx.Err() != nil {
			return nil
		}
		for _, r := range Regions() {
			say(r.Name, runningWord(s.running[r.Name]))
		}
		for i, c := range clients() {
			say(c.place, "→ "+s.answers[i].String())
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func runningWord(running bool) string {
	if running {
		return "is running"
	}
	return "is dead"
}
