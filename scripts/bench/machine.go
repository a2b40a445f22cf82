package main

// The machine: where figures are from, and when.

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"meridian/scripts/bench/peers"
)

// machine is a line about what everything runs on.
func machine(s settings) string {
	model := "unknown processor"
	if f, err := os.Open("/proc/cpuinfo"); err == nil {
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			if name, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	kernel, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	rounds := fmt.Sprintf("%d rounds of %s", s.rounds, s.duration)
	if s.rounds == 1 {
		rounds = "one trial of " + s.duration.String()
	}
	load, _ := os.ReadFile("/proc/loadavg")
	lately, _, _ := strings.Cut(string(load), " ")
	return fmt.Sprintf("%s: %s, %d cores (load before: %s), Linux %s, %s/%s, %s; meridian %s; %s.", time.Now().UTC().Format(time.DateOnly), model, runtime.NumCPU(), lately,
		strings.TrimSpace(string(kernel)), runtime.GOOS, runtime.GOARCH, runtime.Version(), revision(), rounds)
}

// revision is what is measured, with a mark where the program isn't what was committed.
func revision() string {
	out, err := exec.Command("git", "rev-parse", "--short", "HEAD").Output()
	if err != nil {
		return "of no revision"
	}
	changed := ""
	if exec.Command("git", "diff", "--quiet", "HEAD", "--", "*.go", "*.c", "go.mod").Run() != nil {
		changed = ", changed"
	}
	return strings.TrimSpace(string(out)) + changed
}

// versions are those of the peers.
func versions() string {
	var all []string
	for _, p := range peers.Peers() {
		all = append(all, p.Name+" "+p.Version())
	}
	return "Debian's " + strings.Join(all, ", ") + "."
}
