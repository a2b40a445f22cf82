package main

// status: how the server stands, on one page.

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"meridian/api"
)

func newStatus(a *app) *cobra.Command {
	cl := a.newClient()
	settings := false
	c := cl.command("status", "Say how the server stands", func(ctx context.Context, server *api.Client, _ []string) error {
		s, err := server.Status(ctx)
		if err != nil {
			return err
		}
		return cl.show(s, func() { cl.status(s, settings) })
	})
	cl.addFlags(c)
	c.Flags().BoolVar(&settings, "settings", false, "also list the settings in force, and where each is from")
	return c
}

func (cl *client) status(s api.Status, settings bool) {
	cl.fields([][2]string{
		{"version", s.Version},
		{"up", s.Uptime + ", since " + s.Started.Local().Format(time.DateTime)},
		{"dns", strings.Join(s.Listen, ", ")},
		{"admin", s.Admin},
		{"metrics", s.Metrics},
		{"revision", strconv.FormatUint(s.Revision, 10)},
		{"zones", zonesWords(s)},
		{"regions", strconv.Itoa(s.Regions)},
		{"steered records", strconv.Itoa(s.Steered)},
		{"endpoints", statesWords(s.Endpoints)},
		{"targets", fmt.Sprintf("%s, of %s", statesWords(s.Targets), counted(s.Checks, "check"))},
		{"geo", geoWords(s.Geo)},
		{"class tables", fmt.Sprintf("%d, %s", s.Tables.Count, bytesWords(s.Tables.Bytes))},
	})
	for _, o := range s.Overrides {
		fmt.Fprintf(cl.w, "override: %s %s\n", useWords(o.Use), overrideWords(&o.Override))
	}
	for _, w := range s.Warnings {
		fmt.Fprintln(cl.w, "warning:", w)
	}
	if !settings {
		return
	}
	var rows [][]string
	for _, set := range s.Config {
		rows = append(rows, []string{set.Name, set.Value, set.Source})
	}
	cl.table("", "SETTING VALUE FROM", rows)
}

func zonesWords(s api.Status) string {
	if s.Unloaded == 0 {
		return strconv.Itoa(s.Zones)
	}
	return fmt.Sprintf("%d, %d of them not loaded", s.Zones, s.Unloaded)
}

func statesWords(s api.States) string {
	return fmt.Sprintf("%d up, %d down, %d new", s.Up, s.Down, s.New)
}

func geoWords(g api.Geo) string {
	if len(g.Databases) == 0 {
		return "not needed so far"
	}
	var words []string
	for _, d := range g.Databases {
		word := d.Name
		if d.Type != "" && d.Type != d.Name {
			word += " (" + d.Type + ")"
		}
		if d.Days > 0 {
			word += ", " + counted(d.Days, "day") + " old"
		}
		words = append(words, word)
	}
	return fmt.Sprintf("%s; %d locations, %s", strings.Join(words, "; "), g.Locations, bytesWords(g.Bytes))
}

// bytesWords is a size in the unit that fits.
func bytesWords(n int) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d B", n)
	case n < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}
