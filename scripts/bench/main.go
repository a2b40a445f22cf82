// Command bench remakes docs/performance.md: it measures meridian beside other name
// servers and beside a program that only sends packets back, on this machine.
//
//	go run ./scripts/bench -data DIR
//	go run ./scripts/bench -data DIR -only tcp
//	go run ./scripts/bench -data DIR -short -page /tmp/trial.md
//
// DIR has country.mmdb, a database of country codes. All servers are started first; then
// each is measured in turn, and all of them again in each round, so that what happens to
// the machine meanwhile happens to all. What was measured is kept in
// scripts/bench/results.json, from which the page is made.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"meridian/scripts/bench/countries"
	"meridian/scripts/bench/peers"
	"meridian/scripts/bench/process"
	"meridian/scripts/bench/results"
)

type settings struct {
	data, only, page, kept string
	rounds                 int
	duration               time.Duration
	short, install, renew  bool
}

func main() {
	var s settings
	flag.StringVar(&s.data, "data", "", "`DIR` of country.mmdb (ip-location-db's layout)")
	flag.StringVar(&s.only, "only", "", "measure these `SECTIONS` alone, comma-separated; \"none\" only makes the page again")
	flag.StringVar(&s.page, "page", "docs/performance.md", "`FILE` to remake")
	flag.StringVar(&s.kept, "results", "scripts/bench/results.json", "`FILE` of what was measured")
	flag.IntVar(&s.rounds, "rounds", 6, "how often everything is measured; 6 are the fewest whose least and most hold the median 95 times in 100")
	flag.DurationVar(&s.duration, "duration", 2*time.Second, "how long each measurement is")
	flag.BoolVar(&s.short, "short", false, "one round of 1 s: a trial, whose page and results go to a temporary folder unless they are named")
	flag.BoolVar(&s.install, "install", false, "install the Debian packages that are missing (as root), none as a service")
	flag.BoolVar(&s.renew, "renew-baseline", false, "keep what go's benchmarks say as scripts/bench/baseline.txt")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := remake(ctx, s); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// remake measures, keeps what was measured, and makes the page.
func remake(ctx context.Context, s settings) error {
	if s.short {
		if err := s.trial(); err != nil {
			return err
		}
	}
	kept, err := results.Load(s.kept)
	if err != nil {
		return err
	}
	if s.only != "none" {
		if err := measureInto(ctx, s, kept); err != nil {
			return err
		}
	}
	page, err := os.ReadFile(s.page)
	if err != nil {
		return fmt.Errorf("reading the page: %w", err)
	}
	if page, err = render(page, kept); err != nil {
		return err
	}
	return os.WriteFile(s.page, page, 0o644)
}

// trial makes a short run that doesn't touch what is kept.
func (s *settings) trial() error {
	s.rounds, s.duration = 1, time.Second
	dir := filepath.Join(os.TempDir(), "meridian-bench-trial")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if s.page == flag.Lookup("page").DefValue {
		page, err := os.ReadFile(s.page)
		if err != nil {
			return fmt.Errorf("reading the page: %w", err)
		}
		s.page = filepath.Join(dir, "performance.md")
		if err := os.WriteFile(s.page, page, 0o644); err != nil {
			return err
		}
	}
	if s.kept == flag.Lookup("results").DefValue {
		s.kept = filepath.Join(dir, "results.json")
	}
	fmt.Fprintln(os.Stderr, "a trial, into", s.page)
	return nil
}

// measureInto measures the sections that are asked for, and saves each when it is done.
func measureInto(ctx context.Context, s settings, kept results.All) error {
	asked, err := choose(s.only)
	if err != nil {
		return err
	}
	if err := packages(s.install); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "meridian-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b, err := prepare(ctx, s, dir)
	if err != nil {
		return err
	}
	for _, section := range asked {
		began := time.Now()
		measured, err := b.section(section)
		if err != nil {
			return fmt.Errorf("measuring %s: %w", section.name, err)
		}
		fmt.Fprintf(os.Stderr, "%s: %s\n", section.name, time.Since(began).Round(time.Second))
		kept[section.name] = measured
		if err := kept.Save(s.kept); err != nil {
			return err
		}
	}
	return nil
}

// packages sees that the peers are there.
func packages(install bool) error {
	missing := peers.Missing(peers.Peers())
	if len(missing) == 0 {
		return nil
	}
	if !install {
		return fmt.Errorf("these Debian packages are missing: %s (-install installs them, or: apt-get install %[1]s)", strings.Join(missing, " "))
	}
	// Debian's services would start at once, unless this says that none may.
	const policy = "/usr/sbin/policy-rc.d"
	if _, err := os.Stat(policy); errors.Is(err, os.ErrNotExist) {
		if err := os.WriteFile(policy, []byte("#!/bin/sh\nexit 101\n"), 0o755); err != nil {
			return err
		}
		defer os.Remove(policy)
	}
	for _, args := range [][]string{{"update", "-qq"}, append([]string{"install", "-y", "-qq"}, missing...)} {
		cmd := exec.Command("apt-get", args...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%s: %w", cmd, err)
		}
	}
	return nil
}

// prepare builds what is measured, and what the servers need, in a folder.
func prepare(ctx context.Context, s settings, dir string) (b *bench, err error) {
	if s.data == "" {
		return nil, errors.New("name the folder of country.mmdb: -data DIR")
	}
	b = &bench{ctx: ctx, settings: s, dir: dir, meridian: filepath.Join(dir, "meridian"), floor: filepath.Join(dir, "floor"), machine: machine(s)}
	for _, command := range [][]string{
		{"go", "build", "-o", b.meridian, "./cmd/meridian"},
		{"cc", "-O2", "-o", b.floor, "scripts/bench/floor/floor.c"},
	} {
		if out, err := exec.CommandContext(ctx, command[0], command[1:]...).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", strings.Join(command, " "), err, out)
		}
	}
	from := filepath.Join(s.data, "country.mmdb")
	b.geo = &peers.Geo{Database: filepath.Join(dir, "countries.mmdb"), Regions: peers.Regions()}
	if err := countries.Convert(from, b.geo.Database); err != nil {
		return nil, err
	}
	const different = 1 << 16
	if b.clients, err = countries.Clients(from, different, 1); err != nil {
		return nil, err
	}
	if b.check, err = listenForChecks(b.geo.Regions); err != nil {
		return nil, err
	}
	// All that is ours from here on, the generator above all.
	return b, process.PinSelf(generatorCPU)
}

// choose are the sections of a comma-separated list, all for none.
func choose(only string) (chosen []section, err error) {
	if only == "" {
		return sections, nil
	}
	for name := range strings.SplitSeq(only, ",") {
		i := slices.IndexFunc(sections, func(s section) bool { return s.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no section %q", name)
		}
		chosen = append(chosen, sections[i])
	}
	return chosen, nil
}
