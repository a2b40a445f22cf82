package delegation

// What a check says in the end.

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"meridian/wire"
)

// Severity says how much a finding matters.
type Severity string

// Severities. An error makes some resolvers fail or be sent astray; a warning makes the
// zone less robust than it could be; a note is for knowing.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Note    Severity = "note"
)

func (s Severity) rank() int {
	return slices.Index([]Severity{Error, Warning, Note}, s)
}

// Finding is one thing that a check found.
type Finding struct {
	Severity Severity `json:"severity"`
	Code     string   `json:"code"`         // what kind of thing it is, for scripts
	Where    string   `json:"where"`        // a zone, a name server, or a server's address
	What     string   `json:"what"`         // what is wrong
	Do       string   `json:"do,omitempty"` // what to do about it
}

// String is the finding in one line.
func (f Finding) String() string {
	s := fmt.Sprintf("%s: %s: %s", f.Severity, f.Where, f.What)
	if f.Do != "" {
		s += " (" + f.Do + ")"
	}
	return s
}

// failed says whether one of the findings is an error.
func failed(findings []Finding) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return f.Severity == Error })
}

// Server is one address of one name server of the zone, as the check saw it.
type Server struct {
	Name   wire.Name  `json:"name"`
	Addr   netip.Addr `json:"address"`
	Serial *uint32    `json:"serial,omitempty"` // none: it doesn't answer for the zone
}

// Report is all that a check found.
type Report struct {
	Zone      wire.Name `json:"zone"`
	Parent    wire.Name `json:"parent,omitempty"` // the zone that delegates it; "": not found
	Servers   []Server  `json:"servers"`
	Findings  []Finding `json:"findings"`  // the worst first
	Questions int       `json:"questions"` // how many were asked
}

// Failed says whether there is an error among the findings.
func (r Report) Failed() bool { return failed(r.Findings) }

// Count returns how many findings are of a severity.
func (r Report) Count(s Severity) int {
	n := 0
	for _, f := range r.Findings {
		if f.Severity == s {
			n++
		}
	}
	return n
}

// sorted puts the worst first and keeps the rules' order otherwise.
func sorted(findings []Finding) []Finding {
	slices.SortStableFunc(findings, func(a, b Finding) int { return cmp.Compare(a.Severity.rank(), b.Severity.rank()) })
	return findings
}
