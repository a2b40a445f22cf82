package geoip

// Geo databases that were read: known by their content, and compiled when first asked.

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"sync"
	"sync/atomic"
)

// Databases are geo databases that were read. The base table is compiled from them by
// the first who asks for it, since what was projected from them once and kept (known by
// their Sum) needs none. Any number of goroutines may use them.
type Databases struct {
	sum      [sha256.Size]byte
	inside   bool
	base     func() (*Base, error) // compiles at its first call, and lets go of the octets
	compiled atomic.Pointer[Base]
}

// Open reads mmdb files, of which Base compiles a base table. A file that is missing,
// truncated or no mmdb is an error here, one that is damaged inside or says nothing of
// where networks are is one of Base. Once Open has returned, the files may change or go.
func Open(files ...string) (*Databases, error) {
	if len(files) == 0 {
		return nil, errors.New("no geo database given")
	}
	var all []*mmdb
	var octets [][]byte
	for _, name := range files {
		f, err := openFile(name)
		if err != nil {
			return nil, err
		}
		all, octets = append(all, f), append(octets, f.octets)
	}
	return newDatabases(octets, func() (*Base, error) { return compileFiles(all) }), nil
}

// Embedded is the data inside the program, of which Base takes about a tenth of a second.
func Embedded() *Databases {
	d := newDatabases([][]byte{[]byte("embedded"), embedded}, compileEmbedded)
	d.inside = true
	return d
}

// Inside says whether they are the data inside the program, which always compile.
func (d *Databases) Inside() bool { return d.inside }

func newDatabases(octets [][]byte, compile func() (*Base, error)) *Databases {
	d := &Databases{sum: sum(octets)}
	d.base = sync.OnceValues(func() (*Base, error) {
		b, err := compile()
		d.compiled.Store(b)
		return b, err
	})
	return d
}

// sum is SHA-256 over each text with its length. A city database of 47 MB takes 32 ms on
// a processor with instructions for it, and compiling it half a second. A file's name,
// size and times would be cheaper, and wrong once a backup is put back; a shorter digest
// would gain a few ms, and leave chance to be argued about.
func sum(octets [][]byte) [sha256.Size]byte {
	h := sha256.New()
	for _, text := range append([][]byte{[]byte(countriesText), []byte(cloudsText)}, octets...) {
		h.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(text))))
		h.Write(text)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// Sum is a digest of all data that a projection rests on: the databases' content, in
// their order, and the program's own places of countries and clouds.
func (d *Databases) Sum() [sha256.Size]byte { return d.sum }

// Base is the base table, compiled at the first call. For each field of a location the
// first file that has it wins, and ranges are cut where any file cuts them; but nothing
// longer than /24 (IPv4) or /56 (IPv6) is taken. The layouts of MaxMind, DB-IP,
// ip-location-db and IPinfo are read. Gaps of the embedded data are filled (KindFilled),
// those of files aren't. The error names the file that is damaged or no geo database;
// Base never panics, whatever the octets.
func (d *Databases) Base() (*Base, error) { return d.base() }

// Compiled is the base table where it is compiled already; else nil.
func (d *Databases) Compiled() *Base { return d.compiled.Load() }

// Bytes is how much memory the base table takes: 0 until it is compiled.
func (d *Databases) Bytes() int {
	if b := d.compiled.Load(); b != nil {
		return b.Info().Bytes
	}
	return 0
}
