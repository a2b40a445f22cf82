package main

// record: static RRsets of a zone.

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"meridian/api"
	"meridian/config"
)

// defaultRecordTTL is that of a new RRset where no --ttl is given: what most zone files
// have, since static records seldom change.
const defaultRecordTTL = time.Hour

func newRecord(a *app) *cobra.Command {
	c := &cobra.Command{Use: "record", Short: "Set, delete and list static records"}
	cl := a.newClient()
	cl.addFlags(c)
	c.AddCommand(
		newRecordSet(cl),
		cl.changes(cl.command("delete ZONE NAME TYPE", "Delete all records of a name and type", cl.deleteRecords)),
		cl.command("list ZONE [NAME] [TYPE]", "List a zone's static records", cl.listRecords),
	)
	return c
}

func newRecordSet(cl *client) *cobra.Command {
	var ttl config.Duration
	c := cl.command("set ZONE NAME TYPE DATA…", "Set all records of a name and type",
		func(ctx context.Context, server *api.Client, args []string) error {
			return cl.setRecords(ctx, server, args, time.Duration(ttl))
		})
	c.Long = "set makes DATA, each argument the data of one record, all that a name has of a type:\n\n" +
		"  meridian record set example.com www A 192.0.2.1 192.0.2.2\n" +
		"  meridian record set example.com @ MX '10 mail' '20 mail2'\n\n" +
		"NAME and names in DATA are relative to the zone unless they end in a dot; @ is the apex. The text of a TXT record\n" +
		"needs no quotes of its own."
	durationFlag(c, &ttl, "ttl", "`DURATION` that the records may be cached (default: as it was, else 1h)")
	return cl.changes(c)
}

func (cl *client) setRecords(ctx context.Context, server *api.Client, args []string, ttl time.Duration) error {
	zone, owner, typ, data := args[0], args[1], args[2], args[3:]
	if ttl < 0 || ttl%time.Second != 0 {
		return usagef("--ttl: %v is no TTL: write whole seconds, as in 20s or 1h", ttl)
	}
	if ttl == 0 {
		var err error
		if ttl, err = presentTTL(ctx, server, zone, owner, typ); err != nil {
			return err
		}
	}
	if strings.EqualFold(typ, "TXT") || strings.EqualFold(typ, "SPF") {
		for i, text := range data {
			data[i] = quoted(text)
		}
	}
	o, err := server.SetRecords(ctx, cl.terms, zone, owner, typ, api.RRsetData{TTL: uint32(min(ttl/time.Second, 1<<32-1)), Data: data})
	if err != nil {
		return err
	}
	return cl.changed(o, false)
}

// presentTTL is the TTL that an RRset has, or the default.
func presentTTL(ctx context.Context, server *api.Client, zone, owner, typ string) (time.Duration, error) {
	list, err := server.Records(ctx, zone, api.Which{Owner: owner, Type: typ})
	if err != nil {
		return 0, err
	}
	for _, s := range list {
		return time.Duration(s.TTL) * time.Second, nil
	}
	return defaultRecordTTL, nil
}

// quoted makes a text that the shell took the quotes off one character-string again.
func quoted(text string) string {
	if strings.HasPrefix(text, `"`) {
		return text
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

func (cl *client) deleteRecords(ctx context.Context, server *api.Client, args []string) error {
	o, err := server.DeleteRecords(ctx, cl.terms, args[0], args[1], args[2])
	if err != nil {
		return err
	}
	return cl.changed(o, false)
}

func (cl *client) listRecords(ctx context.Context, server *api.Client, args []string) error {
	var which api.Which
	if len(args) > 1 {
		which.Owner = args[1]
	}
	if len(args) > 2 {
		which.Type = args[2]
	}
	list, err := server.Records(ctx, args[0], which)
	if err != nil {
		return err
	}
	return cl.show(list, func() {
		if len(list) == 0 {
			fmt.Fprintln(cl.w, "there are no such records")
			return
		}
		tw := tabwriter.NewWriter(cl.w, 0, 0, 2, ' ', 0)
		for _, s := range list {
			for _, data := range s.Data {
				fmt.Fprintln(tw, strings.Join([]string{s.Owner, strconv.FormatUint(uint64(s.TTL), 10), s.Type, data}, "\t"))
			}
		}
		tw.Flush()
	})
}
