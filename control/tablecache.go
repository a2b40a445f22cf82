package control

// Class tables kept on disk beside the store, so that a start needn't project them again.
//
// It is a cache: a file that isn't there, or isn't what was written, costs the making of
// a table, and the whole folder may be deleted at any time. So files aren't synced to the
// disk; their checksums tell what a power cut left of them. They are read, not mapped: a
// mapped file that is cut short under a running server would end it (SIGBUS).

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"meridian/steering"
)

// How many tables are kept, and how long those that no start asked for. 64 tables of a
// city database are about 600 MB; a server has some few in use, and each change of a
// topology or of a region's place leaves one behind.
const (
	maxKeptTables = 64
	keepTablesFor = 30 * 24 * time.Hour
)

// tableCache is the folder of kept tables; nil keeps none.
type tableCache struct {
	folder string
	geo    [sha256.Size]byte // the Sum of the databases
	log    *slog.Logger
	now    func() time.Time
	told   sync.Once // that the folder is of no use
}

func newTableCache(opts Options) *tableCache {
	if opts.Tables == "" {
		return nil
	}
	c := &tableCache{folder: opts.Tables, geo: opts.Geo.Sum(), log: opts.Logger, now: opts.Now}
	for _, f := range c.files("new-") { // what a crash left half written
		os.Remove(f.path)
	}
	return c
}

// text is all that a kept table depends on.
func (c *tableCache) text(key tableKey) string {
	return fmt.Sprintf("%x %q %q %q", c.geo, key.topology, key.regions, key.offered)
}

// file is where a table is kept. Tables of other versions have other names, and age.
func (c *tableCache) file(text string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s", steering.FlatVersion, text))
	return filepath.Join(c.folder, fmt.Sprintf("%x.table", sum[:16]))
}

// read returns a kept table, or nil.
func (c *tableCache) read(key tableKey, t *steering.Topology, regions, offered []string) *steering.Table {
	if c == nil {
		return nil
	}
	text := c.text(key)
	file := c.file(text)
	data, err := readKept(file)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			c.tell(fmt.Errorf("reading a class table: %w", err))
		}
		return nil
	}
	table, err := steering.ReadTable(data, text, t, regions, offered)
	if err != nil {
		c.log.Warn("a kept class table can't be used, and is made anew", "file", file, "error", err)
		_ = os.Remove(file) // where it can't be removed it is told of again
		return nil
	}
	_ = os.Chtimes(file, time.Time{}, c.now()) // it is in use; where that can't be noted it is made anew one day
	return table
}

// maxKeptTable is longer than any table of a city database, in octets.
const maxKeptTable = 256 << 20

// readKept reads a file that may be anything by now.
func readKept(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxKeptTable {
		return nil, fmt.Errorf("%s is no file of a class table: remove it", file)
	}
	return os.ReadFile(file)
}

// write keeps a table.
func (c *tableCache) write(key tableKey, table *steering.Table) {
	if c == nil {
		return
	}
	text := c.text(key)
	if err := c.replace(c.file(text), table.AppendFlat(nil, text)); err != nil {
		c.tell(err)
		return
	}
	c.sweep(0)
}

// tell says what keeps the folder from being of use, the first time.
func (c *tableCache) tell(err error) {
	c.told.Do(func() {
		c.log.Warn("class tables can't be kept on disk; starts take longer, and nothing else", "error", err)
	})
}

// replace writes a file under another name first: nobody ever sees half of it.
func (c *tableCache) replace(file string, data []byte) error {
	if err := os.MkdirAll(c.folder, 0o700); err != nil {
		return fmt.Errorf("making the folder of class tables: %w", err)
	}
	f, err := os.CreateTemp(c.folder, "new-*.table")
	if err != nil {
		return fmt.Errorf("keeping a class table: %w", err)
	}
	_, err = f.Write(data)
	if err = cmp.Or(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("keeping a class table: %w", err)
	}
	return nil
}

// sweepAtStart removes the tables that no start has asked for in a long time. Those of
// this start were read or written by now.
func (c *tableCache) sweepAtStart() {
	if c != nil {
		c.sweep(keepTablesFor)
	}
}

// sweep removes the tables that were written, and asked for by a start, longer ago than
// age (0 for any), and the oldest of those that are too many.
func (c *tableCache) sweep(age time.Duration) {
	tables := c.files("")
	slices.SortFunc(tables, func(a, b kept) int { return b.used.Compare(a.used) })
	for i, f := range tables {
		if i >= maxKeptTables || age > 0 && c.now().Sub(f.used) > age {
			os.Remove(f.path)
		}
	}
}

// kept is a file of the cache.
type kept struct {
	path string
	used time.Time
}

// files are those of the cache whose names begin so. What is not ours is left alone.
func (c *tableCache) files(begin string) []kept {
	entries, _ := os.ReadDir(c.folder) // no folder, no files
	var files []kept
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), begin) || filepath.Ext(e.Name()) != ".table" {
			continue
		}
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			files = append(files, kept{filepath.Join(c.folder, e.Name()), info.ModTime()})
		}
	}
	return files
}
