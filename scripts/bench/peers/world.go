package peers

// The world: what every server serves.

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net/netip"
	"os"
)

// Zone is the one zone that is served.
const Zone = "bench.test."

// World is a zone of static names and perhaps one steered name.
type World struct {
	Names int  // Name(0) … Name(Names-1), each with one A record, Address(i)
	Geo   *Geo // the steered name, nil for none
}

// Geo is a steered name, which has the address of the client's region.
type Geo struct {
	Database string // a country database in GeoLite2's layout, for the peers
	Regions  []Region
}

// Steered is the name that Geo steers.
const Steered = "www." + Zone

// Region is where clients of some countries are sent. Which these are is alike for all
// peers; meridian goes by distance from the location, as it does by default.
type Region struct {
	Name       string
	Location   string // meridian's word for where it is
	Address    netip.Addr
	Continents []string // codes of the continents whose clients it takes, unless
	Countries  []Country
}

// Country is a client's country, with the continent that the databases give it.
type Country struct{ Continent, Code string }

// Regions are the eight that a client is steered among. The first takes those of whom
// nothing is known.
func Regions() []Region {
	at := func(n byte) netip.Addr { return netip.AddrFrom4([4]byte{127, 0, 8, n}) }
	in := func(continent string, codes ...string) (all []Country) {
		for _, code := range codes {
			all = append(all, Country{continent, code})
		}
		return all
	}
	return []Region{
		{"us-east", "aws:us-east-1", at(1), []string{"NA"}, nil},
		{"sa-east", "aws:sa-east-1", at(2), []string{"SA"}, nil},
		{"eu-central", "aws:eu-central-1", at(3), []string{"EU"}, nil},
		{"eu-west", "aws:eu-west-1", at(4), nil, in("EU", "IE", "GB", "PT", "IS")},
		{"af-south", "aws:af-south-1", at(5), []string{"AF"}, nil},
		{"ap-south", "aws:ap-south-1", at(6), nil, in("AS", "IN", "PK", "LK", "BD", "NP")},
		{"ap-northeast", "aws:ap-northeast-1", at(7), []string{"AS"}, nil},
		{"ap-southeast", "aws:ap-southeast-2", at(8), []string{"OC", "AN"}, nil},
	}
}

// Name is the i-th static name. All are of one length.
func Name(i int) string { return fmt.Sprintf("n%07d.", i) + Zone }

// Address is the address of the i-th static name, so that an answer can be checked
// against its question.
func Address(i int) netip.Addr {
	var a [4]byte
	binary.BigEndian.PutUint32(a[:], 10<<24|uint32(i))
	return netip.AddrFrom4(a)
}

// writeZone writes the zone as a master file: what is static, and these lines.
func (w *World) writeZone(to io.Writer, lines ...string) error {
	b := bufio.NewWriterSize(to, 1<<20)
	fmt.Fprintf(b, "$ORIGIN %s\n$TTL 300\n@ SOA ns hostmaster 1 3600 900 604800 300\n@ NS ns\nns A 127.0.0.1\n", Zone)
	for i := range w.Names {
		a := Address(i).As4()
		fmt.Fprintf(b, "n%07d A %d.%d.%d.%d\n", i, a[0], a[1], a[2], a[3])
	}
	for _, line := range lines {
		fmt.Fprintln(b, line)
	}
	return b.Flush()
}

func (w *World) writeZoneFile(file string, lines ...string) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := w.writeZone(f, lines...); err != nil {
		return fmt.Errorf("writing %s: %w", file, err)
	}
	return f.Close()
}
