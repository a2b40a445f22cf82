package main

// version: which program this is, and whose data it carries.

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"meridian/geoip"
)

func newVersion(a *app) *cobra.Command {
	var credits bool
	c := &cobra.Command{
		Use:   "version",
		Short: "Say which version this is",
		RunE: func(*cobra.Command, []string) error {
			fmt.Fprintf(a.out, "meridian %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			if credits {
				fmt.Fprint(a.out, geoip.EmbeddedCredits())
			}
			return nil
		},
	}
	c.Flags().BoolVar(&credits, "credits", false, "also say whose geo data is embedded, as its licence asks")
	return c
}

// version is the module's, or the commit that it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "devel-" + s.Value[:12]
		}
	}
	return "devel"
}
