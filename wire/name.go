package wire

// A domain name: parsed from text or packet once, compared and cut cheaply after.

import (
	"errors"
	"fmt"
	"strings"
)

// Name is an absolute domain name in uncompressed wire form (RFC 1035 section
// 3.1): length octet and label, repeated, then the root's zero octet. It keeps
// letters as they were given; two names are the same name when their Canonical
// forms are equal (RFC 4343). A Name is immutable and comparable; the zero value
// "" is no name, and only the functions of this package make others.
type Name string

// Root is the name of the root zone.
const Root Name = "\x00"

// Limits of RFC 1035 section 2.3.4.
const (
	MaxNameLen  = 255 // octets of a whole name, the root's included
	MaxLabelLen = 63  // octets of a label
	MaxLabels   = 127 // labels of a name without the root's
)

// Errors of the parsers of names.
var (
	errEmptyName  = errors.New("the name is empty")
	errEmptyLabel = errors.New("the name has an empty label (two dots in a row, or a dot first)")
	errLongLabel  = errors.New("a label is longer than 63 octets (RFC 1035 section 2.3.4)")
	errLongName   = errors.New("the name is longer than 255 octets (RFC 1035 section 2.3.4)")
	errBadEscape  = errors.New(`a backslash must be followed by a character or by three digits from 000 to 255`)
)

// ParseName reads a name in presentation form (RFC 1035 section 5.1: \X and \DDD
// escapes). A missing dot at the end is taken as there.
func ParseName(s string) (Name, error) {
	n, _, err := parseName(s)
	return n, err
}

// parseName also says whether the text ended in a dot of its own.
func parseName(s string) (n Name, absolute bool, err error) {
	if s == "." {
		return Root, true, nil
	}
	if s == "" {
		return "", false, errEmptyName
	}
	buf := make([]byte, 1, len(s)+2)
	label := 0 // where the open label's length octet is
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '.':
			n := len(buf) - label - 1
			if n == 0 {
				return "", false, fmt.Errorf("%q: %w", s, errEmptyLabel)
			}
			buf[label] = byte(n)
			label = len(buf)
			buf = append(buf, 0)
			continue
		case c == '\\':
			var ok bool
			if c, i, ok = unescape(s, i); !ok {
				return "", false, fmt.Errorf("%q: %w", s, errBadEscape)
			}
		}
		buf = append(buf, c)
		if len(buf)-label-1 > MaxLabelLen {
			return "", false, fmt.Errorf("%q: %w", s, errLongLabel)
		}
	}
	absolute = len(buf)-label-1 == 0
	if !absolute {
		buf[label] = byte(len(buf) - label - 1)
		buf = append(buf, 0)
	}
	if len(buf) > MaxNameLen {
		return "", false, fmt.Errorf("%q: %w", s, errLongName)
	}
	return Name(buf), absolute, nil
}

// unescape reads the escape that begins at s[i] and returns the octet it stands
// for and the index of its last character.
func unescape(s string, i int) (c byte, last int, ok bool) {
	if i+1 >= len(s) {
		return 0, 0, false
	}
	if d := s[i+1]; d < '0' || d > '9' {
		return d, i + 1, true
	}
	if i+3 >= len(s) {
		return 0, 0, false
	}
	v := 0
	for _, d := range []byte(s[i+1 : i+4]) {
		if d < '0' || d > '9' {
			return 0, 0, false
		}
		v = v*10 + int(d-'0')
	}
	return byte(v), i + 3, v <= 255
}

// MustParseName is ParseName for constants; it panics on an error.
func MustParseName(s string) Name {
	n, err := ParseName(s)
	if err != nil {
		panic(err)
	}
	return n
}

// RelativeName reads a name as it stands beside a zone: "@" is the zone's apex, a
// name that ends in a dot is absolute, any other is relative to the zone.
func RelativeName(s string, zone Name) (Name, error) {
	if s == "@" {
		return zone, nil
	}
	n, absolute, err := parseName(s)
	if err != nil || absolute {
		return n, err
	}
	return n.Join(zone)
}

// Join returns n (taken as relative) below suffix.
func (n Name) Join(suffix Name) (Name, error) {
	if len(n)-1+len(suffix) > MaxNameLen {
		return "", fmt.Errorf("%s below %s: %w", n, suffix, errLongName)
	}
	return n[:len(n)-1] + suffix, nil
}

// NameFromWire reads the uncompressed name at the start of b and returns it with
// its length in octets. A compression pointer is an error.
func NameFromWire(b []byte) (Name, int, error) {
	for i := 0; i < len(b) && i < MaxNameLen; {
		n := int(b[i])
		switch {
		case n == 0:
			return Name(b[:i+1]), i + 1, nil
		case n > MaxLabelLen:
			return "", 0, errors.New("a label's length octet is over 63 where no compression may be")
		}
		i += n + 1
	}
	return "", 0, errors.New("the name does not end within 255 octets or within the message")
}

// Canonical returns n in lower case (RFC 4034 section 6.2): the form to compare
// and to look up by. It does not allocate when n is in lower case already.
func (n Name) Canonical() Name {
	for i := range len(n) {
		if c := n[i]; 'A' <= c && c <= 'Z' {
			b := []byte(n)
			lowerASCII(b)
			return Name(b)
		}
	}
	return n
}

// lowerASCII turns ASCII letters to lower case in place. Length octets (at most
// 63) are below 'A' (65), so a whole wire name can be given.
func lowerASCII(b []byte) {
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
}

// Labels returns how many labels n has, without the root's.
func (n Name) Labels() int {
	labels := 0
	for i := 0; i < len(n) && n[i] != 0; i += int(n[i]) + 1 {
		labels++
	}
	return labels
}

// Parent returns n without its first label; the root has none.
func (n Name) Parent() (Name, bool) {
	if len(n) < 2 {
		return "", false
	}
	return n[int(n[0])+1:], true
}

// FirstLabel returns the octets of n's first label, "" for the root.
func (n Name) FirstLabel() string {
	if len(n) < 2 {
		return ""
	}
	return string(n[1 : 1+int(n[0])])
}

// IsWildcard says whether n's first label is the single asterisk of RFC 4592.
func (n Name) IsWildcard() bool { return strings.HasPrefix(string(n), Wildcard) }

// IsSubdomainOf says whether n is z or lies below it. Both must be Canonical.
func (n Name) IsSubdomainOf(z Name) bool {
	for {
		if len(n) <= len(z) {
			return n == z
		}
		n = n[int(n[0])+1:]
	}
}

// Compare orders canonical names as RFC 4034 section 6.1 says: by their labels
// from the right. It returns -1, 0 or 1.
func (n Name) Compare(m Name) int {
	a, b := n.labelStarts(), m.labelStarts()
	for i, j := len(a)-1, len(b)-1; ; i, j = i-1, j-1 {
		switch {
		case i < 0 && j < 0:
			return 0
		case i < 0:
			return -1
		case j < 0:
			return 1
		}
		la, lb := n[a[i]+1:a[i]+1+int(n[a[i]])], m[b[j]+1:b[j]+1+int(m[b[j]])]
		if c := strings.Compare(string(la), string(lb)); c != 0 {
			return c
		}
	}
}

func (n Name) labelStarts() []int {
	var starts []int
	for i := 0; i < len(n) && n[i] != 0; i += int(n[i]) + 1 {
		starts = append(starts, i)
	}
	return starts
}

// String returns n in presentation form with its dot at the end (RFC 1035 section
// 5.1; what is not a printable character or has a meaning in zone files is escaped).
func (n Name) String() string {
	if n == Root {
		return "."
	}
	var sb strings.Builder
	for i := 0; i < len(n) && n[i] != 0; i += int(n[i]) + 1 {
		for _, c := range []byte(n[i+1 : i+1+int(n[i])]) {
			switch {
			case strings.IndexByte(`."\;@()$`, c) >= 0:
				sb.WriteByte('\\')
				sb.WriteByte(c)
			case c <= ' ' || c > '~':
				fmt.Fprintf(&sb, `\%03d`, c)
			default:
				sb.WriteByte(c)
			}
		}
		sb.WriteByte('.')
	}
	return sb.String()
}

// MarshalText makes n its presentation form in JSON and YAML.
func (n Name) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// UnmarshalText is ParseName.
func (n *Name) UnmarshalText(b []byte) (err error) {
	*n, err = ParseName(string(b))
	return err
}
