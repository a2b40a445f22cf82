package zones

// $GENERATE: records that differ by a number, as BIND 9 has it.
//
//	$GENERATE 1-3 host${10,3,d} A 192.0.2.$      host011 A 192.0.2.1, …
//	          │   │ │           │ │
//	          │   │ │           │ right side: the data, each number put in
//	          │   │ │           [TTL] [class] type
//	          │   │ ${offset,width,base}; $ alone is ${0,0,d}, $$ and \$ are a dollar sign
//	          │   left side: the owner name
//	          FROM-TO or FROM-TO/STEP, both ends included

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/miekg/dns"
)

// DefaultMaxGenerated is how many records the $GENERATE directives of one zone's master
// files may make together: an IPv4 /16, and few enough that a line of text can't fill
// memory.
const DefaultMaxGenerated = 1 << 16

// maxWidth bounds the width of a number: twice what a label holds.
const maxWidth = 127

const generateHint = "write $GENERATE FROM-TO NAME TYPE DATA, for example: $GENERATE 1-9 host$ A 192.0.2.$"

// template is a $GENERATE directive taken apart.
type template struct {
	span   span
	owner  word
	middle []word // TTL, class, type
	data   []word
}

// generate adds the records of a $GENERATE directive. They have the TTL that stands
// for the file, and leave the file's last owner and TTL as they were. The first record
// that is wrong ends the directive: those after it have the same fault.
func (p *parser) generate(f *file, words []word) *fault {
	t, fault := readTemplate(words)
	if fault != nil {
		return fault
	}
	if count := t.span.count(); count > uint64(p.maxGenerated-p.generated) {
		return words[1].fault(fmt.Sprintf("$GENERATE makes %d records, and %d were made before: the zone's files may make %d together", count, p.generated, p.maxGenerated),
			"write a smaller range, or raise the bound with --max-generated")
	}
	for n := t.span.from; n <= t.span.to; n += t.span.step {
		e, fault := t.entry(n)
		if fault != nil {
			return fault
		}
		inner := *f
		if fault := p.record(&inner, e); fault != nil {
			fault.message += fmt.Sprintf(" (made by $GENERATE for %d)", n)
			return fault
		}
		p.generated++
		for _, w := range e.words {
			p.bytes += len(w.text)
		}
		if p.bytes > maxBytes {
			return words[1].fault(errTooLarge.Error(), "write a smaller range")
		}
	}
	return nil
}

func readTemplate(words []word) (t template, f *fault) {
	if len(words) < 3 {
		return t, words[0].fault("$GENERATE is not complete", generateHint)
	}
	if t.span, f = readSpan(words[1]); f != nil {
		return t, f
	}
	t.owner = words[2]
	_, rest, f := readTTLAndClass(words[3:])
	if f != nil {
		return t, f
	}
	if len(rest) < 2 {
		return t, words[0].fault("$GENERATE is not complete: it has no type or no data", generateHint)
	}
	typ, err := ParseType(rest[0].text)
	switch {
	case err != nil:
		return t, rest[0].fault(err.Error(), generateHint)
	case typ == dns.TypeSOA:
		return t, rest[0].fault("$GENERATE makes no SOA records: a zone has one", "write the SOA record by itself")
	}
	t.middle = words[3 : len(words)-len(rest)+1]
	t.data, f = rightSide(rest[1:])
	return t, f
}

// rightSide takes data that stand in quotes as a whole out of them, as BIND does: "10
// mail$" is the same as 10 mail$.
func rightSide(words []word) ([]word, *fault) {
	w := words[0]
	if len(words) > 1 || len(w.text) < 2 || w.text[0] != '"' || hasQuote(w.text[1:len(w.text)-1]) {
		return words, nil
	}
	s := newSplitter(strings.ReplaceAll(w.text[1:len(w.text)-1], `\"`, `"`))
	e, f, _ := s.next()
	if f != nil {
		return nil, w.fault("in the quoted data: "+f.message, f.hint)
	}
	for i := range e.words {
		e.words[i].line, e.words[i].column = w.line, w.column
	}
	return e.words, nil
}

// entry is the record for a number.
func (t template) entry(n int64) (entry, *fault) {
	e := entry{words: make([]word, 0, 1+len(t.middle)+len(t.data))}
	owner, f := t.owner.with(n)
	e.words = append(append(e.words, owner), t.middle...)
	for _, w := range t.data {
		if f != nil {
			break
		}
		w, f = w.with(n)
		e.words = append(e.words, w)
	}
	return e, f
}

// span is the numbers of a $GENERATE directive.
type span struct{ from, to, step int64 }

func (s span) count() uint64 { return uint64((s.to-s.from)/s.step) + 1 }

func readSpan(w word) (s span, f *fault) {
	bad := w.fault(fmt.Sprintf("%q is not a range of numbers from 0 to %d", w.text, math.MaxInt32), "write FROM-TO, or FROM-TO/STEP to skip some: 0-255/2")
	text, step, stepped := strings.Cut(w.text, "/")
	from, to, ok := strings.Cut(text, "-")
	if !stepped {
		step = "1"
	}
	var numbers [3]int64
	for i, part := range []string{from, to, step} {
		n, err := strconv.ParseUint(part, 10, 31)
		if err != nil || !ok {
			return s, bad
		}
		numbers[i] = int64(n)
	}
	s = span{numbers[0], numbers[1], numbers[2]}
	switch {
	case s.step == 0:
		return s, w.fault("the step of the range is 0", "write 1 or more, or leave it out")
	case s.to < s.from:
		return s, w.fault(fmt.Sprintf("the range ends at %d, before it begins at %d", s.to, s.from), "write the smaller number first")
	}
	return s, nil
}

// with returns the word with the number in the places of its dollar signs.
func (w word) with(n int64) (word, *fault) {
	var sb strings.Builder
	for i := 0; i < len(w.text); {
		switch c := w.text[i]; {
		case c == '\\' && i+1 < len(w.text):
			sb.WriteString(w.text[i : i+2])
			i += 2
		case c != '$':
			sb.WriteByte(c)
			i++
		case strings.HasPrefix(w.text[i+1:], "$"):
			sb.WriteString(`\$`)
			i += 2
		default:
			m, length, err := readModifier(w.text[i+1:])
			text := ""
			if err == nil {
				text, err = m.format(n)
			}
			if err != nil {
				at := word{text: w.text, line: w.line, column: w.column + i}
				return w, at.fault(err.Error(), "write ${OFFSET,WIDTH,BASE} with base d, o, x, X, n or N, for example ${0,3,d}")
			}
			sb.WriteString(text)
			i += 1 + length
		}
	}
	w.text = sb.String()
	return w, nil
}

// modifier says how a number is written.
type modifier struct {
	offset int64
	width  int
	base   byte // d, o, x, X; n and N: hexadecimal digits from the last one, a dot between
}

// readModifier reads what is in braces behind a dollar sign, and returns how long it
// is; nothing in braces is the number itself.
func readModifier(s string) (m modifier, length int, err error) {
	m.base = 'd'
	if !strings.HasPrefix(s, "{") {
		return m, 0, nil
	}
	end := strings.IndexByte(s, '}')
	if end < 0 {
		return m, 0, fmt.Errorf("the brace behind $ is not closed")
	}
	parts := strings.Split(s[1:end], ",")
	if m.offset, err = strconv.ParseInt(parts[0], 10, 32); err != nil {
		return m, 0, fmt.Errorf("the offset in $%s is not a number", s[:end+1])
	}
	if len(parts) > 1 {
		width, err := strconv.ParseUint(parts[1], 10, 16)
		if err != nil || width > maxWidth {
			return m, 0, fmt.Errorf("the width in $%s is not a number from 0 to %d", s[:end+1], maxWidth)
		}
		m.width = int(width)
	}
	if len(parts) > 2 {
		if len(parts[2]) != 1 || !strings.Contains("doxXnN", parts[2]) {
			return m, 0, fmt.Errorf("the base in $%s is unknown", s[:end+1])
		}
		m.base = parts[2][0]
	}
	if len(parts) > 3 {
		return m, 0, fmt.Errorf("$%s has more than offset, width and base", s[:end+1])
	}
	return m, end + 1, nil
}

func (m modifier) format(n int64) (string, error) {
	if n += m.offset; n < 0 {
		return "", fmt.Errorf("the offset %d makes %d of a number of the range", m.offset, n)
	}
	switch m.base {
	case 'n', 'N':
		return m.nibbles(n), nil
	case 'o':
		return fmt.Sprintf("%0*o", m.width, n), nil
	case 'x':
		return fmt.Sprintf("%0*x", m.width, n), nil
	case 'X':
		return fmt.Sprintf("%0*X", m.width, n), nil
	}
	return fmt.Sprintf("%0*d", m.width, n), nil
}

// nibbles writes hexadecimal digits as ip6.arpa has them. The width counts the dots too,
// so that an even one ends in a dot.
func (m modifier) nibbles(n int64) string {
	digits := "0123456789abcdef"
	if m.base == 'N' {
		digits = "0123456789ABCDEF"
	}
	var b []byte
	for len(b) == 0 || n > 0 || len(b) < m.width {
		b = append(b, digits[n&15])
		if n >>= 4; n > 0 || len(b) < m.width {
			b = append(b, '.')
		}
	}
	return string(b)
}
