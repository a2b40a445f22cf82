package main

// Go's benchmarks of the answer path, against those that were kept.

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"meridian/scripts/bench/results"
)

const (
	baseline = "scripts/bench/baseline.txt"
	fence    = "```"
)

func (b *bench) goBenchmarks() (*results.Section, error) {
	args := []string{"test", "./view", "./dnsserver/answer", "-run", "^$", "-bench", ".", "-benchtime", "50ms", "-count", strconv.Itoa(b.rounds)}
	cmd := exec.CommandContext(b.ctx, "go", args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", cmd, err, out)
	}
	compare := []string{"run", "golang.org/x/perf/cmd/benchstat@latest", "-filter", ".unit:sec/op", "kept=" + baseline}
	now := filepath.Join(b.dir, "now.txt")
	if _, err := os.Stat(baseline); b.renew || errors.Is(err, os.ErrNotExist) {
		now = baseline
	} else {
		compare = append(compare, "now="+now)
	}
	if err := os.WriteFile(now, out, 0o644); err != nil {
		return nil, err
	}
	stat := exec.CommandContext(b.ctx, "go", compare...)
	stat.Stderr = os.Stderr
	table, err := stat.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", stat, err)
	}
	return &results.Section{Notes: []string{"`go " + strings.Join(args, " ") + "`", fence + "\n" + strings.TrimSpace(string(table)) + "\n" + fence}}, nil
}

func goTable(s *results.Section) string {
	return strings.Join(s.Notes, "\n\n") + "\n\n" + s.Machine
}
