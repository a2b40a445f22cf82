package main

// How commands show what they were told: tables for people, JSON for scripts.

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/spf13/cobra"
)

// output is the flag -o of one command.
type output struct {
	format string
	w      io.Writer
}

func (a *app) newOutput() *output { return &output{format: "text", w: a.out} }

// addFlag adds -o to a command and those below it.
func (o *output) addFlag(c *cobra.Command) {
	c.PersistentFlags().VarP(&oneOf{&o.format, []string{"text", "json"}}, "output", "o", "`text|json`: tables for people, or exactly what the API says")
}

// show writes v as JSON, or calls text.
func (o *output) show(v any, text func()) error {
	if o.format == "text" {
		text()
		return nil
	}
	enc := json.NewEncoder(o.w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// table writes rows under headings, in columns; it says so where there are no rows.
func (o *output) table(none string, headings string, rows [][]string) {
	if len(rows) == 0 {
		fmt.Fprintln(o.w, none)
		return
	}
	tw := tabwriter.NewWriter(o.w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, strings.Join(strings.Fields(headings), "\t"))
	for _, row := range rows {
		for i, cell := range row {
			if row[i] = printable(cell); cell == "" {
				row[i] = "-"
			}
		}
		fmt.Fprintln(tw, strings.Join(row, "\t"))
	}
	tw.Flush()
}

// printable is a text without what would move the cursor or colour a terminal: people's
// reasons and messages are shown to others.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '\uFFFD'
		}
		return r
	}, s)
}

// fields writes one thing's fields, a line each; empty ones are left out.
func (o *output) fields(fields [][2]string) {
	tw := tabwriter.NewWriter(o.w, 0, 0, 2, ' ', 0)
	for _, f := range fields {
		if f[1] != "" {
			fmt.Fprintf(tw, "%s\t%s\n", f[0], f[1])
		}
	}
	tw.Flush()
}
