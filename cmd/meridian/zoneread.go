package main

// Zone files on their way in: found, parsed on all processors, and all their findings
// at once.

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"meridian/config"
	"meridian/wire"
	"meridian/zones"
)

// zoneFiles are the files of one command and how they are to be read.
type zoneFiles struct {
	zone          string // "": the SOA's owner, else the file's name
	skipOutOfZone bool
	maxGenerated  int
}

func (z *zoneFiles) addFlags(c *cobra.Command) {
	c.Flags().StringVar(&z.zone, "zone", "", "`NAME` of the zone (one file only); default the SOA's owner, else the file's name without .zone")
	z.maxGenerated = zones.DefaultMaxGenerated
	c.Flags().Var(&positive{&z.maxGenerated}, "max-generated", "how many records the $GENERATE directives of a zone may make together (`N`)")
	c.Flags().BoolVar(&z.skipOutOfZone, "skip-out-of-zone", false, "drop records outside of the zone, and list them, instead of refusing the zone")
}

func (z *zoneFiles) options() zones.ReadOptions {
	return zones.ReadOptions{SkipOutOfZone: z.skipOutOfZone, MaxGenerated: z.maxGenerated}
}

// read parses the files, and those in the folders, and returns their contents in order
// with all that was found in them. The error is of the command line.
func (z *zoneFiles) read(ctx context.Context, a *app, paths []string) ([]*zones.Contents, config.Problems, error) {
	files, err := findZoneFiles(paths)
	if err != nil {
		return nil, nil, err
	}
	name := wire.Name("")
	if z.zone != "" {
		if len(files) > 1 {
			return nil, nil, usagef("--zone names one zone, and there are %d files: leave it out, or give one file", len(files))
		}
		if name, err = wire.ParseName(z.zone); err != nil {
			return nil, nil, usagef("--zone: %v", err)
		}
	}
	// A command that reads files and ends has no use for most collections of garbage.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	contents, found := make([]*zones.Contents, len(files)), make([]config.Problems, len(files))
	bar := a.bar(len(files), "reading zones")
	each(len(files), func(i int) {
		if ctx.Err() == nil {
			contents[i], found[i] = zones.ReadFile(files[i], name, z.options())
			bar.Add(1)
		}
	})
	bar.Finish()
	if ctx.Err() != nil {
		return nil, nil, errors.New("interrupted; nothing was changed")
	}
	return contents, zones.Sorted(append(found, sameZones(files, contents))...), nil
}

// findZoneFiles puts the .zone files of a folder in its place.
func findZoneFiles(paths []string) ([]string, error) {
	var files []string
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, usagef("reading zones: %w", err)
		}
		if !info.IsDir() {
			files = append(files, path)
			continue
		}
		entries, err := os.ReadDir(path)
		if err != nil {
			return nil, usagef("reading zones: %w", err)
		}
		before := len(files)
		for _, e := range entries {
			if !e.IsDir() && filepath.Ext(e.Name()) == ".zone" {
				files = append(files, filepath.Join(path, e.Name()))
			}
		}
		if len(files) == before {
			return nil, usagef("the folder %s has no file whose name ends in .zone", path)
		}
	}
	return files, nil
}

// sameZones finds files that hold the same zone.
func sameZones(files []string, contents []*zones.Contents) config.Problems {
	var found config.Problems
	first := map[wire.Name]string{}
	for i, c := range contents {
		if c == nil {
			continue
		}
		if other, twice := first[c.Name]; twice {
			found = append(found, config.Problem{
				File:    files[i],
				Message: fmt.Sprintf("holds the zone %s, as %s does", c.Name, other),
				Hint:    "give one of the two",
			})
			continue
		}
		first[c.Name] = files[i]
	}
	return found
}

// each calls do for 0 to n-1 on all processors.
func each(n int, do func(i int)) {
	var wg sync.WaitGroup
	next := make(chan int)
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}

// bar shows on a person's terminal how far n steps have come.
func (a *app) bar(n int, what string) *progressbar.ProgressBar {
	return progressbar.NewOptions(n,
		progressbar.OptionSetDescription(what),
		progressbar.OptionSetWriter(a.err),
		progressbar.OptionSetVisibility(a.progress && n > 1),
		progressbar.OptionShowCount(),
		progressbar.OptionClearOnFinish(),
	)
}
