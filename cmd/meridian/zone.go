package main

// zone: whole zones.

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"meridian/api"
	"meridian/zones"
)

func newZone(a *app) *cobra.Command {
	c := &cobra.Command{Use: "zone", Short: "List, import, export and delete zones"}
	cl := a.newClient()
	cl.addFlags(c)
	c.AddCommand(
		cl.command("list", "List all zones", cl.listZones),
		cl.command("show ZONE", "Show one zone", cl.showZone),
		newZoneImport(cl),
		cl.command("export ZONE [FILE]", "Write a zone's static records as a master file", cl.exportZone),
		cl.changes(cl.command("delete ZONE", "Delete a zone with all that is in it", cl.deleteZone)),
		newZoneCheck(a, cl.output),
		newZoneCreate(cl),
		cl.changes(cl.command("serials ZONE MODE", "Set how a zone's serial advances: date-counter or increment", cl.setSerials)),
	)
	return c
}

func (cl *client) listZones(ctx context.Context, server *api.Client, _ []string) error {
	list, err := server.Zones(ctx)
	if err != nil {
		return err
	}
	return cl.show(list, func() {
		var rows [][]string
		for _, z := range list {
			rows = append(rows, []string{z.Name.String(), serialOf(z), strconv.Itoa(z.Names), strconv.Itoa(z.Records), strconv.Itoa(z.Steered)})
		}
		cl.table("there are no zones", "ZONE SERIAL NAMES RECORDS STEERED", rows)
	})
}

func serialOf(z api.Zone) string {
	if !z.Loaded {
		return "not loaded"
	}
	return strconv.FormatUint(uint64(z.Serial), 10)
}

func (cl *client) showZone(ctx context.Context, server *api.Client, args []string) error {
	z, err := server.Zone(ctx, args[0])
	if err != nil {
		return err
	}
	return cl.show(z, func() {
		cl.fields([][2]string{
			{"zone", z.Name.String()},
			{"serial", serialOf(z)},
			{"serials", string(z.Serials)},
			{"names", strconv.Itoa(z.Names)},
			{"RRsets", strconv.Itoa(z.RRsets)},
			{"records", strconv.Itoa(z.Records)},
			{"steered records", strconv.Itoa(z.Steered)},
		})
	})
}

func (cl *client) exportZone(ctx context.Context, server *api.Client, args []string) error {
	contents, err := server.Contents(ctx, args[0])
	if err != nil {
		return err
	}
	if len(args) == 1 {
		_, err = contents.WriteTo(cl.w)
		return err
	}
	return writeFile(args[1], contents)
}

// writeFile puts a zone into a file whole or not at all.
func writeFile(path string, contents *zones.Contents) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".meridian-*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	defer os.Remove(f.Name())
	_, err = contents.WriteTo(f)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

func (cl *client) deleteZone(ctx context.Context, server *api.Client, args []string) error {
	o, err := server.DeleteZone(ctx, cl.terms, args[0])
	if err != nil {
		return err
	}
	return cl.changed(o, false)
}

func newZoneCreate(cl *client) *cobra.Command {
	mode := string(zones.DateCounter)
	c := cl.command("create ZONE", "Make a zone with nothing in it, which is answered with SERVFAIL until it has records",
		func(ctx context.Context, server *api.Client, args []string) error {
			o, err := server.CreateZone(ctx, cl.terms, api.NewZone{Name: args[0], Serials: zones.SerialMode(mode)})
			if err != nil {
				return err
			}
			return cl.changed(o, false)
		})
	c.Flags().Var(&oneOf{&mode, []string{string(zones.DateCounter), string(zones.Increment)}}, "serials", "how its serial advances: `date-counter|increment`")
	return cl.changes(c)
}

func (cl *client) setSerials(ctx context.Context, server *api.Client, args []string) error {
	mode, err := zones.ParseSerialMode(args[1])
	if err != nil {
		return usagef("%w", err)
	}
	o, err := server.SetSerials(ctx, cl.terms, args[0], mode)
	if err != nil {
		return err
	}
	return cl.changed(o, false)
}
