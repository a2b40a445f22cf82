package zones

// Serials of a zone: they only go forward (RFC 1982).

import (
	"fmt"
	"time"
)

// SerialMode is how a zone's serial advances when the zone changes.
type SerialMode string

const (
	// DateCounter is YYYYMMDDnn (UTC): today's first one where that is forward, else
	// one more than before. So it never waits for a day to end, and may run ahead of
	// the date when a zone changes more than a hundred times a day.
	DateCounter SerialMode = "date-counter"
	// Increment is one more than before.
	Increment SerialMode = "increment"
)

// ParseSerialMode reads a mode's name.
func ParseSerialMode(s string) (SerialMode, error) {
	switch m := SerialMode(s); m {
	case DateCounter, Increment:
		return m, nil
	}
	return "", fmt.Errorf("%q is no serial mode: use %s or %s", s, DateCounter, Increment)
}

// Greater says whether serial a is later than b (RFC 1982 section 3.2). Of two that
// are 2^31 apart neither is.
func Greater(a, b uint32) bool { return int32(a-b) > 0 }

// Next returns the serial after old; it is always Greater than old.
func Next(mode SerialMode, old uint32, now time.Time) uint32 {
	if mode == DateCounter {
		year, month, day := now.UTC().Date()
		if today := uint32(((year*100+int(month))*100 + day) * 100); Greater(today, old) {
			return today
		}
	}
	return old + 1
}

// Import returns the serial for a zone whose records are replaced from a file: the
// file's (taken) where it is Greater than ours, else ours advanced.
func Import(mode SerialMode, ours, files uint32, now time.Time) (serial uint32, taken bool) {
	if Greater(files, ours) {
		return files, true
	}
	return Next(mode, ours, now), false
}
