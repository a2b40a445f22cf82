package zones

// The splitter: master file text to entries and their words (RFC 1035 section 5.1).

import (
	"strings"
)

// word is one word of an entry as it stands in the file, quotes and escapes included.
// White space ends it, but not inside of quotes, so key="a b" is one word.
type word struct {
	text         string
	line, column int // from 1; columns count octets
}

// entry is one directive or record: a line, or several joined by parentheses.
type entry struct {
	words  []word
	indent bool // white space stands before the first word: the owner is the last one's
}

// isDirective says whether the entry is one that begins with a dollar sign.
func (e entry) isDirective() bool { return !e.indent && e.words[0].text[0] == '$' }

// fault is what the splitter cannot read, with what to do.
type fault struct {
	line, column  int
	message, hint string
}

// maxEntry bounds an entry's octets in the file: an RRset of 64 KB with every octet
// escaped, twice over for comments and layout.
const maxEntry = 1 << 19

// splitter yields the entries of one file.
type splitter struct {
	src       string
	pos       int
	line      int // of pos, from 1
	lineStart int // index of its first octet
	words     []word
}

func newSplitter(src string) *splitter { return &splitter{src: src, line: 1} }

// next returns the next entry that has words, or false at the end of the file. Its
// words are valid until the next call. With a fault the entry has the words before it,
// and the splitter goes on with the following line that begins an entry.
func (s *splitter) next() (entry, *fault, bool) {
	for s.pos < len(s.src) {
		e, f := s.entry()
		if f != nil || len(e.words) > 0 {
			return e, f, true
		}
	}
	return entry{}, nil, false
}

// entry reads up to and with the line end that ends an entry. pos is at a line's start.
func (s *splitter) entry() (entry, *fault) {
	e := entry{words: s.words[:0], indent: s.pos < len(s.src) && isBlank(s.src[s.pos])}
	first, firstLine, firstLineStart := s.pos, s.line, s.lineStart
	var open []fault // where each parenthesis is that is open
	for {
		if s.pos-first > maxEntry {
			f := s.at(first, "the entry is longer than 512 KiB", "close its parenthesis, or split the RRset's data")
			if len(open) > 0 {
				f = &open[0]
			}
			s.recoverAt(first, firstLine, firstLineStart)
			return e, f
		}
		if s.pos == len(s.src) {
			if len(open) > 0 {
				s.recoverAt(first, firstLine, firstLineStart)
				return e, &open[0]
			}
			break
		}
		c := s.src[s.pos]
		switch {
		case c == '\n':
			s.newLine()
			if len(open) == 0 {
				s.words = e.words
				return e, nil
			}
		case isBlank(c):
			s.pos++
		case c == ';':
			s.skipComment()
		case c == '(':
			open = append(open, *s.at(s.pos, "the parenthesis that opens here is never closed", `add ")" after the last of the record's data`))
			s.pos++
		case c == ')':
			if len(open) == 0 {
				f := s.at(s.pos, `there is a ")" without a "("`, `remove it, or add "(" before the data`)
				s.skipLine()
				return e, f
			}
			open = open[:len(open)-1]
			s.pos++
		default:
			w, f := s.word()
			if f != nil {
				if len(open) > 0 {
					s.recoverAt(s.pos, s.line, s.lineStart)
				} else {
					s.skipLine()
				}
				return e, f
			}
			e.words = append(e.words, w)
		}
	}
	s.words = e.words
	return e, nil
}

// word reads one word; pos is at its first octet.
func (s *splitter) word() (word, *fault) {
	start := s.pos
	for s.pos < len(s.src) {
		switch c := s.src[s.pos]; {
		case c == '\\':
			if f := s.escape(); f != nil {
				return word{}, f
			}
		case c == '"':
			if f := s.quoted(); f != nil {
				return word{}, f
			}
		case isBlank(c) || c == '\n' || c == ';' || c == '(' || c == ')':
			return s.wordFrom(start), nil
		default:
			s.pos++
		}
	}
	return s.wordFrom(start), nil
}

func (s *splitter) wordFrom(start int) word {
	return word{text: s.src[start:s.pos], line: s.line, column: start - s.lineStart + 1}
}

// quoted goes over a string in quotes, which must end on its line: a forgotten quote
// would otherwise swallow the rest of the file.
func (s *splitter) quoted() *fault {
	start := s.pos
	for s.pos++; s.pos < len(s.src); {
		switch s.src[s.pos] {
		case '"':
			s.pos++
			return nil
		case '\\':
			if f := s.escape(); f != nil {
				return f
			}
		case '\n':
			return s.at(start, "the quoted string that begins here does not end on its line", `close it with "; write a line break in it as \010`)
		default:
			s.pos++
		}
	}
	return s.at(start, "the quoted string that begins here does not end", `close it with "`)
}

// escape goes over a backslash and the octet after it. Of \DDD the digits after the
// first are ordinary octets to the splitter.
func (s *splitter) escape() *fault {
	if s.pos+1 == len(s.src) || s.src[s.pos+1] == '\n' || strings.HasPrefix(s.src[s.pos+1:], "\r\n") {
		return s.at(s.pos, "a backslash stands at the end of the line", "put parentheses around data that go over several lines")
	}
	s.pos += 2
	return nil
}

func (s *splitter) newLine() {
	s.pos++
	s.line++
	s.lineStart = s.pos
}

func (s *splitter) skipComment() {
	if i := strings.IndexByte(s.src[s.pos:], '\n'); i >= 0 {
		s.pos += i
	} else {
		s.pos = len(s.src)
	}
}

func (s *splitter) skipLine() {
	s.skipComment()
	if s.pos < len(s.src) {
		s.newLine()
	}
}

// recoverAt goes back to an entry that does not end and on to the first line after it
// that looks like the beginning of another: something other than white space, a
// comment or a closing parenthesis in its first column.
func (s *splitter) recoverAt(pos, line, lineStart int) {
	s.pos, s.line, s.lineStart = pos, line, lineStart
	for s.skipLine(); s.pos < len(s.src); s.skipLine() {
		if c := s.src[s.pos]; !isBlank(c) && strings.IndexByte("\n;)", c) < 0 {
			return
		}
	}
}

func (s *splitter) at(pos int, message, hint string) *fault {
	return &fault{line: s.line, column: pos - s.lineStart + 1, message: message, hint: hint}
}

// isBlank says whether c parts words. A carriage return counts, so that files with
// CRLF line ends read the same.
func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' }

// lineWords splits text that is known to be one well-formed line.
func lineWords(text string) []word {
	e, _, _ := newSplitter(text).next()
	return e.words
}
