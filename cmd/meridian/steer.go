package main

// steer: steered records.

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"meridian/api"
	"meridian/config"
)

func newSteer(a *app) *cobra.Command {
	c := &cobra.Command{Use: "steer", Short: "Set, show, delete and list steered records"}
	cl := a.newClient()
	cl.addFlags(c)
	c.AddCommand(
		newSteerSet(cl),
		cl.command("show ZONE NAME", "Show a steered record with the states of its endpoints", cl.showSteered),
		cl.changes(cl.command("delete ZONE NAME", "Delete a steered record", cl.deleteSteered)),
		cl.command("list [ZONE]", "List steered records", cl.listSteered),
	)
	return c
}

func (cl *client) listSteered(ctx context.Context, server *api.Client, args []string) error {
	zone := ""
	if len(args) > 0 {
		zone = args[0]
	}
	list, err := server.Steered(ctx, zone)
	if err != nil {
		return err
	}
	return cl.show(list, func() {
		var rows [][]string
		for _, s := range list {
			settings := s.Settings.WithDefaults()
			rows = append(rows, []string{s.Zone.String(), s.Owner, strings.Join(s.Types, ","), settings.Policy, settings.TTL.String(), fmt.Sprintf("%d/%d", s.Up, s.Total)})
		}
		cl.table("there are no steered records", "ZONE NAME TYPES POLICY TTL UP", rows)
	})
}

func (cl *client) showSteered(ctx context.Context, server *api.Client, args []string) error {
	s, err := server.SteeredRecord(ctx, args[0], args[1])
	if err != nil {
		return err
	}
	return cl.show(s, func() {
		settings := s.Settings.WithDefaults()
		cl.fields([][2]string{
			{"name", s.Name.String()},
			{"zone", s.Zone.String()},
			{"types", strings.Join(s.Types, ", ")},
			{"policy", settings.Policy},
			{"topology", settings.Topology},
			{"ttl", settings.TTL.String()},
			{"check", settings.Check},
			{"min up", strconv.Itoa(settings.MinUp)},
			{"all down", allDownWords(settings.WhenAllDown)},
		})
		var rows [][]string
		for _, e := range s.Endpoints {
			rows = append(rows, []string{e.Endpoint, e.Region, e.Type, stateWords(e), answerWords(e, settings), bothOverrides(e)})
		}
		cl.table("it has no endpoints", "ENDPOINT REGION TYPE STATE ANSWER OVERRIDE", rows)
	})
}

func allDownWords(w config.WhenAllDown) string {
	if len(w.Fallback) == 0 {
		return w.Mode
	}
	var words []string
	for _, f := range w.Fallback {
		word := f.Address.String()
		if f.Region != "" {
			word += "@" + f.Region
		}
		words = append(words, word)
	}
	return "fallback " + strings.Join(words, ", ")
}

// stateWords is how the choice sees an endpoint, and why.
func stateWords(e api.EndpointState) string {
	seen := "down"
	if e.Up {
		seen = "up"
	}
	words := seen + " (" + e.Why + ")"
	if seen != e.State {
		words = seen + " (its check: " + e.State + ", " + e.Why + ")"
	}
	if e.RegionState == "down" {
		words += ", region down"
	}
	return words
}

// answerWords is what an endpoint answers, with an exclamation mark at addresses that
// are down.
func answerWords(e api.EndpointState, settings config.Steered) string {
	if len(e.Addresses) == 0 {
		return settings.Endpoints[e.Endpoint].Name
	}
	down := map[netip.Addr]bool{}
	for _, a := range e.Down {
		down[a] = true
	}
	var words []string
	for _, a := range e.Addresses {
		word := a.String()
		if down[a] {
			word += "!"
		}
		words = append(words, word)
	}
	return strings.Join(words, ",")
}

func bothOverrides(e api.EndpointState) string {
	words := overrideWords(e.Override)
	if regional := overrideWords(e.Regional); regional != "" {
		words = strings.TrimPrefix(words+"; region "+regional, "; ")
	}
	return words
}

func (cl *client) deleteSteered(ctx context.Context, server *api.Client, args []string) error {
	o, err := server.DeleteSteered(ctx, cl.terms, args[0], args[1])
	if err != nil {
		return err
	}
	return cl.changed(o, false)
}
