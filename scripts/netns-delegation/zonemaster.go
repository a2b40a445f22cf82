package main

// Zonemaster's opinion of the delegated zone. zonemaster.txt lists the findings that are
// accepted, each with its reason; others fail the run, and so do listed ones that
// no longer occur.

import (
	_ "embed"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"
)

//go:embed zonemaster.txt
var accepted string

var tag = regexp.MustCompile(`^\s*(?:[\d.]+\s+)?(NOTICE|WARNING|ERROR|CRITICAL)\s+(?:\S+:)?([A-Z0-9_]+)\b(.*)$`)

func (w *world) zonemaster() error {
	if _, err := exec.LookPath("zonemaster-cli"); err != nil {
		return err
	}
	if err := w.hosts["london"].write("hints", rootServers()); err != nil {
		return err
	}
	said, err := w.hosts["london"].must("zonemaster-cli app.example.com --hints hints --level NOTICE --raw --no-time --no-progress")
	if err != nil {
		return err
	}
	found := map[string]string{}
	for line := range strings.Lines(said) {
		if m := tag.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			found[m[2]] = strings.TrimSpace(line)
		}
	}
	var problems []error
	listed := acceptedTags()
	for t, line := range found {
		if !slices.Contains(listed, t) {
			problems = append(problems, fmt.Errorf("zonemaster finds %s, which zonemaster.txt doesn't accept:\n%s", t, line))
		}
	}
	for _, t := range listed {
		if found[t] == "" {
			problems = append(problems, fmt.Errorf("zonemaster no longer finds %s: take it out of zonemaster.txt", t))
		}
	}
	if len(problems) > 0 {
		problems = append(problems, errors.New(said))
	}
	return errors.Join(problems...)
}

// acceptedTags are the words at the beginnings of lines of zonemaster.txt.
func acceptedTags() []string {
	return regexp.MustCompile(`(?m)^[A-Z0-9]+_[A-Z0-9_]+`).FindAllString(accepted, -1)
}
