package main

// history and rollback: revisions.

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"meridian/api"
)

func newHistory(a *app) *cobra.Command {
	limit := 20
	cl := a.newClient()
	c := cl.command("history [REV]", "List revisions, or show what one changed", func(ctx context.Context, server *api.Client, args []string) error {
		if len(args) == 0 {
			return cl.listHistory(ctx, server, limit)
		}
		revision, err := parseRevision(args[0])
		if err != nil {
			return err
		}
		return cl.showRevision(ctx, server, revision)
	})
	cl.addFlags(c)
	c.Flags().Var(&positive{&limit}, "limit", "how many revisions to list, the newest first (`N`)")
	return c
}

func parseRevision(s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n == 0 {
		return 0, usagef("%q is no revision: write its number, as `meridian history` lists it", s)
	}
	return n, nil
}

func (cl *client) listHistory(ctx context.Context, server *api.Client, limit int) error {
	list, err := server.History(ctx, limit)
	if err != nil {
		return err
	}
	return cl.show(list, func() {
		var rows [][]string
		for _, r := range list {
			rows = append(rows, []string{strconv.FormatUint(r.Number, 10), r.Time.Local().Format(time.DateTime), r.Author, strconv.Itoa(r.Changes), r.Message})
		}
		cl.table("nothing was ever changed", "REVISION TIME AUTHOR CHANGES MESSAGE", rows)
	})
}

func (cl *client) showRevision(ctx context.Context, server *api.Client, revision uint64) error {
	r, err := server.Revision(ctx, revision, 0)
	if err != nil {
		return err
	}
	return cl.show(r, func() {
		cl.fields([][2]string{
			{"revision", strconv.FormatUint(r.Number, 10)},
			{"time", r.Time.Local().Format(time.DateTime)},
			{"author", r.Author},
			{"message", r.Message},
		})
		cl.diff(r.Diff, r.MoreLines)
	})
}

func newRollback(a *app) *cobra.Command {
	yes := false
	cl := a.newClient()
	c := cl.command("rollback REV", "Make the configuration what it was as of a revision", func(ctx context.Context, server *api.Client, args []string) error {
		revision, err := parseRevision(args[0])
		if err != nil {
			return err
		}
		return cl.rollback(ctx, server, revision, yes)
	})
	cl.addFlags(c)
	c.Long = "rollback commits a new revision with the configuration as of REV. Overrides stay as they are, and serials go\n" +
		"forward. What would change is shown first, and asked about; --yes answers."
	c.Flags().BoolVarP(&yes, "yes", "y", false, "don't ask; needed where there is no terminal to ask on")
	return cl.changes(c)
}

// rollback shows what would change, asks, and does it.
func (cl *client) rollback(ctx context.Context, server *api.Client, revision uint64, yes bool) error {
	if !yes && !cl.terms.DryRun && !cl.app.terminal {
		return usagef("there is no terminal to ask on: look with --dry-run, then say --yes")
	}
	terms := cl.terms
	terms.DryRun = true
	planned, err := server.Rollback(ctx, terms, revision)
	if err != nil {
		return err
	}
	if cl.terms.DryRun || !planned.Changed() {
		return cl.changed(planned, true)
	}
	if cl.format == "text" {
		cl.diff(planned.Diff, planned.MoreLines)
	}
	if !yes && !confirmed(cl.app.in, cl.app.err, fmt.Sprintf("roll back to revision %d?", revision)) {
		return errors.New("not rolled back")
	}
	done, err := server.Rollback(ctx, cl.terms, revision)
	if err != nil {
		return err
	}
	return cl.changed(done, false)
}

// confirmed asks a question; only y and yes are a yes.
func confirmed(in io.Reader, out io.Writer, question string) bool {
	fmt.Fprintf(out, "%s [y/N] ", question)
	line, _ := bufio.NewReader(in).ReadString('\n')
	answer := strings.ToLower(strings.TrimSpace(line))
	return answer == "y" || answer == "yes"
}
