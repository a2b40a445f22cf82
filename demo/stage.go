package demo

// What is on stage: the manifest, the regions in it, and the clients that ask.

import (
	_ "embed"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
)

//go:embed manifest.yaml
var manifestYAML []byte

//go:embed demo.test.zone
var zoneFile []byte

// Name is the steered name that the demo's clients ask for.
const Name = "www.demo.test."

// Port is the one that every region's application listens on, at its own address.
const Port = 8053

// Region is a region of the manifest with the address of its application.
type Region struct {
	Name string
	Addr netip.Addr
}

// Regions are the manifest's, in its order; a test holds them against it.
func Regions() []Region {
	return []Region{
		{"eu-west", netip.AddrFrom4([4]byte{127, 0, 1, 1})},
		{"us-east", netip.AddrFrom4([4]byte{127, 0, 1, 2})},
		{"ap-southeast", netip.AddrFrom4([4]byte{127, 0, 1, 3})},
		{"sa-east", netip.AddrFrom4([4]byte{127, 0, 1, 4})},
	}
}

// client is a place from which the demo asks, by address space of a university there
// (or, for IPv6, of its country's research network).
type client struct {
	place  string
	prefix netip.Prefix
}

func clients() []client {
	return []client{
		{"London", netip.MustParsePrefix("128.40.0.0/24")},
		{"Nairobi", netip.MustParsePrefix("41.89.0.0/24")},
		{"Virginia", netip.MustParsePrefix("128.143.0.0/24")},
		{"São Paulo", netip.MustParsePrefix("143.107.0.0/24")},
		{"Singapore", netip.MustParsePrefix("137.132.0.0/24")},
		{"Sydney", netip.MustParsePrefix("129.78.0.0/24")},
		{"Tokyo", netip.MustParsePrefix("2001:200::/48")},
	}
}

// WriteManifest writes the manifest and its zone file into a folder and returns the
// manifest's path.
func WriteManifest(dir string) (string, error) {
	path := filepath.Join(dir, "manifest.yaml")
	for name, data := range map[string][]byte{path: manifestYAML, filepath.Join(dir, "demo.test.zone"): zoneFile} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			return "", fmt.Errorf("writing the demo's manifest: %w", err)
		}
	}
	return path, nil
}
