package main

// The guide, run word by word. A fenced block behind <!-- file: HOST… PATH --> is written
// to those hosts; in blocks of console, a line "HOST$ COMMAND" is run there and the lines
// behind it are what it must print.

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
)

// patience bounds how long a question is asked again until it has the answer wanted:
// probes and caches take their time.
const patience = 30 * time.Second

// step is a file to write (command is "") or a command to run.
type step struct {
	line    int
	hosts   []string
	path    string
	command string
	text    string // the file's, or what the command must print
	lines   int    // how many lines the command has
}

var (
	fileMark = regexp.MustCompile(`^<!-- file: (.+) (\S+) -->$`)
	prompt   = regexp.MustCompile(`^([a-z][a-z0-9-]*)\$ (.*)$`)
	heredoc  = regexp.MustCompile(`<<'?([A-Z]+)'?`)
	asks     = regexp.MustCompile(`^(dig|meridian (delegation|status|explain)) `)
)

// readGuide takes the steps out of a guide.
func readGuide(file string) ([]step, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var steps []step
	fence, isFile, until := "", false, ""
	for i, line := range strings.Split(string(data), "\n") {
		last := len(steps) - 1
		switch {
		case fence == "" && fileMark.MatchString(line):
			m := fileMark.FindStringSubmatch(line)
			steps, isFile = append(steps, step{line: i + 1, hosts: strings.Fields(m[1]), path: m[2]}), true
		case fence == "" && strings.HasPrefix(line, "```"):
			fence = line
		case line == "```":
			fence, isFile, until = "", false, ""
		case fence == "":
		case isFile:
			steps[last].text += line + "\n"
		case fence != "```console":
		case until != "":
			steps[last].command += "\n" + line
			steps[last].lines++
			if line == until {
				until = ""
			}
		case prompt.MatchString(line):
			m := prompt.FindStringSubmatch(line)
			steps = append(steps, step{line: i + 1, hosts: []string{m[1]}, command: m[2], lines: 1})
			if end := heredoc.FindStringSubmatch(m[2]); end != nil {
				until = end[1]
			}
		case last >= 0:
			steps[last].text += line + "\n"
		}
	}
	return steps, nil
}

// runGuide runs all steps. Each question is asked again until it has the answer wanted.
// With update, the guide gets what was printed instead.
func (w *world) runGuide(file string, update bool) error {
	steps, err := readGuide(file)
	if err != nil {
		return err
	}
	for i, s := range steps {
		if s.command == "" {
			for _, name := range s.hosts {
				h := w.hosts[name]
				if h == nil {
					return fmt.Errorf("%s:%d: there is no host %s", file, s.line, name)
				}
				if err := h.write(s.path, s.text); err != nil {
					return fmt.Errorf("%s:%d: %w", file, s.line, err)
				}
			}
			continue
		}
		fmt.Printf("   %s$ %s\n", s.hosts[0], strings.ReplaceAll(s.command, "\n", "\n   > "))
		said, err := w.runStep(s)
		var differs *differsError
		if update && errors.As(err, &differs) {
			steps[i].text, err = said, nil
		}
		if err != nil {
			return fmt.Errorf("%s:%d: %w", file, s.line, err)
		}
	}
	if update {
		return rewrite(file, steps)
	}
	return nil
}

// rewrite puts what commands printed into the guide.
func rewrite(file string, steps []step) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	lines := strings.Split(string(data), "\n")
	for i := len(steps) - 1; i >= 0; i-- {
		if s := steps[i]; s.command != "" {
			from := s.line - 1 + s.lines
			to := from
			for lines[to] != "```" && !prompt.MatchString(lines[to]) {
				to++
			}
			var text []string
			if t := strings.TrimRight(s.text, "\n"); t != "" {
				text = strings.Split(t, "\n")
			}
			lines = slices.Replace(lines, from, to, text...)
		}
	}
	return os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o644)
}

// differsError is returned when a command prints something else than the guide says.
type differsError struct{ command, said, want string }

func (e *differsError) Error() string {
	return fmt.Sprintf("%s\nprints\n%s\nand the guide has\n%s(-update renews it)", e.command, e.said, e.want)
}

func (w *world) runStep(s step) (said string, err error) {
	for deadline := time.Now().Add(patience); ; time.Sleep(300 * time.Millisecond) {
		said, _, err := w.run(s.hosts[0], s.command)
		if err != nil {
			return "", err
		}
		if settle(said) == settle(s.text) {
			return said, nil
		}
		if !asks.MatchString(s.command) || time.Now().After(deadline) {
			return said, &differsError{s.command, said, s.text}
		}
	}
}

// varies is what differs from one day to the next: serials that are dates.
var varies = regexp.MustCompile(`\b20\d{8}\b`)

func settle(s string) string {
	return strings.TrimRight(varies.ReplaceAllString(s, "SERIAL"), "\n")
}
