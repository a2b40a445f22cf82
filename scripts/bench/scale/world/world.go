// Package world is what servers serve where much is served: one zone of many names, or
// many zones of a few.
package world

// Names, addresses, and the files that have them.

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
)

const (
	// BigZone is the zone of many names, Label(i) each with an A record.
	BigZone = "big.test."
	// Million is how many names it has, most of the time.
	Million = 1_000_000
	// TTL is that of every record.
	TTL = 300
)

// Label is the i-th name in BigZone. All are of one length.
func Label(i int) string { return fmt.Sprintf("n%07d", i) }

// Name is the i-th name as a whole.
func Name(i int) string { return Label(i) + "." + BigZone }

// Address is the address of the i-th name in a round of changes, of which 0 is the
// beginning: 10.x.y.z and, of a later round, 11.x.y.z and so on. There are 2^24 names and
// 200 rounds at most.
func Address(i, round int) netip.Addr {
	var a [4]byte
	binary.BigEndian.PutUint32(a[:], uint32(10+round%200)<<24|uint32(i))
	return netip.AddrFrom4(a)
}

// Question is a name and the address that it must have.
type Question struct {
	Name    string
	Address netip.Addr
}

// WriteBig writes BigZone as a master file. Some names have their addresses of a round, the
// others those of the beginning.
func WriteBig(file string, names, from, count, round int) error {
	return writeFile(file, func(b *bufio.Writer) {
		writeHead(b, BigZone, round)
		for i := range names {
			of := 0
			if from <= i && i < from+count {
				of = round
			}
			a := Address(i, of).As4()
			fmt.Fprintf(b, "n%07d A %d.%d.%d.%d\n", i, a[0], a[1], a[2], a[3])
		}
	})
}

func writeHead(b io.Writer, zone string, round int) {
	fmt.Fprintf(b, "$ORIGIN %s\n$TTL %d\n@ SOA ns1 host %d 3600 600 86400 300\n@ NS ns1\n@ NS ns2\nns1 A 127.0.0.1\nns2 A 127.0.0.2\n", zone, TTL, 1+round)
}

// SmallZone is the i-th zone of many. Each has five names: the apex, two name servers, and
// two more.
func SmallZone(i int) string { return fmt.Sprintf("z%06d.test.", i) }

// SmallQuestion is one about the i-th small zone.
func SmallQuestion(i int) Question {
	return Question{"www." + SmallZone(i), Address(i, 0)}
}

// SmallFile is the i-th small zone's file in a folder; gdnsd wants it to be called like
// the zone.
func SmallFile(dir string, i int) string {
	zone := SmallZone(i)
	return filepath.Join(dir, zone[:len(zone)-1])
}

// WriteSmall writes a number of small zones into a folder, with an ending after each
// file's name.
func WriteSmall(dir string, zones int, ending string) error {
	for i := range zones {
		err := writeFile(SmallFile(dir, i)+ending, func(b *bufio.Writer) {
			writeHead(b, SmallZone(i), 0)
			a := Address(i, 0)
			fmt.Fprintf(b, "@ A %s\nwww A %s\nmail A %s\n", a, a, a)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// writeFile makes a file anew, in one step for those that look at it.
func writeFile(file string, write func(b *bufio.Writer)) error {
	f, err := os.CreateTemp(filepath.Dir(file), ".new-*")
	if err != nil {
		return fmt.Errorf("making %s: %w", file, err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	b := bufio.NewWriterSize(f, 1<<16)
	write(b)
	if err := b.Flush(); err != nil {
		return fmt.Errorf("writing %s: %w", file, err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("writing %s: %w", file, err)
	}
	return os.Rename(f.Name(), file)
}
