//go:build !unix

package store

// initialMapSize is small, because elsewhere bbolt makes the file as large as its map.
const initialMapSize = 0

// syncDir does nothing where a folder can't be opened and synced.
func syncDir(string) error { return nil }
