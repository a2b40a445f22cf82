package zones

// A zone's master file on disk, and what it includes.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"meridian/config"
	"meridian/wire"
)

// ReadOptions say how a master file is read. The zero value is the strict default.
type ReadOptions struct {
	// SkipOutOfZone drops records whose owner lies outside of the zone, with a warning
	// for each RRset, instead of refusing them.
	SkipOutOfZone bool
	// MaxGenerated is how many records all $GENERATE directives together may make; 0 is
	// DefaultMaxGenerated.
	MaxGenerated int
}

// ReadFile reads the zone of a master file. With zone "" the zone's name is the SOA's
// owner, else the file's name without ".zone".
//
// What $INCLUDE names must lie in the file's folder or below it; symbolic links that
// lead out of it are refused too. The findings are all that can be told without
// looking at the zone as a whole, for which there is Contents.Validate. Contents are
// returned in any case, with what could be read; they have no name when that is nothing.
func ReadFile(path string, zone wire.Name, opts ReadOptions) (*Contents, config.Problems) {
	data, err := readRegular(path, os.Stat, os.Open)
	if err != nil {
		return NewContents(""), config.Problems{{File: path, Message: reason(err), Hint: "name a master file that can be read"}}
	}
	folder := filepath.Dir(path)
	include := func(name string) ([]byte, error) {
		root, err := os.OpenRoot(folder)
		if err != nil {
			return nil, err
		}
		defer root.Close()
		return readRegular(name, root.Stat, root.Open)
	}
	return Parse(path, data, zone, include, opts)
}

// readRegular reads a whole file of at most maxBytes. Devices, pipes and folders,
// which may have no end or make Open wait, are refused before they are opened.
func readRegular(path string, stat func(string) (fs.FileInfo, error), open func(string) (*os.File, error)) ([]byte, error) {
	info, err := stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("it is not a regular file")
	case info.Size() > maxBytes:
		return nil, errTooLarge
	}
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data := bytes.NewBuffer(make([]byte, 0, info.Size()+bytes.MinRead))
	_, err = data.ReadFrom(io.LimitReader(f, maxBytes+1)) // it may have grown since
	return data.Bytes(), err
}

// reason is an error of the file system without the path, which the problem has.
func reason(err error) string {
	var pathErr *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such file"
	case errors.Is(err, fs.ErrPermission):
		return "the file may not be read by this user"
	case errors.As(err, &pathErr):
		return fmt.Sprintf("the file cannot be read: %v", pathErr.Err)
	}
	return "the file cannot be read: " + err.Error()
}
