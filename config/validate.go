package config

// What all resources' validators share: names, references, did-you-mean.

import (
	"fmt"
	"math"
	"strings"
)

// maxName is how long a resource's name may be: a DNS label's length, so that a name
// can become one.
const maxName = 63

// checkName says what is wrong with the name of a region, topology, check or endpoint.
func (a at) checkName(what, name string) {
	ok := name != "" && len(name) <= maxName && name[0] != '-' && name[len(name)-1] != '-'
	for _, c := range []byte(name) {
		ok = ok && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_')
	}
	if !ok {
		a.add("use lower-case letters, digits, - and _, at most 63, as in eu-west", "%q can't be the name of %s", name, what)
	}
}

// refer checks that a setting names a resource that there is.
func refer[V any](a at, what, name string, known map[string]V) bool {
	if _, ok := known[name]; ok {
		return true
	}
	hint := fmt.Sprintf("define it under %ss, or name one of those that there are", what)
	if what == "topology" {
		hint = "define it under topologies, or name one of those that there are"
	}
	if like := Closest(name, sortedKeys(known)); like != "" {
		hint = fmt.Sprintf("did you mean %s?", like)
	}
	a.add(hint, "there is no %s %q", what, name)
	return false
}

// within checks that a number is in a range.
func within[N int | float64](a at, v, least, most N) {
	if v < least || v > most || math.IsNaN(float64(v)) {
		a.add(fmt.Sprintf("write a number from %v to %v", least, most), "%v is out of range", v)
	}
}

// between checks that a duration is in a range.
func (a at) between(d, least, most Duration) {
	if d < least || d > most {
		a.add(fmt.Sprintf("write a duration from %s to %s", least, most), "%s is out of range", d)
	}
}

// oneOf checks that a word is one of those known.
func (a at) oneOf(word string, known ...string) {
	for _, k := range known {
		if word == k {
			return
		}
	}
	hint := "write " + strings.Join(known, " or ")
	if len(known) > 2 {
		hint = "write one of " + strings.Join(known, ", ")
	}
	if like := Closest(word, known); like != "" && word != "" {
		hint = fmt.Sprintf("did you mean %s?", like)
	}
	a.add(hint, "%q is not known here", word)
}
