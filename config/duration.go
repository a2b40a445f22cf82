package config

// A span of time as operators write it: 5s, 1m30s, 200ms.

import (
	"fmt"
	"time"
)

// Duration is a time.Duration that reads and writes itself as text ("5s"). A bare
// number is refused: its unit would be a guess.
type Duration time.Duration

// MarshalText is the shortest form that UnmarshalText reads back.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads Go's form of durations.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil {
		return fmt.Errorf("%q is no duration: write a number with its unit, as in 20s, 500ms or 1m30s", b)
	}
	*d = Duration(v)
	return nil
}

func (d Duration) String() string { return time.Duration(d).String() }
