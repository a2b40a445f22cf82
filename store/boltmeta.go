package store

// bbolt's own meta pages, read before bbolt maps the file: bbolt trusts the size that
// they speak of, and a file that was cut off would end the process with a bus error.

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
	"os"
)

// restore is what to do about a file that can't be read.
const restore = "restore it from a backup, or move it away to start with an empty store; it is left as it is"

// A page begins with 16 octets of page header; a meta page goes on with
//
//	0 magic  4 version  8 page size  12 flags  16 root  24 sequence  32 free list
//	40 high water mark: the number of the first page that was never used
//	48 transaction      56 checksum (FNV-1a of octets 0 to 55)
//
// in the machine's byte order. The meta pages are pages 0 and 1, written in turn.
const (
	pageHeaderLen = 16
	metaLen       = 64
	boltMagic     = 0xED0CDAED
	boltVersion   = 2
	minPageSize   = 1 << 10
	maxPageSize   = 1 << 16 // bbolt's page size is the system's: 4 to 64 KiB
)

type boltMeta struct {
	pageSize    uint32
	highWater   uint64
	transaction uint64
}

// checkMeta refuses a file that is no bbolt file or is shorter than its newest valid
// meta page says. It needs no lock: of a store at work one meta page is always
// whole, and its file only grows.
func checkMeta(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	newest, found, err := newestMeta(f)
	if err != nil {
		return err
	}
	info, err := f.Stat() // after the meta pages: the file can only be longer than they knew
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("the file (%d bytes) is no store, or its beginning is damaged: %s", info.Size(), restore)
	}
	if want := int64(newest.highWater) * int64(newest.pageSize); info.Size() < want {
		return fmt.Errorf("the file is cut off: it has %d bytes where at least %d were written: %s", info.Size(), want, restore)
	}
	return nil
}

// newestMeta finds the valid meta page of the latest transaction. If the first page
// is damaged the page size is unknown, and every possible one is tried.
func newestMeta(f io.ReaderAt) (newest boltMeta, found bool, err error) {
	for offset := int64(0); offset <= maxPageSize; offset = max(minPageSize, offset*2) {
		page := make([]byte, pageHeaderLen+metaLen)
		if _, err := f.ReadAt(page, offset); err == io.EOF {
			break
		} else if err != nil {
			return newest, false, err
		}
		m, ok := parseMeta(page[pageHeaderLen:])
		if ok && (offset == 0 || int64(m.pageSize) == offset) && (!found || m.transaction > newest.transaction) {
			newest, found = m, true
		}
	}
	return newest, found, nil
}

func parseMeta(b []byte) (boltMeta, bool) {
	order := binary.NativeEndian
	sum := fnv.New64a()
	sum.Write(b[:56])
	m := boltMeta{order.Uint32(b[8:]), order.Uint64(b[40:]), order.Uint64(b[48:])}
	ok := order.Uint32(b) == boltMagic && order.Uint32(b[4:]) == boltVersion && order.Uint64(b[56:]) == sum.Sum64() &&
		m.pageSize >= minPageSize && m.pageSize <= maxPageSize && m.highWater < 1<<40
	return m, ok
}
