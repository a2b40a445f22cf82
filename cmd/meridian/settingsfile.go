package main

// The config file: a YAML mapping from the names of serve's flags to their values.
//
//	listen: ["192.0.2.53:53", "[2001:db8::53]:53"]
//	data: /var/lib/meridian

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/spf13/pflag"

	"meridian/config"
)

// readSettings sets the flags that have no source yet. All that is wrong in the file is
// reported, not only the first.
func readSettings(file string, f *pflag.FlagSet, from sources) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return usagef("reading the config file: %w", err)
	}
	entries, problem := parseSettings(data)
	if problem != nil {
		problem.File = file
		return withCode(exitUsage, config.Problems{*problem})
	}
	var wrong config.Problems
	seen := map[string]bool{}
	for _, e := range entries {
		if err := e.set(f, from, file, seen); err != nil {
			wrong = append(wrong, config.Problem{Path: []string{e.name}, Message: err.Error(), File: file, Line: e.line, Column: e.column})
		}
	}
	return withCode(exitUsage, wrong.Err())
}

// entry is one key of the file with its values as text.
type entry struct {
	name         string
	line, column int
	values       []string
	err          error // of a value that is neither text nor a list of texts
}

func (e entry) set(f *pflag.FlagSet, from sources, file string, seen map[string]bool) error {
	flag := f.Lookup(e.name)
	switch {
	case flag == nil || e.name == "config" || e.name == "help":
		return unknownSetting(f, e.name)
	case seen[e.name]:
		return errors.New("it stands here a second time; keep one")
	case e.err != nil:
		return e.err
	}
	seen[e.name] = true
	if from[e.name] != "" {
		return nil // a flag or the environment says otherwise
	}
	from[e.name] = file
	return setFlag(flag, e.values)
}

func unknownSetting(f *pflag.FlagSet, name string) error {
	var names []string
	f.VisitAll(func(flag *pflag.Flag) {
		if flag.Name != "config" && flag.Name != "help" {
			names = append(names, flag.Name)
		}
	})
	if like := config.Closest(name, names); like != "" {
		return fmt.Errorf("there is no such setting: did you mean %s?", like)
	}
	return fmt.Errorf("there is no such setting: there are %s", strings.Join(names, ", "))
}

// parseSettings reads the file's keys, or says why it can't.
func parseSettings(data []byte) ([]entry, *config.Problem) {
	file, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, yamlProblem(err)
	}
	var entries []entry
	for _, doc := range file.Docs {
		switch body := doc.Body.(type) {
		case nil, *ast.NullNode, *ast.CommentGroupNode:
		case *ast.MappingNode:
			for _, v := range body.Values {
				entries = append(entries, readEntry(v))
			}
		default:
			at := body.GetToken().Position
			return nil, &config.Problem{Line: at.Line, Column: at.Column, Message: "the file is to be a mapping", Hint: "write SETTING: VALUE, as in data: /var/lib/meridian"}
		}
	}
	return entries, nil
}

func readEntry(v *ast.MappingValueNode) entry {
	at := v.Key.GetToken().Position
	e := entry{name: v.Key.GetToken().Value, line: at.Line, column: at.Column}
	if list, ok := v.Value.(*ast.SequenceNode); ok {
		for _, item := range list.Values {
			e.add(item)
		}
		return e
	}
	e.add(v.Value)
	return e
}

func (e *entry) add(n ast.Node) {
	if _, isScalar := n.(ast.ScalarNode); !isScalar || n.Type() == ast.NullType {
		e.err = errors.New("the value is to be a text, a number or a list of them")
		return
	}
	e.values = append(e.values, n.GetToken().Value)
}

// yamlProblem is what the parser says, with its place.
func yamlProblem(err error) *config.Problem {
	var at yaml.Error
	if !errors.As(err, &at) {
		return &config.Problem{Message: "malformed YAML: " + err.Error()}
	}
	pos := at.GetToken().Position
	return &config.Problem{Line: pos.Line, Column: pos.Column, Message: "malformed YAML: " + at.GetMessage()}
}
