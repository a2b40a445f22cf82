package manifest

// Values of the document: what each kind of value may look like, and the words for
// one that looks otherwise.

import (
	"encoding"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"meridian/config"
)

// reader collects what is wrong and where everything stands.
type reader struct {
	file     string
	places   places
	problems config.Problems
}

// value is one node of the document and the path to it.
type value struct {
	r    *reader
	path []string
	node ast.Node
}

// child is a value below v; its place is remembered.
func (v value) child(name string, at place, node ast.Node) value {
	path := append(v.path[:len(v.path):len(v.path)], name)
	v.r.places.set(path, at)
	return value{v.r, path, node}
}

// fail tells that v is wrong.
func (v value) fail(hint, format string, args ...any) {
	v.failAt(tokenPlace(firstToken(v.node)), hint, format, args...)
}

func (v value) failAt(at place, hint, format string, args ...any) {
	v.r.problems = append(v.r.problems, config.Problem{
		Path: v.path, Message: fmt.Sprintf(format, args...), Hint: hint,
		File: v.r.file, Line: at.line, Column: at.column,
	})
}

// entry is one key of a map, with its value.
type entry struct {
	key string
	at  place
	value
}

// entries returns a map's entries in order, or nil and tells what is there instead; a
// key that is there twice is told of and left out. What is what the map is.
func (v value) entries(what string) []entry {
	var pairs []*ast.MappingValueNode
	switch n := v.node.(type) {
	case *ast.MappingNode:
		pairs = n.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{n}
	default:
		v.expected(what, "keys and values, as in {key: value}")
		return nil
	}
	entries := make([]entry, 0, len(pairs))
	seen := make(map[string]place, len(pairs))
	for _, pair := range pairs {
		at := tokenPlace(firstToken(pair))
		key, ok := keyText(pair.Key)
		if !ok {
			v.failAt(at, `quote a key that begins with *, &, ! or ?`, "this can't be a key")
			continue
		}
		if first, again := seen[key]; again {
			v.child(key, first, pair.Value).failAt(at, "keep one of them", "the key is there already, on line %d", first.line)
			continue
		}
		seen[key] = at
		where := at
		if isWord(pair.Value) {
			where = tokenPlace(pair.Value.GetToken())
		}
		entries = append(entries, entry{key, at, v.child(key, where, pair.Value)})
	}
	return entries
}

// keyText is a key as it was written, whatever YAML would take it for.
func keyText(key ast.MapKeyNode) (string, bool) {
	switch n := key.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// fields are the keys that a map may have, each with what reads its value.
type fields map[string]func(value)

// object reads a map of known keys.
func (v value) object(what string, known fields) {
	names := make([]string, 0, len(known))
	for name := range known {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, e := range v.entries(what) {
		if read, ok := known[e.key]; ok {
			read(e.value)
			continue
		}
		hint := "known here: " + strings.Join(names, ", ")
		if like := config.Closest(e.key, names); like != "" {
			hint = fmt.Sprintf("did you mean %s?", like)
		}
		e.failAt(e.at, hint, "there is no setting %q", e.key)
	}
}

// named reads a map from names to things of one kind. It is never nil.
func named[T any](v value, what string, read func(value) T) map[string]T {
	all := map[string]T{}
	for _, e := range v.entries(what) {
		all[e.key] = read(e.value)
	}
	return all
}

// list reads a list of at least one item.
func list[T any](v value, what string, read func(value) T) []T {
	n, ok := v.node.(*ast.SequenceNode)
	if !ok {
		v.expected(what, "a list, as in [a, b]")
		return nil
	}
	if len(n.Values) == 0 {
		v.fail("put something in or leave the setting out", "the list is empty")
		return nil
	}
	items := make([]T, 0, len(n.Values))
	for i, item := range n.Values {
		items = append(items, read(v.child(strconv.Itoa(i), tokenPlace(firstToken(item)), item)))
	}
	return items
}

// text reads a word as it was written, quoted or not.
func (v value) text(what string) (string, bool) {
	switch n := v.node.(type) {
	case *ast.StringNode:
		if n.Token.Type == token.StringType && strings.Contains(n.Value, ": ") {
			v.fail("quote the text, or put a comma or a new line before a key", "%q has a colon and a space in it", n.Value)
			return "", false
		}
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	v.expected(what, "one word or text")
	return "", false
}

// word is text that may not be empty: the settings' default is to be left out.
func (v value) word(what string) string {
	s, ok := v.text(what)
	if ok && s == "" {
		v.fail("write something or leave the setting out", "%s is empty", what)
	}
	return s
}

// isWord says whether a node is a single word or text.
func isWord(n ast.Node) bool {
	switch n.(type) {
	case *ast.StringNode, *ast.LiteralNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return true
	}
	return false
}

// decimal and natural are numbers as they may be written. YAML's others (0x10, 010,
// 1_000, .5) are refused: not everyone reads them alike.
var (
	decimal = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)
	natural = regexp.MustCompile(`^[1-9][0-9]*$`)
)

func (v value) number(what string) float64 {
	s, ok := v.text(what)
	if !ok {
		return 0
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || !decimal.MatchString(s) {
		v.fail("write a number, as in 10 or 0.5", "%q is no number", s)
		return 0
	}
	return n
}

// count reads a whole number from 1 to most; 0 would be taken for the default.
func (v value) count(what string, most uint64) uint64 {
	s, ok := v.text(what)
	if !ok {
		return 0
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || !natural.MatchString(s) || n > most {
		v.fail(fmt.Sprintf("write a whole number from 1 to %d", most), "%s can't be %q", what, s)
		return 0
	}
	return n
}

// small is a count of what there are few of.
func (v value) small(what string, most uint64) int { return int(v.count(what, most)) }

func (v value) yes(what string) bool {
	s, ok := v.text(what)
	if ok && s != "true" && s != "false" {
		v.fail("write true or false", "%q is neither true nor false", s)
	}
	return s == "true"
}

// duration reads a span of time; 0 would be taken for the default.
func (v value) duration(what string) (d config.Duration) {
	if v.unmarshal(what, &d) && d == 0 {
		v.fail("leave it out for the default", "%s can't be 0", what)
	}
	return d
}

// unmarshal reads a word by a type's own reader, whose errors are in plain words.
func (v value) unmarshal(what string, to encoding.TextUnmarshaler) bool {
	s, ok := v.text(what)
	if !ok {
		return false
	}
	if err := to.UnmarshalText([]byte(s)); err != nil {
		v.fail("", "%v", err)
		return false
	}
	return true
}

func (v value) address() netip.Addr {
	s, ok := v.text("an address")
	if !ok {
		return netip.Addr{}
	}
	addr, err := netip.ParseAddr(s)
	switch {
	case err == nil:
	case strings.Contains(s, "/"):
		v.fail("write one address, without a length", "%q is a prefix and no address", s)
	case strings.ContainsAny(s, "ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ") && !strings.Contains(s, ":"):
		v.fail("a DNS name goes under name:", "%q is no IPv4 or IPv6 address", s)
	default:
		v.fail("write it as in 192.0.2.10 or \"2001:db8::10\"", "%q is no IPv4 or IPv6 address", s)
	}
	return addr
}

func (v value) prefix() netip.Prefix {
	s, ok := v.text("a prefix")
	if !ok {
		return netip.Prefix{}
	}
	prefix, err := netip.ParsePrefix(s)
	if err != nil {
		hint := `write it as in 192.0.2.0/24 or "2001:db8::/32"`
		if addr, err := netip.ParseAddr(s); err == nil {
			hint = fmt.Sprintf("write %s/%d for the one address", addr, addr.BitLen())
		}
		v.fail(hint, "%q is no prefix", s)
	}
	return prefix
}

// expected tells that v is something else than it should be.
func (v value) expected(what, want string) {
	hint := "write " + want
	found := "a word"
	switch n := v.node.(type) {
	case nil, *ast.NullNode:
		v.failAt(v.r.places.find(v.path), "write "+want+", or leave the setting out", "%s has no value", what)
		return
	case *ast.MappingNode, *ast.MappingValueNode:
		found = "a map"
		if key := firstToken(n); key != nil && key.Type == token.StringType && bareIPv6.MatchString(key.Value) {
			found = "a key without a value"
			hint = fmt.Sprintf(`quote an IPv6 address that ends in a colon: "%s:"`, key.Value)
		}
		if text, ok := bareAddress(n); ok && !strings.HasSuffix(text, ":") && found == "a map" {
			hint = fmt.Sprintf(`quote it: "%s"`, text)
		}
	case *ast.SequenceNode:
		found = "a list"
	case *ast.AliasNode, *ast.AnchorNode, *ast.TagNode, *ast.MergeKeyNode:
		v.fail("quote a text that begins with &, * or !", "YAML's anchors, aliases and tags are not used here")
		return
	}
	v.fail(hint, "%s can't be %s", what, found)
}

// bareAddress is the IPv6 address or prefix that a map of one key was meant to be: in a
// list in brackets YAML takes 2001:db8::1 for the key 2001 with a value.
func bareAddress(n ast.Node) (string, bool) {
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) == 1 {
		n = m.Values[0]
	}
	pair, ok := n.(*ast.MappingValueNode)
	if !ok || pair.Key == nil || pair.Value == nil {
		return "", false
	}
	text := pair.Key.GetToken().Value + ":" + pair.Value.String()
	_, errAddr := netip.ParseAddr(text)
	_, errPrefix := netip.ParsePrefix(text)
	return text, errAddr == nil || errPrefix == nil
}
