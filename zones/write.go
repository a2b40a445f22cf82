package zones

// A zone as a master file.

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/miekg/dns"

	"meridian/wire"
)

// WriteTo writes the zone as a master file that Parse reads back to equal contents:
// $ORIGIN, the SOA first, then owner names in canonical order and relative to the
// origin, each record on a line with its TTL.
func (c *Contents) WriteTo(w io.Writer) (int64, error) {
	counted := &countWriter{w: w}
	out := bufio.NewWriter(counted)
	origin := c.Name
	if soa, ok := c.RRset(c.Name, dns.TypeSOA); ok {
		origin = soa.Owner // in the letter case that most owners have
	}
	fmt.Fprintf(out, "$ORIGIN %s\n", origin)
	var reader rdataReader
	for s := range c.All() {
		owner, name := relativeTo(s.Owner, origin), TypeName(s.Type)
		for _, rdata := range s.RDATA {
			fmt.Fprintf(out, "%s\t%d\tIN\t%s\t%s\n", owner, s.TTL, name, reader.text(s.Type, rdata))
		}
	}
	if err := out.Flush(); err != nil {
		return counted.n, fmt.Errorf("writing zone %s: %w", c.Name, err)
	}
	return counted.n, nil
}

// relativeTo returns a name as it stands below an $ORIGIN: without the origin where
// its octets end in it, else whole.
func relativeTo(name, origin wire.Name) string {
	if name == origin {
		return "@"
	}
	if origin == wire.Root || len(name) <= len(origin) || !name.Canonical().IsSubdomainOf(origin.Canonical()) ||
		!strings.HasSuffix(string(name), string(origin)) {
		return name.String()
	}
	front := name[:len(name)-len(origin)] + wire.Root
	return strings.TrimSuffix(front.String(), ".")
}

type countWriter struct {
	w io.Writer
	n int64
}

func (c *countWriter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}
