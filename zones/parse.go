package zones

// Parse: a master file's entries to Contents, directives included.

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/miekg/dns"

	"meridian/config"
	"meridian/wire"
)

// Bounds of one zone's master files.
const (
	maxBytes  = 1 << 30 // of all files together, each counted as often as it is included
	openBytes = 1 << 12 // that opening a file counts for, so that empty ones have a bound too
	maxDepth  = 8       // of $INCLUDE
)

var errTooLarge = errors.New("the master files have more than 1 GiB together")

// Parse is ReadFile for a master file in memory. fileName names it in findings, and
// the zone where neither the argument nor an SOA does. include returns the content of
// an included file, given by its slash-separated path from the first file's folder,
// which never leads out of it; nil refuses every $INCLUDE.
func Parse(fileName string, data []byte, zone wire.Name, include func(path string) ([]byte, error), opts ReadOptions) (*Contents, config.Problems) {
	p := &parser{contents: NewContents(zone), include: include, folder: filepath.Dir(fileName), pieceLen: pieceLen}
	return p.parse(fileName, data, zone, opts)
}

func (p *parser) parse(fileName string, data []byte, zone wire.Name, opts ReadOptions) (*Contents, config.Problems) {
	if p.maxGenerated = opts.MaxGenerated; p.maxGenerated == 0 {
		p.maxGenerated = DefaultMaxGenerated
	}
	p.contents.files = []string{fileName}
	f := &file{name: fileName, path: filepath.Base(fileName), origin: zone}
	if zone == "" {
		f.origin, f.guessed = fileZone(fileName), true
	}
	guess := f.origin
	p.file(f, data)
	c := p.contents
	if c.Name == "" {
		c.Name = guess.Canonical()
	}
	if c.Name == "" {
		p.findings.add(config.Problem{File: fileName, Message: "the zone has no name: there is no SOA record, and the file's name is no domain name",
			Hint: "add the SOA record, or give --zone"})
		return c, p.findings.all()
	}
	p.finish(opts)
	return c, p.findings.all()
}

// fileZone makes a zone's name of a file's, or "" of a name that cannot be one.
func fileZone(fileName string) wire.Name {
	base := filepath.Base(fileName)
	if base == "." || base == string(filepath.Separator) {
		return ""
	}
	name, err := wire.ParseName(strings.TrimSuffix(base, ".zone"))
	if err != nil {
		return ""
	}
	return name
}

// parser is what all files of one zone share.
type parser struct {
	contents *Contents
	include  func(path string) ([]byte, error)
	folder   string // of the first file, for the names of included ones in findings
	findings findings
	rdata    rdataReader
	bytes    int // read so far
	pieceLen int // about how long pieces are
	misses   int // pieces that had to be read once more

	generated, maxGenerated int // records of $GENERATE
}

// file is the state of reading one file. $ORIGIN, $TTL and the last owner of an
// included file end with it.
type file struct {
	name    string // in findings
	path    string // from the first file's folder
	parent  *file  // that includes this one
	depth   int
	origin  wire.Name // "" when nothing says it
	guessed bool      // origin is from the file's name: an SOA's owner or $ORIGIN replaces it
	owner   wire.Name // of the last record, "" before it
	ttl     ttlState

	// ownerLost is set after an entry whose owner could not be read: what follows
	// without an owner of its own belongs to it, and cannot be read either.
	ownerLost bool
}

// ttlState is what a record without a TTL gets: $TTL's value (RFC 2308 section 4),
// else the last stated one (RFC 1035 section 5.1).
type ttlState struct {
	value  uint32
	source ttlSource
}

type ttlSource uint8

const (
	noTTL ttlSource = iota
	statedTTL
	directiveTTL
)

func (p *parser) file(f *file, data []byte) {
	if p.bytes += openBytes + len(data); p.bytes > maxBytes {
		p.add(f, &fault{message: errTooLarge.Error(), hint: "split the zone, or look for a file that is included again and again"})
		return
	}
	s := newSplitter(strings.TrimPrefix(string(data), "\uFEFF"))
	for again := 0; !p.findings.full() && p.bytes <= maxBytes; {
		if s.pos >= again && len(s.src)-s.pos > p.pieceLen {
			again = p.pieces(f, s)
		}
		e, fault, ok := s.next()
		switch {
		case !ok:
			return
		case fault != nil:
			p.add(f, fault)
			p.unread(f, e)
		case e.isDirective():
			p.add(f, p.directive(f, e.words))
		default:
			p.add(f, p.record(f, e))
		}
	}
}

// add adds a fault that is not nil to the findings.
func (p *parser) add(f *file, fault *fault) {
	if fault != nil {
		p.findings.add(config.Problem{File: f.name, Line: fault.line, Column: fault.column, Message: fault.message, Hint: fault.hint})
	}
}

// directive obeys an entry that begins with a dollar sign.
func (p *parser) directive(f *file, words []word) *fault {
	name := strings.ToUpper(words[0].text)
	arguments := map[string]int{"$ORIGIN": 1, "$TTL": 1, "$INCLUDE": 2}
	most, ok := arguments[name]
	switch {
	case name == "$GENERATE":
		return p.generate(f, words)
	case !ok:
		return words[0].fault(fmt.Sprintf("%q is no directive", words[0].text),
			"use $ORIGIN, $TTL, $INCLUDE or $GENERATE; an owner name that begins with a dollar sign is written \\$")
	case len(words) == 1:
		return words[0].fault(name+" says nothing", directiveHint(name))
	case len(words) > most+1:
		return words[most+1].fault(fmt.Sprintf("%q stands after all that %s takes", words[most+1].text, name), directiveHint(name))
	}
	switch name {
	case "$ORIGIN":
		origin, fault := relativeName(words[1], f.origin)
		if fault == nil {
			f.origin, f.guessed = origin, false
		}
		return fault
	case "$TTL":
		ttl, fault := parseTTL(words[1])
		if fault == nil {
			f.ttl = ttlState{ttl, directiveTTL}
		}
		return fault
	}
	return p.included(f, words)
}

func directiveHint(name string) string {
	switch name {
	case "$ORIGIN":
		return "write $ORIGIN and a domain name, for example: $ORIGIN example.com."
	case "$TTL":
		return "write $TTL and a time, for example: $TTL 3600"
	}
	return "write $INCLUDE, a file and at most an origin, for example: $INCLUDE hosts.inc sub"
}

// included reads the file of $INCLUDE, whose path is relative to the including file.
func (p *parser) included(f *file, words []word) *fault {
	name, fault := unquote(words[1])
	if fault != nil {
		return fault
	}
	inner := &file{parent: f, depth: f.depth + 1, origin: f.origin, guessed: f.guessed, ttl: f.ttl}
	if len(words) == 3 {
		if inner.origin, fault = relativeName(words[2], f.origin); fault != nil {
			return fault
		}
		inner.guessed = false
	}
	inner.path = path.Join(path.Dir(f.path), name)
	switch {
	case p.include == nil:
		return words[1].fault("$INCLUDE is not possible here", "put the included records into the file itself")
	case strings.HasPrefix(name, "/") || inner.path == ".." || strings.HasPrefix(inner.path, "../"):
		return words[1].fault(fmt.Sprintf("$INCLUDE of %s leads out of the zone file's folder", name), "move the file there and name it relative to the including file")
	case f.isWithin(inner.path):
		return words[1].fault(fmt.Sprintf("$INCLUDE of %s: the file includes itself", name), "include it once, from outside")
	case inner.depth > maxDepth:
		return words[1].fault(fmt.Sprintf("$INCLUDE goes more than %d files deep", maxDepth), "put the included records into the file itself")
	}
	data, err := p.include(inner.path)
	if err != nil {
		return words[1].fault(fmt.Sprintf("$INCLUDE of %s: %s", name, reason(err)), "it must be a file in the zone file's folder or below")
	}
	inner.name = filepath.Join(p.folder, filepath.FromSlash(inner.path))
	p.file(inner, data)
	if f.guessed && p.contents.Name != "" { // the SOA was in there
		f.origin, f.guessed = p.contents.Name, false
	}
	return nil
}

// isWithin says whether f is a file, or included by it.
func (f *file) isWithin(path string) bool {
	for ; f != nil; f = f.parent {
		if f.path == path {
			return true
		}
	}
	return false
}

// record adds the record of an entry to the contents.
func (p *parser) record(f *file, e entry) *fault {
	if e.indent && f.ownerLost {
		return nil
	}
	h, fault := p.head(f, e)
	if fault != nil {
		return fault
	}
	rdata, fault := p.rdata.data(h, f.origin)
	if fault != nil {
		p.contents.noteUnread(h)
		return fault
	}
	at := p.contents.place(Position{File: f.name, Line: h.at.line, Column: h.at.column})
	if differs := p.contents.addRecord(record{owner: h.owner, rdata: rdata, ttl: h.ttl, typ: h.typ, hash: p.contents.hash(h.owner.Canonical())}, at); differs != nil {
		p.findings.add(*differs)
	}
	return nil
}

// head reads what stands before an entry's RDATA. The first SOA names a zone that has
// no name yet.
func (p *parser) head(f *file, e entry) (head, *fault) {
	h, fault := readHead(e, f)
	if fault != nil {
		p.contents.noteUnread(h)
		return h, fault
	}
	if h.typ == dns.TypeSOA && p.contents.Name == "" {
		p.contents.Name = h.owner.Canonical()
		if f.guessed {
			f.origin, f.guessed = h.owner, false
		}
	}
	return h, nil
}

// unread takes from an entry that could not be split what the following ones need:
// its owner, and that its record is there.
func (p *parser) unread(f *file, e entry) {
	switch {
	case len(e.words) == 0:
		f.ownerLost = f.ownerLost || !e.indent
	case !e.isDirective():
		if h, fault := p.head(f, e); fault == nil {
			p.contents.noteUnread(h)
		}
	}
}

// finish looks at the contents as a whole once all files are read.
func (p *parser) finish(opts ReadOptions) {
	c := p.contents
	for _, s := range c.sets.all() {
		s.sort()
		if s.Owner.Canonical().IsSubdomainOf(c.Name) {
			continue
		}
		found := c.position(s.at).problem(fmt.Sprintf("%s lies outside of the zone %s", s.Key(), c.Name), "")
		if found.Warning = opts.SkipOutOfZone; found.Warning {
			found.Message += " and was skipped"
		} else {
			found.Hint = "correct the name (a dot at its end?) or the zone's, or skip such records with --skip-out-of-zone"
		}
		p.findings.add(found)
		s.RDATA = nil
		c.count--
	}
}
