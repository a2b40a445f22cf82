package zones

// RDATA between text and wire form, by miekg/dns.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"meridian/wire"
)

// bareHeader is the length of a packed record's part before RDATA when its owner is
// the root: name 1, type 2, class 2, TTL 4, RDLENGTH 2.
const bareHeader = 11

// rdataPacker packs records whose owner is the root. Its buffer is used again.
type rdataPacker struct{ buf []byte }

func (p *rdataPacker) pack(rr dns.RR) ([]byte, error) {
	if p.buf == nil {
		p.buf = make([]byte, 512)
	}
	n, err := dns.PackRR(rr, p.buf, 0, nil, false)
	if err != nil && len(p.buf) < bareHeader+65535 { // most RDATA are short
		p.buf = make([]byte, bareHeader+65535)
		n, err = dns.PackRR(rr, p.buf, 0, nil, false)
	}
	if err != nil {
		return nil, err
	}
	return bytes.Clone(p.buf[bareHeader:n]), nil
}

// unpackRDATA reads RDATA whole; h.Rdlength must be its length. The records of
// miekg/dns hold strings with their escapes, but those of CAA and URI, which go to the
// end of RDATA, it unpacks without them: they are put in here.
func unpackRDATA(h dns.RR_Header, rdata []byte) (dns.RR, error) {
	if h.Rrtype == TypeALIAS {
		if _, err := ParseAlias(rdata); err != nil {
			return nil, err
		}
	}
	rr, n, err := dns.UnpackRRWithHeader(h, rdata, 0)
	if err != nil {
		return nil, err
	}
	if n != len(rdata) {
		return nil, fmt.Errorf("%d octets are left over", len(rdata)-n)
	}
	switch rr := rr.(type) {
	case *dns.CAA:
		rr.Value = strings.ReplaceAll(rr.Value, `\`, `\\`)
	case *dns.URI:
		rr.Target = strings.ReplaceAll(rr.Target, `\`, `\\`)
	}
	return rr, nil
}

// rdataReader reads the RDATA of one record after the other. It keeps one parser of
// miekg/dns for all of them, since making one costs more than a short record; after
// an error (which that parser does not survive) and under a new origin it makes another.
type rdataReader struct {
	packer rdataPacker
	origin wire.Name
	zp     *dns.ZoneParser
	feed   lineFeed
	kept   []byte // room for short RDATA, which share it
}

// read returns the wire form of RDATA given as words of presentation form. On an
// error it also says at which word it was seen.
func (r *rdataReader) read(typ uint16, words []word, origin wire.Name) (rdata []byte, at int, err error) {
	switch {
	case len(words) == 0 && typ == dns.TypeAPL: // the empty list is one (RFC 3123 section 4)
		return []byte{}, 0, nil
	case len(words) == 0:
		return nil, 0, errNoRDATA
	case typ == TypeALIAS && words[0].text != `\#`:
		return readAlias(words, origin)
	case words[0].text == `\#`:
		return r.generic(typ, words)
	}
	if r.zp == nil || r.origin != origin {
		text := ""
		if origin != "" {
			text = origin.String()
		}
		r.zp, r.origin = dns.NewZoneParser(&r.feed, text, ""), origin
	}
	r.feed.set(typ, words)
	rr, ok := r.zp.Next()
	switch err := r.zp.Err(); {
	case r.feed.ended, !ok && r.feed.used():
		r.zp = nil
		return nil, len(words) - 1, errEndsEarly
	case !ok:
		r.zp = nil
		return nil, r.feed.wordAt(errorColumn(err)), err
	case r.feed.unread():
		at := r.feed.wordAt(r.feed.next)
		r.zp = nil
		return nil, at, errTooMuch
	}
	rdata, err = r.packer.pack(rr)
	if err == nil && !isPlain(typ) {
		// A few types' parsers take data whose parts don't fit together.
		if _, bad := unpackRDATA(headerOf(typ, rdata), rdata); bad != nil {
			return nil, 0, errUnfit
		}
	}
	return rdata, 0, err
}

// isPlain says that data of the type, once parsed and packed, are right and that their
// text reads back: those types that nearly all records have, and have nothing to escape
// but names.
func isPlain(typ uint16) bool {
	switch typ {
	case dns.TypeA, dns.TypeAAAA, dns.TypeNS, dns.TypeCNAME, dns.TypePTR, dns.TypeMX, dns.TypeSOA:
		return true
	}
	return false
}

func headerOf(typ uint16, rdata []byte) dns.RR_Header {
	return dns.RR_Header{Name: ".", Rrtype: typ, Class: dns.ClassINET, Rdlength: uint16(len(rdata))}
}

var (
	errNoRDATA   = errors.New("there are no data")
	errEndsEarly = errors.New("the data end too early")
	errUnfit     = errors.New("the data do not fit together")
	errTooMuch   = errors.New("something follows the data")
)

// lineFeed gives a parser of miekg/dns one record as one line.
type lineFeed struct {
	line   []byte
	next   int
	starts []int // of each word in line
	ended  bool  // more than there is was asked for
}

func (f *lineFeed) set(typ uint16, words []word) {
	f.next, f.ended, f.starts = 0, false, f.starts[:0]
	f.line = append(f.line[:0], ". 0 IN "...)
	f.line = append(f.line, TypeName(typ)...)
	for _, w := range words {
		f.line = append(f.line, ' ')
		f.starts = append(f.starts, len(f.line))
		f.line = append(f.line, w.text...)
	}
	f.line = append(f.line, "\n\n"...) // some types' parsers read on to the line after
}

// used says whether the parser went beyond the line.
func (f *lineFeed) used() bool { return f.next == len(f.line) }

// unread says whether the parser stopped before the line's end.
func (f *lineFeed) unread() bool { return f.next < len(f.line)-1 }

// ReadByte is for the parser.
func (f *lineFeed) ReadByte() (byte, error) {
	if f.next == len(f.line) {
		f.ended = true
		return 0, io.EOF
	}
	f.next++
	return f.line[f.next-1], nil
}

// Read is never called: a parser that sees ReadByte uses it.
func (f *lineFeed) Read([]byte) (int, error) { return 0, io.EOF }

// wordAt returns the index of the word that ends before a column of the line.
func (f *lineFeed) wordAt(column int) int {
	i, _ := slices.BinarySearch(f.starts, column)
	return max(i-1, 0)
}

// errorColumn digs the column out of a parser's error, which has it in its text only.
func errorColumn(err error) int {
	text := err.Error()
	line, column := 0, 0
	if i := strings.LastIndex(text, " at line: "); i >= 0 {
		if n, _ := fmt.Sscanf(text[i:], " at line: %d:%d", &line, &column); n == 2 {
			return column
		}
	}
	return 0
}
