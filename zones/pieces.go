package zones

// Large files are read by several goroutines, in pieces of whole lines.
//
// Most of a large file is lines of one record each, with no directive and no parenthesis
// in them: where such a piece begins with an owner name it can be read by itself, given
// the origin and $TTL. A piece in which anything else is found, any fault among it, is
// read once more in its turn, where all that came before is known.
//
//	file ──cut──→ pieces ──workers──→ records ──in the file's order──→ contents

import (
	"math"
	"runtime"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"meridian/wire"
)

const (
	pieceLen    = 256 << 10 // about how long a piece is
	usualRecord = 20        // and how long a short record
)

// piece is some lines of a file on their way through a worker.
type piece struct {
	src   string
	end   int // in the file
	state file
	done  chan struct{} // closed when the rest is there

	ok      bool
	records []record
	lines   int
}

// record is a record as it was read.
type record struct {
	owner  wire.Name
	rdata  []byte
	ttl    uint32
	typ    uint16
	column uint16
	line   uint32 // of the piece
	hash   uint32 // of the owner
}

// pieces reads on in pieces as far as that goes. It returns where it can be tried again.
func (p *parser) pieces(f *file, s *splitter) (again int) {
	workers := runtime.GOMAXPROCS(0)
	switch {
	case workers == 1 || p.contents.Name == "" || f.guessed:
		return s.pos + p.pieceLen
	case !beginsRecord(s.src[s.pos:]):
		return s.pos + 1
	}
	p.contents.reserve(min((len(s.src)-s.pos)/usualRecord, maxReserve))
	work := make(chan *piece, workers)
	defer close(work)
	for range workers {
		go func() {
			var reader rdataReader
			for next := range work {
				next.read(&reader, p.contents)
				close(next.done)
			}
		}()
	}
	var waiting []*piece // in the file's order
	for pos := s.pos; ; {
		for len(waiting) < 2*workers && pos < len(s.src) {
			next := cutPiece(s.src, pos, p.pieceLen)
			if next == nil {
				break
			}
			next.state = file{origin: f.origin, ttl: f.ttl}
			if f.ttl.source == statedTTL {
				next.state.ttl = ttlState{} // the pieces before may state another
			}
			pos = next.end
			waiting = append(waiting, next)
			work <- next
		}
		if len(waiting) == 0 {
			return pos + p.pieceLen
		}
		next := waiting[0]
		waiting = waiting[1:]
		<-next.done
		if !next.ok {
			p.misses++ // a file of such pieces is not for workers
			return next.end + p.misses*p.pieceLen
		}
		p.take(f, s, next)
	}
}

// cutPiece cuts off a piece of about a length that begins at a place; nil where what is there can't be one.
func cutPiece(src string, pos, length int) *piece {
	if !beginsRecord(src[pos:]) || len(src)-pos < length {
		return nil
	}
	end := pos + length
	for {
		i := strings.IndexByte(src[end:], '\n')
		if i < 0 {
			end = len(src)
			break
		}
		if end += i + 1; beginsRecord(src[end:]) {
			break
		}
	}
	text := src[pos:end]
	if strings.Contains(text, "(") || strings.Contains(text, ")") || strings.Contains(text, "\n$") {
		return nil
	}
	return &piece{src: text, end: end, done: make(chan struct{})}
}

// beginsRecord says whether a line begins with an owner name.
func beginsRecord(line string) bool {
	return line != "" && !isBlank(line[0]) && strings.IndexByte("\n;()$", line[0]) < 0
}

// read reads a piece's records, whose lines are counted from its first. Of the contents it
// needs how they hash names.
func (p *piece) read(reader *rdataReader, contents *Contents) {
	s := newSplitter(p.src)
	p.records = make([]record, 0, len(p.src)/usualRecord)
	for {
		e, fault, more := s.next()
		if !more {
			break
		}
		if fault != nil || e.isDirective() {
			return
		}
		h, fault := readHead(e, &p.state)
		if fault != nil || h.typ == dns.TypeSOA {
			return
		}
		rdata, fault := reader.data(h, p.state.origin)
		if fault != nil {
			return
		}
		p.records = append(p.records, record{h.owner, rdata, h.ttl, h.typ, uint16(min(h.at.column, math.MaxUint16)), uint32(h.at.line), contents.hash(h.owner.Canonical())})
	}
	p.lines, p.ok = s.line-1, true
}

// take adds a piece's records and leaves all as if the piece had been read in its turn.
func (p *parser) take(f *file, s *splitter, next *piece) {
	at := p.contents.place(Position{File: f.name, Line: s.line})
	var hashes []uint32
	for records := range slices.Chunk(next.records, warmAtOnce) {
		hashes = hashes[:0]
		for i := range records {
			hashes = append(hashes, records[i].hash)
		}
		p.contents.warm(hashes)
		for _, r := range records {
			at.line, at.column = uint32(s.line)+r.line-1, r.column
			if differs := p.contents.addRecord(r, at); differs != nil {
				p.findings.add(*differs)
			}
		}
	}
	f.owner, f.ownerLost = next.state.owner, false
	if next.state.ttl.source != noTTL {
		f.ttl = next.state.ttl
	}
	s.pos, s.line, s.lineStart = next.end, s.line+next.lines, next.end
}
