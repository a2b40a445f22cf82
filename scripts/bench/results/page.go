package results

// The page: a Markdown file whose tables stand each between two marks.

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Replace puts a table between the marks of a name.
func Replace(page []byte, name, table string) ([]byte, error) {
	begin, end := "<!-- "+name+" -->\n", "<!-- /"+name+" -->"
	i, j := bytes.Index(page, []byte(begin)), bytes.Index(page, []byte(end))
	if i < 0 || j < i {
		return nil, fmt.Errorf("the page has no marks for %s", name)
	}
	return slices.Concat(page[:i+len(begin)], []byte("\n"+strings.TrimSpace(table)+"\n\n"), page[j:]), nil
}

// Column is a column of a table about rows.
type Column struct {
	Title string
	Cell  func(r *Row) string
}

// Metric is a column of a metric's medians.
func Metric(title, metric string) Column {
	return Column{title, func(r *Row) string { return Cell(r.Values(metric)) }}
}

// Plain is a column of a metric's medians alone.
func Plain(title, metric string) Column {
	return Column{title, func(r *Row) string { return Number(Median(r.Values(metric))) }}
}

// Total is a column of a metric's sums over all rounds.
func Total(title, metric string) Column {
	return Column{title, func(r *Row) string { return strconv.FormatFloat(Sum(r.Values(metric)), 'f', 0, 64) }}
}

// Against is a column of a metric's ratios to another row's.
func Against(title, metric string, other *Row) Column {
	return Column{title, func(r *Row) string { return Cell(Compare(r, other, metric, Ratio)) }}
}

// Table is a section's rows, and its notes.
func Table(s *Section, first string, columns ...Column) string {
	var b strings.Builder
	b.WriteString("| " + first + " |")
	for _, c := range columns {
		b.WriteString(" " + c.Title + " |")
	}
	b.WriteString("\n|---|" + strings.Repeat("---:|", len(columns)) + "\n")
	for i := range s.Rows {
		b.WriteString("| " + s.Rows[i].Name + " |")
		for _, c := range columns {
			b.WriteString(" " + c.Cell(&s.Rows[i]) + " |")
		}
		b.WriteString("\n")
	}
	for _, note := range s.Notes {
		b.WriteString("\n" + note + "\n")
	}
	fmt.Fprintf(&b, "\n%s\n", s.Machine)
	return b.String()
}
