package main

// zone import: any number of zone files as one revision.

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"meridian/api"
	"meridian/zones"
)

func newZoneImport(cl *client) *cobra.Command {
	var files zoneFiles
	serials := ""
	c := cl.command("import FILE|DIR…", "Replace zones' static records from master files, all in one revision",
		func(ctx context.Context, server *api.Client, args []string) error {
			contents, found, err := files.read(ctx, cl.app, args)
			if err != nil {
				return err
			}
			if found.Err() != nil {
				return withCode(exitUsage, found)
			}
			for _, p := range found {
				fmt.Fprintln(cl.app.err, p)
			}
			o, err := server.ImportContents(ctx, cl.terms, toImport(contents, files.options(), zones.SerialMode(serials)))
			if err != nil {
				return err
			}
			return cl.imported(o, len(contents))
		})
	c.Long = "import reads zone files (of a folder, those that end in .zone) where it runs, checks all of them, and replaces the\n" +
		"zones' static records in one revision. Steered records stay. One error anywhere refuses everything."
	files.addFlags(c)
	c.Flags().Var(&oneOf{&serials, []string{string(zones.DateCounter), string(zones.Increment)}}, "serials", "how the zones' serials advance: `date-counter|increment` (default: as they do now)")
	return cl.changes(c)
}

func toImport(contents []*zones.Contents, opts zones.ReadOptions, mode zones.SerialMode) []api.ContentsToImport {
	all := make([]api.ContentsToImport, len(contents))
	for i, c := range contents {
		all[i] = api.ContentsToImport{Contents: c, Serials: mode, SkipOutOfZone: opts.SkipOutOfZone}
	}
	return all
}

// imported shows the outcome, with the zones counted where that says more.
func (cl *client) imported(o api.Outcome, n int) error {
	if cl.format == "text" && n > 1 {
		fmt.Fprintf(cl.w, "%d zones read\n", n)
	}
	return cl.changed(o, false)
}
