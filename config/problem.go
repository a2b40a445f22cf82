package config

// What is wrong with a setting, where, and what to do about it.

import (
	"fmt"
	"strings"
)

// Problem is one fault in what an operator wrote.
type Problem struct {
	// Path leads to the setting from the document's root, for example
	// ["zones", "app.example.com", "steered", "www", "endpoints", "eu-west", "addresses", "1"].
	Path []string `json:"path"`
	// Message says what is wrong, Hint what to do (it may be empty).
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	// File, Line and Column (from 1) are set where the setting came from a file.
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	// Warning marks a fault that refuses nothing.
	Warning bool `json:"warning,omitempty"`
}

// String is "file:line:column: path: message (hint)" with what is known.
func (p Problem) String() string {
	var sb strings.Builder
	if p.File != "" {
		sb.WriteString(p.File + ":")
	}
	if p.Line > 0 {
		fmt.Fprintf(&sb, "%d:%d:", p.Line, p.Column)
	}
	if sb.Len() > 0 {
		sb.WriteByte(' ')
	}
	if p.Warning {
		sb.WriteString("warning: ")
	}
	if len(p.Path) > 0 {
		sb.WriteString(strings.Join(p.Path, ".") + ": ")
	}
	sb.WriteString(p.Message)
	if p.Hint != "" {
		sb.WriteString(" (" + p.Hint + ")")
	}
	return sb.String()
}

// Problems is all that is wrong with one input. It is an error when at least one
// of them is no warning; Err says which.
type Problems []Problem

// Err returns ps as an error, or nil when they are warnings only.
func (ps Problems) Err() error {
	for _, p := range ps {
		if !p.Warning {
			return ps
		}
	}
	return nil
}

// Error is all of them, a line each.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// at collects problems below one path.
type at struct {
	path []string
	to   *Problems
}

func (a at) child(names ...string) at {
	return at{append(a.path[:len(a.path):len(a.path)], names...), a.to}
}

// warn adds a problem that refuses nothing.
func (a at) warn(hint, format string, args ...any) {
	a.add(hint, format, args...)
	(*a.to)[len(*a.to)-1].Warning = true
}

func (a at) add(hint, format string, args ...any) {
	*a.to = append(*a.to, Problem{Path: a.path, Message: fmt.Sprintf(format, args...), Hint: hint})
}
