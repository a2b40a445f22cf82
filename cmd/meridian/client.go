package main

// What the commands that talk to a server share: how it is found, how changes are
// labelled, and which exit code an error of the API has.

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"meridian/api"
)

// client are the flags and the output of one command, or of a group of them.
type client struct {
	*output
	app       *app
	server    string
	tokenFile string
	terms     api.Terms
}

func (a *app) newClient() *client { return &client{app: a, output: a.newOutput()} }

// addFlags adds to a command, and to those below it, the flags that all of them have.
func (cl *client) addFlags(c *cobra.Command) {
	a := cl.app
	cl.output.addFlag(c)
	c.PersistentFlags().StringVar(&cl.server, "server", a.defaultServer(), "the server's admin `ADDRESS`: unix:PATH or ADDR:PORT (also MERIDIAN_SERVER)")
	c.PersistentFlags().StringVar(&cl.tokenFile, "token-file", a.getenv("MERIDIAN_TOKEN_FILE"), "`FILE` with the token of a server on a TCP address (also MERIDIAN_TOKEN_FILE)")
}

func (a *app) defaultServer() string {
	if s := a.getenv("MERIDIAN_SERVER"); s != "" {
		return s
	}
	return a.defaultAdmin()
}

// changes adds the flags of a command that changes something, which says so in the
// history.
func (cl *client) changes(c *cobra.Command) *cobra.Command {
	cl.changeFlags(c)
	do := c.RunE
	c.RunE = func(c *cobra.Command, args []string) error {
		if cl.terms.Message == "" {
			cl.terms.Message = commandLine(c, args)
		}
		return do(c, args)
	}
	return c
}

func (cl *client) changeFlags(c *cobra.Command) {
	c.Flags().StringVarP(&cl.terms.Message, "message", "m", "", "`TEXT` for the history (default: the command)")
	c.Flags().BoolVar(&cl.terms.DryRun, "dry-run", false, "only show what would change")
}

// commandLine is what the history says of a change that nobody gave a reason for.
func commandLine(c *cobra.Command, args []string) string {
	const most = 120
	words := append(strings.Fields(c.CommandPath())[1:], args...)
	line := []rune(strings.Join(words, " "))
	if len(line) > most {
		line = append(line[:most-1], '…')
	}
	return string(line)
}

// command is a command that talks to the server.
func (cl *client) command(use, short string, do func(ctx context.Context, server *api.Client, args []string) error) *cobra.Command {
	return &cobra.Command{
		Use:   use,
		Short: short,
		RunE: func(c *cobra.Command, args []string) error {
			server, err := cl.connect()
			if err != nil {
				return err
			}
			defer server.Close()
			return apiError(do(c.Context(), server, args))
		},
	}
}

func (cl *client) connect() (*api.Client, error) {
	token := ""
	if cl.tokenFile != "" {
		data, err := os.ReadFile(cl.tokenFile)
		if err != nil {
			return nil, usagef("reading the token: %w", err)
		}
		token = strings.TrimSpace(string(data))
	}
	server, err := api.NewClient(cl.server, token)
	if err != nil {
		return nil, usagef("--server: %w", err)
	}
	server.Author = cl.app.author
	return server, nil
}

// apiError gives an error of the API its exit code.
func apiError(err error) error {
	var coded *exitError
	switch {
	case err == nil || errors.As(err, &coded):
		return err
	case errors.Is(err, context.Canceled):
		return errors.New("interrupted")
	case errors.Is(err, api.ErrUnreachable):
		return withCode(exitUnreachable, err)
	case errors.Is(err, api.ErrNotFound):
		return withCode(exitNotFound, err)
	case errors.Is(err, api.ErrConflict):
		return withCode(exitConflict, err)
	case errors.Is(err, api.ErrBadRequest):
		return withCode(exitUsage, err)
	case errors.Is(err, api.ErrUnauthorized):
		return fmt.Errorf("%w (--token-file names the file with the server's token)", err)
	}
	return err
}

// changed shows what became of a change; withDiff also what it changed.
func (cl *client) changed(o api.Outcome, withDiff bool) error {
	return cl.show(o, func() {
		if withDiff || o.DryRun {
			cl.diff(o.Diff, o.MoreLines)
		}
		for _, w := range o.Warnings {
			fmt.Fprintln(cl.app.err, w)
		}
		for _, n := range o.Notes {
			fmt.Fprintln(cl.w, "note:", n)
		}
		fmt.Fprintln(cl.w, summary(o))
	})
}

// diff shows lines that begin with +, - or ~.
func (cl *client) diff(lines []string, more int) {
	for _, line := range lines {
		fmt.Fprintln(cl.w, line)
	}
	if more > 0 {
		fmt.Fprintf(cl.w, "… and %s more\n", counted(more, "line"))
	}
}

// summary is what became of a change in one line.
func summary(o api.Outcome) string {
	switch {
	case o.AlreadyApplied:
		return "applied before: nothing to do"
	case o.DryRun && o.Changed():
		return fmt.Sprintf("dry run: %s, and nothing was written", counted(o.Changes, "change"))
	case o.DryRun:
		return "dry run: nothing would change"
	case o.Revision == nil:
		return "nothing changed"
	}
	return fmt.Sprintf("revision %d: %s", o.Revision.Number, counted(o.Changes, "change"))
}

// ago is how long before now a time was, in the two largest units.
func (a *app) ago(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return short(a.now().Sub(t)) + " ago"
}

func short(d time.Duration) string {
	switch d = max(d, 0); {
	case d < time.Minute:
		return d.Truncate(time.Second).String()
	case d < time.Hour:
		return strings.TrimSuffix(d.Truncate(time.Second).String(), "0s")
	case d < 48*time.Hour:
		return strings.TrimSuffix(d.Truncate(time.Minute).String(), "0s")
	}
	return fmt.Sprintf("%dd", int(d.Hours()/24))
}
