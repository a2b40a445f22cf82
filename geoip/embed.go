package geoip

// The geo data inside the program. Which it is, a build tag says: see embed_city.go
// and embed_country.go.

import (
	"fmt"

	"github.com/klauspost/compress/zstd"
)

// EmbeddedBase is the base table of Embedded.
func EmbeddedBase() (*Base, error) { return Embedded().Base() }

func compileEmbedded() (*Base, error) {
	data, err := decompress(embedded)
	if err != nil {
		return nil, fmt.Errorf("unpacking the embedded geo data: %w", err)
	}
	b, err := ReadCompact("embedded", data, true)
	if err != nil {
		return nil, fmt.Errorf("reading the embedded geo data: %w", err)
	}
	return b, nil
}

// EmbeddedCredits returns the attribution that the embedded data's licence asks for, to
// be shown with every copy of the program; a line each.
func EmbeddedCredits() string { return credits }

func decompress(data []byte) ([]byte, error) {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.DecodeAll(data, nil)
}
