package zones

// One record: from an entry's words to owner, TTL, type and RDATA.

import (
	"fmt"
	"math"
	"strings"

	"github.com/miekg/dns"

	"meridian/config"
	"meridian/wire"
)

const headHint = "write NAME TTL TYPE DATA, for example: www 300 A 192.0.2.1"

// head is a record before its RDATA.
type head struct {
	owner    wire.Name
	ttl      uint32
	typ      uint16
	at       word   // the entry's first
	typeWord word   // where the type stands
	data     []word // what follows the type
}

// readHead reads owner, TTL, class and type of an entry and keeps in f what the next
// entries take from it.
func readHead(e entry, f *file) (head, *fault) {
	h := head{at: e.words[0], owner: f.owner}
	words := e.words
	if !e.indent {
		owner, fault := relativeName(words[0], f.origin)
		f.owner, f.ownerLost = owner, fault != nil
		if fault != nil {
			return h, fault
		}
		h.owner = owner
		words = words[1:]
	} else if h.owner == "" {
		return h, h.at.fault("the first record of a file must name its owner", "begin the line with the name, or with @ for the zone's own")
	}
	ttl, words, fault := readTTLAndClass(words)
	if fault != nil {
		return h, fault
	}
	if len(words) == 0 {
		return h, h.at.fault(fmt.Sprintf("the record of %s has no type", h.owner), headHint)
	}
	typ, err := ParseType(words[0].text)
	if err != nil {
		return h, words[0].fault(err.Error(), headHint)
	}
	h.typ, h.typeWord, h.data = typ, words[0], words[1:]
	switch {
	case ttl != nil:
		h.ttl = *ttl
		if f.ttl.source != directiveTTL {
			f.ttl = ttlState{*ttl, statedTTL}
		}
	case f.ttl.source == noTTL:
		return h, h.at.fault(fmt.Sprintf("%s %s has no TTL, and none was stated before it", h.owner, TypeName(typ)),
			"add a line such as $TTL 3600 at the top of the file")
	default:
		h.ttl = f.ttl.value
	}
	return h, nil
}

// readTTLAndClass reads both, in either order and each at most once (RFC 1035 section
// 5.1), and returns the words after them.
func readTTLAndClass(words []word) (*uint32, []word, *fault) {
	var ttl *uint32
	var class bool
	for ; len(words) > 0; words = words[1:] {
		w := words[0]
		switch {
		case ttl == nil && '0' <= w.text[0] && w.text[0] <= '9':
			t, fault := parseTTL(w)
			if fault != nil {
				return nil, nil, fault
			}
			ttl = &t
		case !class && isClass(w.text):
			if !strings.EqualFold(w.text, "IN") && !strings.EqualFold(w.text, "CLASS1") {
				return nil, nil, w.fault(fmt.Sprintf("class %s is not served, only IN", strings.ToUpper(w.text)), "remove the record, or its class")
			}
			class = true
		default:
			return ttl, words, nil
		}
	}
	return ttl, words, nil
}

// isClass says whether a word is a class. ANY and NONE, which are also no class of
// data, are left to be refused as types.
func isClass(s string) bool {
	switch strings.ToUpper(s) {
	case "IN", "CH", "HS", "CS":
		return true
	}
	return len(s) > 5 && strings.EqualFold(s[:5], "CLASS") && strings.Trim(s[5:], "0123456789") == ""
}

// parseTTL reads seconds, or numbers with units as in 1w2d3h4m5s.
func parseTTL(w word) (uint32, *fault) {
	const hint = "write seconds, or numbers with units such as 1h30m (s, m, h, d, w)"
	var total, n uint64
	digits := 0
	for _, c := range []byte(w.text) {
		if '0' <= c && c <= '9' {
			n, digits = min(n*10+uint64(c-'0'), math.MaxUint32), digits+1
			continue
		}
		unit := map[byte]uint64{'s': 1, 'm': 60, 'h': 3600, 'd': 86400, 'w': 604800}[c|0x20]
		if unit == 0 || digits == 0 {
			return 0, w.fault(fmt.Sprintf("%q is not a TTL", w.text), hint)
		}
		total, n, digits = min(total+n*unit, math.MaxUint32), 0, 0
	}
	if total += n; total > MaxTTL {
		return 0, w.fault(fmt.Sprintf("the TTL %s is over %d seconds (RFC 2181 section 8)", w.text, MaxTTL), "a week, 1w, is long already")
	}
	return uint32(total), nil
}

// relativeName reads an owner name or origin; "" as the origin is none.
func relativeName(w word, origin wire.Name) (wire.Name, *fault) {
	if name, ok := plainName(w.text, origin); ok {
		return name, nil
	}
	if origin == "" && (w.text == "@" || !strings.HasSuffix(w.text, ".")) {
		return "", w.fault(fmt.Sprintf("%s is relative, and the zone's name is not known", w.text), "add $ORIGIN at the top of the file, or give --zone")
	}
	if hasQuote(w.text) {
		return "", w.fault(fmt.Sprintf("the name %s has a quote in it", w.text), `remove it; a quote that belongs to the name is written \"`)
	}
	name, err := wire.RelativeName(w.text, origin)
	if err != nil {
		return "", w.fault(err.Error(), "correct the name")
	}
	return name, nil
}

// hasQuote says whether there is a quote in s that is not escaped.
func hasQuote(s string) bool {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return true
		}
	}
	return false
}

// unquote returns a file's name without the quotes around it.
func unquote(w word) (string, *fault) {
	text := w.text
	if len(text) >= 2 && text[0] == '"' && text[len(text)-1] == '"' {
		text = text[1 : len(text)-1]
	}
	if text == "" || strings.ContainsAny(text, "\"\\\x00") {
		return "", w.fault(fmt.Sprintf("%s is not the name of a file", w.text), "write a path without quotes and backslashes in it")
	}
	return text, nil
}

func (w word) fault(message, hint string) *fault {
	return &fault{line: w.line, column: w.column, message: message, hint: hint}
}

// data reads the RDATA of a record and says what is wrong with them.
func (r *rdataReader) data(h head, origin wire.Name) ([]byte, *fault) {
	if rdata, ok := r.direct(h.typ, h.data, origin); ok {
		return rdata, nil
	}
	rdata, i, err := r.read(h.typ, h.data, origin)
	if err == nil {
		return rdata, nil
	}
	at := h.typeWord
	if i < len(h.data) {
		at = h.data[i]
	}
	return nil, advise(h.typ, at, err)
}

// addRecord adds one record to its RRset, and returns a warning where its TTL is
// another than the RRset's so far.
func (c *Contents) addRecord(r record, at place) *config.Problem {
	s, was := c.enter(r.owner, r.hash, r.typ)
	if !was {
		c.count++
		s.RRset, s.at = RRset{Owner: r.owner, Type: r.typ, TTL: r.ttl, RDATA: c.list(r.rdata)}, at
		return nil
	}
	s.RDATA = append(s.RDATA, r.rdata)
	if s.TTL == r.ttl || r.typ == dns.TypeRRSIG { // signatures have the TTL of what they sign (RFC 4034 section 3)
		s.TTL = min(s.TTL, r.ttl)
		return nil
	}
	before := s.TTL
	s.TTL = min(before, r.ttl)
	differs := c.position(at).problem(fmt.Sprintf("%s has the TTL %d here and %d before: the lowest is taken (RFC 2181 section 5.2)", s.Key(), r.ttl, before),
		"give all records of one name and type the same TTL")
	differs.Warning = true
	return &differs
}

// list makes a list of one, in memory that many of them share.
func (c *Contents) list(rdata []byte) [][]byte {
	if len(c.lists) == cap(c.lists) {
		c.lists = make([][]byte, 0, max(4, min(2*cap(c.lists), 1024)))
	}
	c.lists = append(c.lists, rdata)
	n := len(c.lists)
	return c.lists[n-1 : n : n]
}

// noteUnread notes that a record was there, if as much as its type is known.
func (c *Contents) noteUnread(h head) {
	if h.typ == dns.TypeNone {
		return
	}
	if c.unread == nil {
		c.unread = make(map[wire.Name][]uint16)
	}
	owner := h.owner.Canonical()
	c.unread[owner] = append(c.unread[owner], h.typ)
}

// ParseRecord reads one record as it would stand in a master file: relative names
// are below origin, and ttl (in seconds) is used when it states none. Its error is a
// config.Problems without positions.
func ParseRecord(line string, origin wire.Name, ttl uint32) (RRset, error) {
	s, fault := parseRecord(line, origin, ttl)
	if fault != nil {
		return RRset{}, config.Problems{{Message: fault.message, Hint: fault.hint}}
	}
	return s, nil
}

func parseRecord(line string, origin wire.Name, ttl uint32) (RRset, *fault) {
	s := newSplitter(line)
	e, fault, ok := s.next()
	switch {
	case fault != nil:
		return RRset{}, fault
	case !ok:
		return RRset{}, word{}.fault("there is no record", headHint)
	case e.isDirective():
		return RRset{}, e.words[0].fault(fmt.Sprintf("%s is no record", e.words[0].text), headHint)
	}
	e.indent = false // blanks before a lone record mean nothing
	h, fault := readHead(e, &file{origin: origin, ttl: ttlState{ttl, directiveTTL}})
	if fault != nil {
		return RRset{}, fault
	}
	if h.ttl > MaxTTL {
		return RRset{}, h.at.fault(fmt.Sprintf("the TTL %d is over %d seconds (RFC 2181 section 8)", h.ttl, MaxTTL), "give a smaller one")
	}
	var reader rdataReader
	rdata, fault := reader.data(h, origin)
	if fault != nil {
		return RRset{}, fault
	}
	if _, _, more := s.next(); more {
		return RRset{}, h.at.fault("there is more than one record", "give one at a time")
	}
	return RRset{Owner: h.owner, Type: h.typ, TTL: h.ttl, RDATA: [][]byte{rdata}}, nil
}
