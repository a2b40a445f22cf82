package zones

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestSplitter(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", ""},
		{"\n  \n; comment\n\t; comment\n", ""},
		{"a b c", "a@1:1 b@1:3 c@1:5"},
		{"a\tb\r\n c\n", "a@1:1 b@1:3 / ~c@2:2"},
		{"a ( b ; c )\n d\n) e ; f\ng", "a@1:1 b@1:5 d@2:2 e@3:3 / g@4:1"},
		{"a(b)c", "a@1:1 b@1:3 c@1:5"},
		{"(\n) a", "a@2:3"},
		{`a "b ; (c" d`, `a@1:1 "b ; (c"@1:3 d@1:12`},
		{`k="a b"c "" e`, `k="a b"c@1:1 ""@1:10 e@1:13`},
		{`a\ b \; \( \" "\"" \\`, `a\ b@1:1 \;@1:6 \(@1:9 \"@1:12 "\""@1:15 \\@1:20`},
		{"a \"b\nc", "!1:3 / c@2:1"},
		{"a \"b", "!1:3"},
		{"a \\\nb", "!1:3 / b@2:1"},
		{"a )\nb", "!1:3 / b@2:1"},
		{"a (\n  b\n;\n)\nc\n", "a@1:1 b@2:3 / c@5:1"},
		{"a ((\n  b )\n;\nc d\n", "!1:3 / c@4:1 d@4:3"},
		{"a (\n \"b\n c )\nd", "!2:2 / d@4:1"},
		{"a (", "!1:3"},
	} {
		if got := split(newSplitter(tt.text)); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.text, got, tt.want)
		}
	}
}

// split writes entries as "word@line:column … / ~word@…", ~ for an indented entry and
// "!line:column" for a fault.
func split(s *splitter) string {
	var entries []string
	for {
		e, f, ok := s.next()
		if !ok {
			return strings.Join(entries, " / ")
		}
		if f != nil {
			entries = append(entries, fmt.Sprintf("!%d:%d", f.line, f.column))
			continue
		}
		var words []string
		for _, w := range e.words {
			words = append(words, fmt.Sprintf("%s@%d:%d", w.text, w.line, w.column))
		}
		indent := ""
		if e.indent {
			indent = "~"
		}
		entries = append(entries, indent+strings.Join(words, " "))
	}
}

// slowSplit is the splitter's twin for text without faults: one state machine over
// octets that knows nothing but where a word is.
func slowSplit(text string) string {
	var entries, words []string
	var word strings.Builder
	var quoted, escaped, comment bool
	depth, line, column, indent := 0, 1, 0, ""
	wordLine, wordColumn, atStart := 0, 0, true
	endWord := func() {
		if word.Len() > 0 {
			words = append(words, fmt.Sprintf("%s@%d:%d", word.String(), wordLine, wordColumn))
			word.Reset()
		}
	}
	for _, c := range []byte(text + "\n") {
		column++
		if atStart {
			indent, atStart = "", false
			if c == ' ' || c == '\t' || c == '\r' {
				indent = "~"
			}
		}
		plain := !quoted && !escaped && !comment
		switch {
		case comment && c != '\n':
		case plain && (c == ' ' || c == '\t' || c == '\r'):
			endWord()
		case plain && c == ';':
			endWord()
			comment = true
		case plain && c == '(':
			endWord()
			depth++
		case plain && c == ')':
			endWord()
			depth--
		case !quoted && !escaped && c == '\n':
			endWord()
			comment = false
			line, column = line+1, 0
			if depth == 0 {
				if len(words) > 0 {
					entries = append(entries, indent+strings.Join(words, " "))
				}
				words, atStart = nil, true
			}
		default:
			if word.Len() == 0 {
				wordLine, wordColumn = line, column
			}
			word.WriteByte(c)
			switch {
			case escaped:
				escaped = false
			case c == '\\':
				escaped = true
			case c == '"':
				quoted = !quoted
			}
		}
	}
	return strings.Join(entries, " / ")
}

func TestSplitterTwin(t *testing.T) {
	for _, text := range []string{"a b\n", " a ( \"b c\" \n d ) ; e\n\\; f\n"} {
		if diff := cmp.Diff(slowSplit(text), split(newSplitter(text))); diff != "" {
			t.Errorf("%q (-slow +fast):\n%s", text, diff)
		}
	}
	// Pieces that are each without fault, in any order, with parentheses kept balanced.
	piece := rapid.SampledFrom([]string{"a", "bc", " ", "\t", "\n", "\r\n", "; x ( \" \\", "\n\n", `"q r"`, `"\""`, `""`, `\;`, `\ `, `\010`, `\"`, `=`, "(", ")", "$", "@"})
	rapid.Check(t, func(t *rapid.T) {
		var sb strings.Builder
		depth, comment := 0, false
		for _, p := range rapid.SliceOfN(piece, 0, 40).Draw(t, "pieces") {
			switch {
			case strings.HasPrefix(p, "\n") || p == "\r\n":
				comment = false
			case p[0] == ';':
				comment = true
			case p == "(" && !comment:
				depth++
			case p == ")" && !comment:
				if depth == 0 {
					continue
				}
				depth--
			}
			sb.WriteString(p)
		}
		sb.WriteString("\n" + strings.Repeat(")", depth))
		text := sb.String()
		if slow, fast := slowSplit(text), split(newSplitter(text)); slow != fast {
			t.Fatalf("%q: slow %q, fast %q", text, slow, fast)
		}
	})
}

// A file of parentheses that never close is read in time that grows with its size, not
// with its square: each costs at most what one entry may hold.
func TestOpenParentheses(t *testing.T) {
	text := strings.Repeat("a (\n", maxFindings)
	faults := 0
	for s := newSplitter(text); ; faults++ {
		if _, f, ok := s.next(); !ok {
			break
		} else if f == nil || f.column != 3 {
			t.Fatalf("fault %d is %v", faults, f)
		}
	}
	if faults != maxFindings {
		t.Errorf("%d faults of %d", faults, maxFindings)
	}
	long := "a ( " + strings.Repeat("x ", maxEntry/2) + ")\nb c\n"
	if got, want := split(newSplitter(long)), "!1:3 / b@2:1 c@2:3"; got != want {
		t.Errorf("an entry that is too long: got %.100q, want %q", got, want)
	}
}
