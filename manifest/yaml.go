package manifest

// From text to a tree of YAML nodes, and a syntax error in plain words.

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"meridian/config"
)

// maxDepth is how deep a document may nest; ours nests eight deep. The parser recurses.
const maxDepth = 100

// parseYAML returns the document's root, or the one problem for which there is none.
func parseYAML(name string, data []byte) (root ast.Node, problem *config.Problem) {
	fail := func(at place, hint, message string) (ast.Node, *config.Problem) {
		return nil, &config.Problem{File: name, Line: at.line, Column: at.column, Message: message, Hint: hint}
	}
	// The parser is not ours: what it can't cope with must not end the process.
	defer func() {
		if p := recover(); p != nil {
			root, problem = fail(place{}, "", "this is not YAML that can be read")
		}
	}()
	if !utf8.Valid(data) {
		before := data[:invalidAt(data)]
		line := 1 + strings.Count(string(before), "\n")
		column := 1 + utf8.RuneCount(before[strings.LastIndexByte(string(before), '\n')+1:])
		return fail(place{line, column}, "save the file as UTF-8", "here is a byte that is not UTF-8 text")
	}
	tokens := lexer.Tokenize(string(data))
	if deep := tooDeep(tokens); deep != nil {
		return fail(tokenPlace(deep), "", fmt.Sprintf("the document nests more than %d deep", maxDepth))
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		var syntax *yaml.SyntaxError
		if !errors.As(err, &syntax) || syntax.Token == nil {
			return fail(place{}, "", "malformed YAML: "+err.Error())
		}
		hint, message := plainWords(syntax.Message, syntax.Token)
		return fail(tokenPlace(syntax.Token), hint, message)
	}
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if root != nil {
			return fail(tokenPlace(firstToken(doc.Body)), "make it one, or apply one after the other", "the file has a second document")
		}
		root = doc.Body
	}
	if root == nil {
		return fail(place{1, 1}, "write {} to name nothing", "the manifest is empty")
	}
	return root, nil
}

func invalidAt(data []byte) int {
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(data)
}

// tooDeep returns the token at which a document nests too deep: in brackets, or by
// list items and keys that open on one line. (By indentation alone a file would have
// to be long: a level costs a line that is longer each time.)
func tooDeep(tokens token.Tokens) *token.Token {
	brackets, opened, line := 0, 0, 0
	for _, tk := range tokens {
		if tk.Position.Line != line {
			opened, line = 0, tk.Position.Line
		}
		switch tk.Type {
		case token.MappingStartType, token.SequenceStartType:
			brackets++
		case token.MappingEndType, token.SequenceEndType:
			brackets--
		case token.SequenceEntryType, token.MappingKeyType, token.AnchorType, token.TagType:
			opened++
		}
		if brackets > maxDepth || opened > maxDepth {
			return tk
		}
	}
	return nil
}

// bareIPv6 is what YAML takes for a key: an IPv6 address that ends in a colon,
// without that colon.
var bareIPv6 = regexp.MustCompile(`^[0-9A-Fa-f]{1,4}:[0-9A-Fa-f:]*$`)

// plainWords says what a syntax error means to one who doesn't know the parser.
func plainWords(message string, at *token.Token) (hint, plain string) {
	if hint, plain, ok := unquoted(at); ok {
		return hint, plain
	}
	switch {
	case strings.Contains(message, "tab character") || strings.Contains(message, `'	'`) || strings.Contains(message, `'\t'`):
		return "indent with spaces", "a tab can't stand here"
	case strings.Contains(message, "double-quoted text"), strings.Contains(message, "single-quoted text"):
		return "close the quote", "a quoted text begins here and doesn't end"
	case strings.Contains(message, "escape") || strings.Contains(message, "surrogate"):
		return `write \\ for a backslash, or use single quotes`, "a backslash in this quoted text is followed by what means nothing"
	case strings.Contains(message, "',' or '}'"):
		return "", `a "," or "}" is missing before this`
	case strings.Contains(message, "',' or ']'"):
		return "", `a "," or "]" is missing before this`
	case strings.Contains(message, "end token ']'"), strings.Contains(message, "end token '}'"):
		return "", fmt.Sprintf("the %q that begins here is not closed", strings.TrimSpace(at.Value))
	case strings.Contains(message, "character corresponding to"):
		return "", fmt.Sprintf("the %q here closes nothing", strings.TrimSpace(at.Value))
	case strings.Contains(message, "mapping value is not allowed"):
		return `quote a text that has ": " in it or ends in ":"`, "a key can't stand here"
	case strings.Contains(message, "anchor"), strings.Contains(message, "alias"), strings.Contains(message, "tag"):
		return "quote a text that begins with &, * or !", "YAML's anchors, aliases and tags are not used here"
	case strings.Contains(message, "invalid key"):
		return `quote an IPv6 address, as in "::1"`, "a list or a map can't be a key"
	case strings.Contains(message, "not allowed in this context"), strings.Contains(message, "unexpected"):
		return "look at the indentation and brackets here and above", fmt.Sprintf("%q can't stand here", strings.TrimSpace(at.Value))
	}
	return "look at the indentation, quotes and brackets here and above", "this is malformed YAML"
}

// unquoted looks for what should have been quoted: at the error or shortly before.
func unquoted(at *token.Token) (hint, plain string, found bool) {
	for tk := at; tk != nil && tk.Position.Line >= at.Position.Line-1; tk = tk.Prev {
		text := strings.TrimSpace(tk.Value)
		switch {
		case tk.Type == token.AliasType:
			return `quote it: "*"`, "* can't begin a word in YAML", true
		case tk != at && tk.Next != at:
		case strings.HasPrefix(text, "@") || strings.HasPrefix(text, "`"):
			return fmt.Sprintf(`quote it: "%s"`, text), fmt.Sprintf("%s can't begin a word in YAML", text[:1]), true
		case tk.Type == token.StringType && bareIPv6.MatchString(text):
			return fmt.Sprintf(`quote the address: "%s:"`, text), "an IPv6 address that ends in a colon must be quoted", true
		}
	}
	return "", "", false
}

func tokenPlace(tk *token.Token) place {
	if tk == nil || tk.Position == nil {
		return place{}
	}
	return place{tk.Position.Line, tk.Position.Column}
}

// firstToken is the token with which a node begins; a block map's own is the colon
// behind its first key.
func firstToken(n ast.Node) *token.Token {
	switch n := n.(type) {
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return firstToken(n.Values[0])
		}
	case *ast.MappingValueNode:
		return n.Key.GetToken()
	}
	if n == nil {
		return nil
	}
	return n.GetToken()
}
