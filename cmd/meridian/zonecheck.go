package main

// zone check: what an import would find wrong, without a server.

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"meridian/config"
	"meridian/wire"
	"meridian/zones"
)

// checkedZone is what zone check says of a file with -o json.
type checkedZone struct {
	Zone   wire.Name `json:"zone"`
	RRsets int       `json:"rrsets"`
}

// checkResult is all of zone check's JSON.
type checkResult struct {
	Zones    []checkedZone   `json:"zones"`
	Problems config.Problems `json:"problems"`
}

func newZoneCheck(a *app, o *output) *cobra.Command {
	var files zoneFiles
	c := &cobra.Command{
		Use:   "check FILE|DIR…",
		Short: "Say what is wrong with zone files; needs no server",
		Long: "check reads zone files as import does and says everything that is wrong with them. It needs no server, and so\n" +
			"doesn't know steered records: conflicts with them are found by import alone.",
		RunE: func(c *cobra.Command, args []string) error {
			contents, found, err := files.read(c.Context(), a, args)
			if err != nil {
				return err
			}
			return a.checkZones(o, contents, found)
		},
	}
	files.addFlags(c)
	return c
}

// checkZones validates each zone as a whole and shows all findings.
func (a *app) checkZones(o *output, contents []*zones.Contents, found config.Problems) error {
	result := checkResult{Zones: []checkedZone{}, Problems: config.Problems{}}
	wholes := make([]config.Problems, len(contents))
	each(len(contents), func(i int) { wholes[i] = contents[i].Validate(nil) })
	result.Problems = append(result.Problems, zones.Sorted(append(wholes, found)...)...)
	for _, c := range contents {
		result.Zones = append(result.Zones, checkedZone{c.Name, c.Len()})
	}
	err := o.show(result, func() {
		for _, p := range result.Problems {
			fmt.Fprintln(a.out, p)
		}
		if len(contents) == 1 {
			fmt.Fprintf(a.out, "%s: %d RRsets, %s\n", result.Zones[0].Zone, result.Zones[0].RRsets, tally(result.Problems))
			return
		}
		fmt.Fprintf(a.out, "%d zones, %s\n", len(contents), tally(result.Problems))
	})
	if err != nil || result.Problems.Err() == nil {
		return err
	}
	return errors.New("not fit to be imported")
}

// tally counts errors and warnings in words.
func tally(ps config.Problems) string {
	errs, warnings := 0, 0
	for _, p := range ps {
		if p.Warning {
			warnings++
		} else {
			errs++
		}
	}
	if errs+warnings == 0 {
		return "nothing wrong"
	}
	return counted(errs, "error") + ", " + counted(warnings, "warning")
}

// counted is a number with its noun.
func counted(n int, noun string) string {
	switch {
	case n == 0:
		return "no " + noun + "s"
	case n == 1:
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
