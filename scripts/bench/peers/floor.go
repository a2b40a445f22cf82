package peers

// The floor: a program that sends back what it gets.

import "fmt"

// Floor is scripts/bench/floor/floor.c, compiled. Its answers are none: they are as long as real
// ones, and can be read, but only their ID and question mean anything.
func Floor(binary string) Peer {
	return Peer{Name: "floor", Command: binary, Geo: true, Echo: true,
		files: func(_ string, port uint16, _ *World) ([]string, error) { return []string{fmt.Sprint(port)}, nil }}
}
