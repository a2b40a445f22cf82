//go:build unix

package api

// The admin socket: its folder keeps others out, and a dead process's is replaced.

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// maxSocketPath is what fits into a socket address on every system (104 octets with
// the zero at the end on BSDs, 108 on Linux).
const maxSocketPath = 103

func listenUnix(ctx context.Context, path string) (net.Listener, error) {
	switch {
	case path == "":
		return nil, errors.New("it has no path: write unix:PATH, as in unix:/run/meridian/admin.sock")
	case len(path) > maxSocketPath:
		return nil, fmt.Errorf("its path is longer than the %d octets that a socket address holds", maxSocketPath)
	}
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("making its folder: %w", err)
	}
	if err := checkFolder(folder); err != nil {
		return nil, err
	}
	if err := removeStale(ctx, path); err != nil {
		return nil, err
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		ln.Close()
		return nil, err
	}
	return ln, nil
}

// checkFolder refuses a folder that others than this user may enter.
func checkFolder(folder string) error {
	info, err := os.Stat(folder)
	if err != nil {
		return err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("others may enter its folder %s (mode %04o): chmod 0700 it, or choose another", folder, mode)
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) != os.Geteuid() {
		return fmt.Errorf("its folder %s belongs to another user (uid %d): choose one of your own", folder, stat.Uid)
	}
	return nil
}

// removeStale removes a socket that a dead process left. The folder is ours alone, so
// nobody else can put one there meanwhile; the store's lock keeps two servers of one
// user apart.
func removeStale(ctx context.Context, path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode().Type() != fs.ModeSocket:
		return errors.New("something else is there that is no socket: remove it, or choose another path")
	}
	dialer := net.Dialer{Timeout: time.Second}
	conn, err := dialer.DialContext(ctx, "unix", path)
	switch {
	case err == nil:
		conn.Close()
		return errors.New("another process answers there: stop it, or choose another path")
	case errors.Is(err, syscall.ECONNREFUSED):
		return os.Remove(path)
	}
	return fmt.Errorf("it is there already and can't be asked whether it is alive: %w", err)
}
