package main

// The compact forms, compressed and proved.

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"os"
	"os/exec"

	"github.com/klauspost/compress/zstd"

	"meridian/geoip"
)

// writeCompact writes a base table's compact form, and proves that reading it gives the
// table back, with its gaps filled.
func writeCompact(base *geoip.Base, file string) error {
	plain, err := base.AppendCompact(nil)
	if err != nil {
		return err
	}
	packed, by, err := compress(plain)
	if err != nil {
		return fmt.Errorf("compressing %s: %w", file, err)
	}
	back, err := decompress(packed)
	if err != nil || !bytes.Equal(back, plain) {
		return fmt.Errorf("%s doesn't unpack to what it was made of (%v)", file, err)
	}
	read, err := geoip.ReadCompact("embedded", back, true)
	if err != nil {
		return err
	}
	if err := prove(base, read); err != nil {
		return fmt.Errorf("%s is not the database that it was made of: %w", file, err)
	}
	if err := os.WriteFile(file, packed, 0o644); err != nil {
		return fmt.Errorf("writing the compact form: %w", err)
	}
	i := base.Info()
	fmt.Printf("%s: %d octets (%d before %s), %d locations, %d IPv4 and %d IPv6 runs, proved\n",
		file, len(packed), len(plain), by, i.Rows, i.RunsV4, i.RunsV6)
	return nil
}

// prove compares the tables run by run. Where the database has no entry, the other must
// say that it was filled.
func prove(want, got *geoip.Base) error {
	next, stop := iter.Pull(unfilled(got))
	defer stop()
	for w := range unfilled(want) {
		g, ok := next()
		if !ok || g != w {
			return fmt.Errorf("it has %+v, the database %+v", g, w)
		}
	}
	if g, ok := next(); ok {
		return fmt.Errorf("it has %+v, the database nothing more", g)
	}
	return nil
}

// unfilled yields a table's runs with filled gaps as gaps, each gap once.
func unfilled(b *geoip.Base) iter.Seq[geoip.Run] {
	return func(yield func(geoip.Run) bool) {
		var last geoip.Run
		for r := range b.Runs() {
			if r.Kind == geoip.KindFilled {
				r.Kind, r.Location = geoip.KindNone, geoip.Location{}
			}
			same := last.Start.Is4() == r.Start.Is4() && last.Kind == r.Kind && last.Location == r.Location
			if same && last.Start.IsValid() {
				continue
			}
			last = r
			if !yield(r) {
				return
			}
		}
	}
}

// compress prefers the zstd program, which at its best packs a tenth tighter than the
// package can.
func compress(plain []byte) (packed []byte, by string, err error) {
	cmd := exec.Command("zstd", "--ultra", "-22", "--long=25", "-c", "-q")
	cmd.Stdin = bytes.NewReader(plain)
	if packed, err = cmd.Output(); err == nil {
		return packed, "zstd --ultra -22", nil
	}
	if !errors.Is(err, exec.ErrNotFound) {
		return nil, "", fmt.Errorf("running zstd: %w", err)
	}
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression))
	if err != nil {
		return nil, "", err
	}
	defer e.Close()
	return e.EncodeAll(plain, nil), "the zstd package (install zstd to pack tighter)", nil
}

func decompress(packed []byte) ([]byte, error) {
	d, err := zstd.NewReader(nil)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.DecodeAll(packed, nil)
}
