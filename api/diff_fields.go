package api

// A resource's change, setting by setting: both sides' JSON is flattened to paths and
// compared, so that a new setting needs no line here.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// resourceLines renders one resource; nil is "not there".
func resourceLines[V any](what string, before, after *V) []string {
	switch {
	case after == nil:
		return []string{"- " + what}
	case before == nil:
		var parts []string
		made := flatten(after)
		for _, path := range slices.Sorted(maps.Keys(made)) {
			parts = append(parts, path+" "+made[path])
		}
		return []string{strings.TrimSuffix("+ "+what+": "+strings.Join(parts, ", "), ": ")}
	}
	was, is := flatten(before), flatten(after)
	all := maps.Clone(was)
	maps.Copy(all, is)
	var lines []string
	for _, path := range slices.Sorted(maps.Keys(all)) {
		old, had := was[path]
		now, has := is[path]
		switch {
		case !had:
			lines = append(lines, fmt.Sprintf("~ %s: %s set to %s", what, path, now))
		case !has:
			lines = append(lines, fmt.Sprintf("~ %s: %s removed, was %s", what, path, old))
		case old != now:
			lines = append(lines, fmt.Sprintf("~ %s: %s %s → %s", what, path, old, now))
		}
	}
	return lines
}

// flatten returns a resource's settings by their paths ("endpoints.eu-west.weight").
func flatten(resource any) map[string]string {
	data, err := json.Marshal(resource)
	if err != nil { // settings have no cycles and no channels
		panic("encoding a resource: " + err.Error())
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		panic("decoding a resource: " + err.Error())
	}
	flat := map[string]string{}
	flattenInto(flat, "", value)
	return flat
}

func flattenInto(flat map[string]string, path string, value any) {
	switch v := value.(type) {
	case map[string]any:
		if len(v) == 0 && path != "" {
			flat[path] = "{}"
		}
		for key, child := range v {
			flattenInto(flat, strings.TrimPrefix(path+"."+key, "."), child)
		}
	case []any:
		if !slices.ContainsFunc(v, isMap) {
			flat[path] = compact(v)
			return
		}
		for i, child := range v {
			flat[path+"."+strconv.Itoa(i)] = compact(child)
		}
	default:
		flat[path] = compact(v)
	}
}

func isMap(v any) bool {
	_, ok := v.(map[string]any)
	return ok
}

// compact is a value in the way of a manifest's flow style, unquoted.
func compact(value any) string {
	switch v := value.(type) {
	case []any:
		parts := make([]string, len(v))
		for i, child := range v {
			parts[i] = compact(child)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case map[string]any:
		var parts []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, key+": "+compact(v[key]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case string:
		if v == "" || strings.ContainsAny(v, " ,\n") {
			return strconv.Quote(v)
		}
		return v
	}
	return fmt.Sprint(value)
}
