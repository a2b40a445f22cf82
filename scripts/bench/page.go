package main

// The page: its sections, and the goals that stand above them.

import (
	"meridian/scripts/bench/results"
)

// sections are all, in the order in which they are measured.
var sections = []section{
	{"saturation-static", (*bench).saturationStatic, saturationTable},
	{"saturation-geo", (*bench).saturationGeo, saturationTable},
	{"features", (*bench).features, featuresTable},
	{"fixed", (*bench).fixed, fixedTable},
	{"tcp", (*bench).tcp, tcpTable},
	{"two-cores", (*bench).twoCores, twoCoresTable},
	{"defence", (*bench).defence, defenceTable},
	{"overload", (*bench).overload, overloadTable},
	{"go", (*bench).goBenchmarks, goTable},
}

// render makes all tables that there are results for.
func render(page []byte, kept results.All) (_ []byte, err error) {
	for _, s := range sections {
		if kept[s.name] == nil {
			continue
		}
		if page, err = results.Replace(page, s.name, s.table(kept[s.name])); err != nil {
			return nil, err
		}
	}
	return results.Replace(page, "goals", goalsTable(kept))
}
