package main

// check: what is probed, and what the probes find. Checks are set by apply.

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"meridian/api"
	"meridian/config"
)

func newCheck(a *app) *cobra.Command {
	c := &cobra.Command{Use: "check", Short: "List and show checks (apply sets them)"}
	cl := a.newClient()
	cl.addFlags(c)
	c.AddCommand(
		cl.command("list", "List all checks", cl.listChecks),
		cl.command("show CHECK", "Show one check with all that it probes", cl.showCheck),
	)
	return c
}

func (cl *client) listChecks(ctx context.Context, server *api.Client, _ []string) error {
	list, err := server.Checks(ctx)
	if err != nil {
		return err
	}
	return cl.show(list, func() {
		var rows [][]string
		for _, c := range list {
			rows = append(rows, []string{c.Name, checkWords(c.Settings), c.Settings.WithDefaults().Interval.String(), strconv.Itoa(c.Up), strconv.Itoa(c.Down), strconv.Itoa(c.New)})
		}
		cl.table("there are no checks", "CHECK PROBES INTERVAL UP DOWN NEW", rows)
	})
}

// checkWords is what a check probes, in short.
func checkWords(c config.Check) string {
	c = c.WithDefaults()
	words := fmt.Sprintf("%s:%d", c.Kind, c.Port)
	if c.SendsHost() {
		words += c.Path
	}
	return words
}

func (cl *client) showCheck(ctx context.Context, server *api.Client, args []string) error {
	c, err := server.Check(ctx, args[0])
	if err != nil {
		return err
	}
	return cl.show(c, func() {
		s := c.Settings.WithDefaults()
		cl.fields([][2]string{
			{"check", c.Name},
			{"probes", checkWords(s)},
			{"interval", s.Interval.String()},
			{"timeout", s.Timeout.String()},
			{"rise, fall", fmt.Sprintf("%d, %d", s.Rise, s.Fall)},
			{"targets", fmt.Sprintf("%d up, %d down, %d new", c.Up, c.Down, c.New)},
		})
		var rows [][]string
		for _, t := range c.Targets {
			rows = append(rows, []string{t.Target, t.State, cl.app.ago(t.Since), usesWords(t.UsedBy), t.LastFound})
		}
		if len(rows) > 0 {
			cl.table("", "TARGET STATE SINCE FOR LAST", rows)
		}
	})
}

// usesWords names the first users of a target, and how many more there are.
func usesWords(uses []api.Use) string {
	var words []string
	for _, u := range uses[:min(2, len(uses))] {
		words = append(words, useWords(u))
	}
	if more := len(uses) - len(words); more > 0 {
		words = append(words, fmt.Sprintf("%d more", more))
	}
	return strings.Join(words, ", ")
}

// useWords is a region, or an endpoint with its record.
func useWords(u api.Use) string {
	if u.Endpoint == "" {
		return "region " + u.Region
	}
	return fmt.Sprintf("endpoint %s %s %s", u.Zone, u.Owner, u.Endpoint)
}
