package main

// apply and export: whole configurations.

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"meridian/api"
	"meridian/manifest"
	"meridian/wire"
)

func newApply(a *app) *cobra.Command {
	file, prune := "", false
	cl := a.newClient()
	c := cl.command("apply", "Make what a manifest names as it says", func(ctx context.Context, server *api.Client, _ []string) error {
		f, err := readManifest(ctx, file)
		if err != nil {
			return err
		}
		for _, w := range f.warnings {
			fmt.Fprintln(a.err, w)
		}
		f.apply.Prune = prune
		if cl.terms.Message == "" {
			cl.terms.Message = "apply -f " + file
		}
		o, err := server.Apply(ctx, cl.terms, f.apply)
		if err != nil {
			return f.located(err)
		}
		return cl.changed(o, true)
	})
	cl.addFlags(c)
	c.Long = "apply makes the regions, topologies, checks and zones that a manifest names as it says, in one revision: a zone's\n" +
		"records whole where it has `file:`, its steered records whole where it has `steered:`. What it doesn't name stays,\n" +
		"unless --prune is given. Zone files are read where apply runs, relative to the manifest.\n\n" +
		"What changes is shown: + is made, - is gone, ~ is changed.\n\n" +
		"  meridian apply -f meridian.yaml --dry-run"
	c.Flags().StringVarP(&file, "file", "f", "", "the `MANIFEST`")
	c.Flags().BoolVar(&prune, "prune", false, "delete regions, topologies, checks and zones that the manifest doesn't name")
	c.PreRunE = func(*cobra.Command, []string) error {
		if file == "" {
			return usagef("meridian apply needs a manifest: write `meridian apply -f FILE`")
		}
		return nil
	}
	cl.changeFlags(c)
	return c
}

func newExport(a *app) *cobra.Command {
	cl := a.newClient()
	c := cl.command("export", "Write the configuration as a manifest", func(ctx context.Context, server *api.Client, _ []string) error {
		e, err := server.Export(ctx)
		if err != nil {
			return err
		}
		return cl.show(e, func() { cl.w.Write(manifestOf(e)) })
	})
	cl.addFlags(c)
	c.Long = "export writes regions, topologies, checks and steered records as a manifest that apply takes, and overrides as\n" +
		"comments. Static records are written by `meridian zone export`."
	return c
}

// manifestOf is an export as a manifest.
func manifestOf(e api.Export) []byte {
	var overrides []manifest.Override
	for _, o := range e.Overrides {
		m := manifest.Override{Region: o.Region, Endpoint: o.Endpoint, Override: o.Override}
		m.Zone, m.Owner = namesOf(o.Use)
		overrides = append(overrides, m)
	}
	return manifest.Export(e.Set(), overrides...)
}

// namesOf are the names of an endpoint's record; what the server sends is well formed.
func namesOf(u api.Use) (zone, owner wire.Name) {
	if u.Endpoint == "" {
		return "", ""
	}
	zone, err := wire.ParseName(u.Zone)
	if err != nil {
		return "", ""
	}
	owner, err = wire.RelativeName(u.Owner, zone)
	if err != nil {
		return zone, ""
	}
	return zone, owner
}
