package main

// region: named places that serve traffic.

import (
	"context"
	"net/netip"
	"strconv"

	"github.com/spf13/cobra"

	"meridian/api"
	"meridian/config"
)

func newRegion(a *app) *cobra.Command {
	c := &cobra.Command{Use: "region", Short: "List, show, set and delete regions"}
	cl := a.newClient()
	cl.addFlags(c)
	c.AddCommand(
		cl.command("list", "List all regions", cl.listRegions),
		cl.command("show REGION", "Show one region", cl.showRegion),
		newRegionSet(cl),
		cl.changes(cl.command("delete REGION", "Delete a region that nothing uses", cl.deleteRegion)),
	)
	return c
}

func (cl *client) listRegions(ctx context.Context, server *api.Client, _ []string) error {
	list, err := server.Regions(ctx)
	if err != nil {
		return err
	}
	return cl.show(list, func() {
		var rows [][]string
		for _, r := range list {
			rows = append(rows, []string{r.Name, r.Settings.Location.String(), r.State, overrideWords(r.Override), strconv.Itoa(r.UsedBy)})
		}
		cl.table("there are no regions", "REGION LOCATION STATE OVERRIDE USED", rows)
	})
}

func (cl *client) showRegion(ctx context.Context, server *api.Client, args []string) error {
	r, err := server.Region(ctx, args[0])
	if err != nil {
		return err
	}
	return cl.show(r, func() {
		fields := [][2]string{{"region", r.Name}, {"location", r.Settings.Location.String()}}
		if r.Settings.Capacity > 0 {
			fields = append(fields, [2]string{"capacity", strconv.FormatFloat(r.Settings.Capacity, 'g', -1, 64)})
		}
		if r.Settings.Check != "" {
			fields = append(fields, [2]string{"check", r.Settings.Check + " at " + r.Settings.Address.String()})
		}
		cl.fields(append(fields, [][2]string{
			{"state", r.State + " (" + r.Why + ")"},
			{"override", overrideWords(r.Override)},
			{"used by", counted(r.UsedBy, "steered record")},
		}...))
	})
}

func newRegionSet(cl *client) *cobra.Command {
	var r config.Region
	c := cl.command("set REGION", "Make or change a region", func(ctx context.Context, server *api.Client, args []string) error {
		if !r.Location.Set {
			return usagef("region set needs --location: write a cloud region, a country code or LATITUDE,LONGITUDE")
		}
		o, err := server.PutRegion(ctx, cl.terms, args[0], r)
		if err != nil {
			return err
		}
		return cl.changed(o, false)
	})
	c.Long = "set makes the region as the flags say; what no flag says has its default.\n\n" +
		"  meridian region set eu-west --location aws:eu-west-1\n" +
		"  meridian region set here --location 48.2,16.4 --check web --address 192.0.2.1"
	f := c.Flags()
	f.Var(&textValue[config.Location]{&r.Location, "PLACE", config.ParseLocation}, "location", "`PLACE`: a cloud region (aws:eu-west-1), a country code, or LATITUDE,LONGITUDE in degrees")
	f.Float64Var(&r.Capacity, "capacity", 0, "what it can carry, as a `NUMBER` in the unit of its checks' loads")
	f.StringVar(&r.Check, "check", "", "`CHECK` of the region as a whole, probed at --address")
	f.Var(&textValue[netip.Addr]{&r.Address, "ADDRESS", parseAddr}, "address", "`ADDRESS` that the check probes")
	f.Lookup("address").DefValue = ""
	return cl.changes(c)
}

func (cl *client) deleteRegion(ctx context.Context, server *api.Client, args []string) error {
	o, err := server.DeleteRegion(ctx, cl.terms, args[0])
	if err != nil {
		return err
	}
	return cl.changed(o, false)
}
