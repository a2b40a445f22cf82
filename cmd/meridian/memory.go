package main

// How much memory a server holds beyond what it uses.

import (
	"os"
	"runtime/debug"
)

// garbagePercent is how much garbage may gather, in percent of what lives, before it is
// collected. Zones are octets without pointers, which the collector doesn't look into, so
// that a collection costs next to nothing however many names there are, and can come often.
const garbagePercent = 25

// boundGarbage sets that, unless the operator says otherwise by GOGC.
func boundGarbage() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
	}
}

// giveBack returns to the system what loading needed and answering doesn't.
func giveBack() { debug.FreeOSMemory() }
