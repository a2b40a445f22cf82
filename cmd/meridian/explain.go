package main

// explain: why a client gets the answer that it gets.

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"meridian/api"
)

func newExplain(a *app) *cobra.Command {
	from := ""
	cl := a.newClient()
	c := cl.command("explain NAME [TYPE]", "Say why a client gets the answer that it gets", func(ctx context.Context, server *api.Client, args []string) error {
		if from == "" {
			return usagef("explain needs a client: write --client ADDRESS or --client PREFIX")
		}
		client, err := parseClient(from)
		if err != nil {
			return err
		}
		typ := "A"
		if len(args) > 1 {
			typ = strings.ToUpper(args[1])
		}
		e, err := server.Explain(ctx, args[0], typ, client.String())
		if err != nil {
			return err
		}
		return cl.show(e, func() { fmt.Fprint(cl.w, e.String()) })
	})
	cl.addFlags(c)
	c.Long = "explain asks as the client would, and says what the answer rests on: what the geo data knows of the client, the\n" +
		"order of regions with their distances, each endpoint's state and why. NAME is a full name; TYPE is A by default.\n\n" +
		"  meridian explain www.example.com AAAA --client 2001:db8::/48"
	c.Flags().StringVar(&from, "client", "", "`ADDRESS|PREFIX` of the client")
	return c
}
