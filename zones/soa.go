package zones

// What is read from and replaced in a zone's SOA record.

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/miekg/dns"
)

// SOA's RDATA end in five numbers of 32 bits: serial, refresh, retry, expire,
// minimum (RFC 1035 section 3.3.13).
const soaNumbers = 20

// Serial returns the serial of an SOA RRset.
func (s RRset) Serial() (uint32, error) {
	if s.Type != dns.TypeSOA || len(s.RDATA) != 1 || len(s.RDATA[0]) < soaNumbers+2 {
		return 0, fmt.Errorf("%s: it is not one SOA record", s.Key())
	}
	return binary.BigEndian.Uint32(s.soaNumber(0)), nil
}

// WithSerial returns the SOA RRset s with another serial. It panics where Serial has
// an error.
func (s RRset) WithSerial(serial uint32) RRset {
	s.RDATA = [][]byte{slices.Clone(s.RDATA[0])}
	binary.BigEndian.PutUint32(s.soaNumber(0), serial)
	return s
}

// NegativeTTL returns the TTL in seconds of the SOA RRset s in negative answers: the
// lower of its own and its minimum field (RFC 2308 section 5). It panics where Serial
// has an error.
func (s RRset) NegativeTTL() uint32 {
	return min(s.TTL, binary.BigEndian.Uint32(s.soaNumber(4)))
}

func (s RRset) soaNumber(i int) []byte {
	rdata := s.RDATA[0]
	return rdata[len(rdata)-soaNumbers+4*i:]
}
