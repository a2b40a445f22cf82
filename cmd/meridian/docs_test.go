package main

// docs/cli.md is the command tree, written out.

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

var update = flag.Bool("update", false, "write docs/cli.md anew")

// docApp is a world that is the same everywhere.
func docApp() *app {
	return &app{
		in: strings.NewReader(""), out: io.Discard, err: io.Discard,
		getenv: func(string) string { return "" }, root: true, now: time.Now,
	}
}

func TestDocsAreTheCommandTree(t *testing.T) {
	const file = "../../docs/cli.md"
	var want bytes.Buffer
	writeDocs(&want, newRoot(docApp()))
	if *update {
		if err := os.WriteFile(file, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.String(), string(got)); diff != "" {
		t.Errorf("%s isn't the command tree; write it anew with `go test ./cmd/meridian -run TestDocs -update`\n%s", file, diff)
	}
}

func writeDocs(w io.Writer, root *cobra.Command) {
	fmt.Fprint(w, "# The command line\n\nThis page is made from the commands by `go test ./cmd/meridian -run TestDocs -update`; `--help` says the same.\n\n")
	fmt.Fprintf(w, "%s\n\n", root.Long)
	fmt.Fprint(w, "After ZONE, a NAME is relative to the zone unless it ends in a dot, and `@` is the zone's apex; in `explain` and `dig`\nit is a full name.\n")
	for _, c := range root.Commands() {
		writeCommand(w, c, 2)
	}
}

func writeCommand(w io.Writer, c *cobra.Command, level int) {
	if !c.IsAvailableCommand() || c.Name() == "completion" {
		return
	}
	long := c.Long
	if long == "" {
		long = c.Short + "."
	}
	fmt.Fprintf(w, "\n%s %s\n", strings.Repeat("#", level), c.CommandPath())
	if !c.HasSubCommands() {
		fmt.Fprintf(w, "\n    %s\n", usageLine(c))
	}
	fmt.Fprintf(w, "\n%s\n", strings.ReplaceAll(long, "\n  ", "\n    ")) // examples are code
	if flags := c.NonInheritedFlags().FlagUsages(); flags != "" {
		fmt.Fprintf(w, "\n```\n%s```\n", flags)
	}
	for _, sub := range c.Commands() {
		writeCommand(w, sub, level+1)
	}
}
