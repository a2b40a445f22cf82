package main

// topology: which clients prefer which regions. They are set by apply.

import (
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"meridian/api"
	"meridian/config"
)

func newTopology(a *app) *cobra.Command {
	c := &cobra.Command{Use: "topology", Short: "List and show topologies (apply sets them)"}
	cl := a.newClient()
	cl.addFlags(c)
	c.AddCommand(
		cl.command("list", "List all topologies", cl.listTopologies),
		cl.command("show TOPOLOGY", "Show one topology", cl.showTopology),
	)
	return c
}

func (cl *client) listTopologies(ctx context.Context, server *api.Client, _ []string) error {
	list, err := server.Topologies(ctx)
	if err != nil {
		return err
	}
	return cl.show(list, func() {
		var rows [][]string
		for _, t := range list {
			rows = append(rows, []string{t.Name, strings.Join(t.Settings.Default, ","), strconv.Itoa(len(t.Settings.Clients)), strconv.Itoa(t.UsedBy)})
		}
		cl.table("there are no topologies", "TOPOLOGY DEFAULT ROWS USED", rows)
	})
}

func (cl *client) showTopology(ctx context.Context, server *api.Client, args []string) error {
	t, err := server.Topology(ctx, args[0])
	if err != nil {
		return err
	}
	return cl.show(t, func() {
		depth := t.Settings.OrderDepth
		if depth == 0 {
			depth = config.DefaultOrderDepth
		}
		cl.fields([][2]string{
			{"topology", t.Name},
			{"default", strings.Join(t.Settings.Default, ", ")},
			{"order depth", strconv.Itoa(depth)},
			{"used by", counted(t.UsedBy, "steered record")},
		})
		var rows [][]string
		for _, r := range t.Settings.Clients {
			rows = append(rows, []string{r.Selector(), strings.Join(r.Order, ","), strings.Join(r.Only, ","), strings.Join(r.Never, ",")})
		}
		if len(rows) > 0 {
			cl.table("", "CLIENTS ORDER ONLY NEVER", rows)
		}
	})
}
