//go:build unix

package store

import (
	"math/bits"
	"os"
)

// initialMapSize is how much of the address space bbolt's map of the file takes. A
// commit that makes the file outgrow its map waits for every open snapshot, so the
// map is larger than any file is likely to be: it takes addresses, no memory. Where
// an int has 32 bits there are no addresses to spare, and the map grows with the file.
const initialMapSize = (16 << 30) * (bits.UintSize / 64)

// syncDir makes the names in a folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
