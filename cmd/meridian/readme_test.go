package main

// The README's transcript is what the commands print: this test types them, and with
// -update writes what it saw.

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

const readme = "../../README.md"

// varies is what differs from one run to the next, and what stands for it.
var varies = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`id: \d+`), "id: 4711"},
	{regexp.MustCompile(`\d+(\.\d+)? (ms|msec)\b`), "0.2 $2"},
	{regexp.MustCompile(`WHEN: .*`), "WHEN: now"},
	{regexp.MustCompile(`connect: connection refused`), "connection refused"},
}

func settle(s string) string {
	for _, v := range varies {
		s = v.pattern.ReplaceAllString(s, v.instead)
	}
	return s
}

func TestReadmeTranscript(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "meridian")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	tmp, err := os.MkdirTemp("", "m") // short: a socket's path has little room
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(tmp)
	a := processApp()
	a.getenv = func(name string) string { return map[string]string{"TMPDIR": tmp}[name] }
	env := append(os.Environ(), "TMPDIR="+tmp, "MERIDIAN_SERVER=unix:"+filepath.Join(a.demoFolder(), "admin.sock"))

	demo := exec.Command(program, "demo")
	demo.Env = env
	var said lockedBuffer
	demo.Stdout, demo.Stderr = &said, &said
	if err := demo.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		demo.Process.Signal(os.Interrupt)
		demo.Wait()
	}()
	await(t, &said, "Ctrl-C ends the demo")

	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok1 := strings.Cut(string(text), "<!-- transcript -->\n```console\n")
	was, after, ok2 := strings.Cut(rest, "```\n<!-- /transcript -->")
	if !ok1 || !ok2 {
		t.Fatal("the README has no transcript between its marks")
	}
	var got strings.Builder
	for line := range strings.Lines(was) {
		command, isCommand := strings.CutPrefix(strings.TrimSpace(line), "$ meridian ")
		if !isCommand {
			continue
		}
		got.WriteString(line)
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		cmd := exec.CommandContext(ctx, program, strings.Fields(command)...)
		cmd.Env = env
		out, err := cmd.CombinedOutput()
		cancel()
		if err != nil {
			t.Fatalf("%s: %v\n%s", command, err, out)
		}
		got.WriteString(settle(string(out)))
		if strings.Contains(command, "demo kill") {
			await(t, &said, "London         → us-east")
		}
	}
	if *update {
		if err := os.WriteFile(readme, []byte(before+"<!-- transcript -->\n```console\n"+got.String()+"```\n<!-- /transcript -->"+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got.String() != was {
		t.Errorf("the commands print\n%s\nand the README has\n%s\n(go test ./cmd/meridian -run Readme -update renews it)", got.String(), was)
	}
}

// lockedBuffer is what a process said so far.
type lockedBuffer struct {
	mu  sync.Mutex // guards buf
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// await waits until a process has said something.
func await(t *testing.T, said *lockedBuffer, words string) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !strings.Contains(said.String(), words); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%q was not said; this was:\n%s", words, said.String())
		}
	}
}
