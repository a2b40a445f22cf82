package main

// drain, undrain, force-up, force-down, unforce: an operator's word on a region or an
// endpoint.

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"meridian/api"
	"meridian/config"
)

// newOverrides is a command for each verb.
func newOverrides(a *app) []*cobra.Command {
	var commands []*cobra.Command
	for _, v := range []struct{ verb, short string }{
		{api.VerbDrain, "Send a region's or endpoint's clients elsewhere"},
		{api.VerbUndrain, "Let clients come back to a region or endpoint"},
		{api.VerbForceUp, "Take a region or endpoint for up, whatever its checks say"},
		{api.VerbForceDown, "Take a region or endpoint for down, whatever its checks say"},
		{api.VerbUnforce, "Let a region's or endpoint's checks speak again"},
	} {
		commands = append(commands, newOverride(a, v.verb, v.short))
	}
	return commands
}

func newOverride(a *app, verb, short string) *cobra.Command {
	c := &cobra.Command{Use: verb, Short: short}
	cl := a.newClient()
	cl.addFlags(c)
	word := &overrideFlags{verb: verb}
	region := cl.command("region REGION", "A whole region", func(ctx context.Context, server *api.Client, args []string) error {
		return cl.override(ctx, server, word, api.Use{Region: args[0]})
	})
	endpoint := cl.command("endpoint ZONE NAME ENDPOINT", "One endpoint of a steered record", func(ctx context.Context, server *api.Client, args []string) error {
		return cl.override(ctx, server, word, api.Use{Zone: args[0], Owner: args[1], Endpoint: args[2]})
	})
	word.add(region)
	word.add(endpoint)
	c.AddCommand(region, endpoint)
	return c
}

// overrideFlags are the flags of a verb.
type overrideFlags struct {
	verb   string
	share  float64
	reason string
	lasts  config.Duration
	dryRun bool
}

func (f *overrideFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.reason, "reason", "", "`TEXT` that says why, for colleagues and the history")
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "only show what would change")
	if f.verb == api.VerbUndrain || f.verb == api.VerbUnforce {
		return
	}
	durationFlag(c, &f.lasts, "for", "`DURATION` after which the word ends by itself (default: never)")
	if f.verb == api.VerbDrain {
		c.Flags().Float64Var(&f.share, "share", 1, "`SHARE` of the clients, above 0 to 1")
	}
}

func (cl *client) override(ctx context.Context, server *api.Client, f *overrideFlags, what api.Use) error {
	request := api.OverrideRequest{Verb: f.verb, Use: what, Reason: f.reason}
	if f.verb == api.VerbDrain {
		if !(f.share > 0 && f.share <= 1) {
			return usagef("--share: %g is no share: write a number above 0, up to 1 (everyone)", f.share)
		}
		request.Share = &f.share
	}
	switch {
	case f.lasts < 0:
		return usagef("--for: %v is not ahead: write how long the word is to last, as in 30m", f.lasts)
	case f.lasts > 0:
		request.Expires = cl.app.now().Add(time.Duration(f.lasts))
	}
	cl.terms.DryRun = f.dryRun
	cl.terms.Message = f.verb + " " + useWords(what)
	if f.reason != "" {
		cl.terms.Message += ": " + f.reason
	}
	o, err := server.Override(ctx, cl.terms, request)
	if err != nil {
		return err
	}
	return cl.changed(o, false)
}

// overrideWords is an override in words, "" for none.
func overrideWords(o *config.Override) string {
	if o == nil || o.None() {
		return ""
	}
	var words []string
	switch {
	case o.Drain == 1:
		words = append(words, "drained")
	case o.Drain > 0:
		words = append(words, fmt.Sprintf("drained %g%%", o.Drain*100))
	}
	if o.Force != "" {
		words = append(words, "force-"+o.Force)
	}
	text := strings.Join(words, ", ")
	if o.Author != "" {
		text += " by " + o.Author
	}
	if !o.Expires.IsZero() {
		text += " until " + o.Expires.Local().Format(time.DateTime)
	}
	if o.Reason != "" {
		text += ": " + o.Reason
	}
	return text
}
