package manifest

// Writing YAML: a tree of maps, lists and words as text, by one rule. What fits on a
// line stands on one, in braces; what doesn't is indented.

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// lineWidth is where a line is full, in characters.
const lineWidth = 100

// node is one of: a word, a map (pairs, in order), a list.
type node struct {
	word  string // as it is written, quotes included
	pairs []pair
	items []node
	kind  nodeKind
}

type nodeKind uint8

const (
	wordNode nodeKind = iota
	mapNode
	listNode
)

type pair struct {
	key   string // not yet quoted
	value node
}

// mapping makes a map, listing a list.
func mapping(pairs ...pair) node { return node{kind: mapNode, pairs: pairs} }

func listing[T any](items []T, each func(T) node) node {
	n := node{kind: listNode}
	for _, item := range items {
		n.items = append(n.items, each(item))
	}
	return n
}

// raw is a word that needs no quotes, text one that may.
func raw(v any) node { return node{word: fmt.Sprint(v)} }

func text(s string) node { return node{word: quote(s)} }

// flow is n on one line.
func (n node) flow() string {
	switch n.kind {
	case mapNode:
		parts := make([]string, len(n.pairs))
		for i, p := range n.pairs {
			parts[i] = quote(p.key) + ": " + p.value.flow()
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case listNode:
		parts := make([]string, len(n.items))
		for i, item := range n.items {
			parts[i] = item.flow()
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return n.word
}

// block writes a map, indented. The outermost levels always have a line for each key.
func (n node) block(sb *strings.Builder, depth, levels int) {
	indent := strings.Repeat("  ", depth)
	for _, p := range n.pairs {
		head := indent + quote(p.key) + ":"
		line := p.value.flow()
		fits := len([]rune(head))+1+len([]rune(line)) <= lineWidth
		switch {
		case p.value.kind == mapNode && len(p.value.pairs) > 0 && (levels > 1 || !fits):
			sb.WriteString(head + "\n")
			p.value.block(sb, depth+1, levels-1)
		case p.value.kind == listNode && !fits:
			sb.WriteString(head + "\n")
			for _, item := range p.value.items {
				sb.WriteString(indent + "  - " + item.flow() + "\n")
			}
		default:
			sb.WriteString(head + " " + line + "\n")
		}
	}
}

// plain are words that need no quotes for any reader of YAML, except those that some
// take for truth values or nothing.
var (
	plain    = regexp.MustCompile(`^[A-Za-z_/][A-Za-z0-9_/.-]*(:[A-Za-z0-9_/.-]+)*$|^[0-9]+(\.[0-9]+){3}(/[0-9]+)?$|^[1-5][0-9][0-9](-[1-5][0-9][0-9])?$`)
	notPlain = regexp.MustCompile(`^(?i:y|n|yes|no|on|off|true|false|null)$`)
)

// quote writes a text so that it is read back as it is.
func quote(s string) string {
	if plain.MatchString(s) && !notPlain.MatchString(s) {
		return s
	}
	var sb strings.Builder
	sb.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			sb.WriteByte('\\')
			sb.WriteRune(r)
		case r > 0xFFFF && !unicode.IsPrint(r):
			fmt.Fprintf(&sb, `\U%08x`, r)
		case !unicode.IsPrint(r):
			fmt.Fprintf(&sb, `\u%04x`, r)
		default:
			sb.WriteRune(r)
		}
	}
	sb.WriteByte('"')
	return sb.String()
}
