package scale

// The sections' tables.

import (
	"strings"

	"meridian/scripts/bench/results"
)

// MillionTable is scale-1M's: starts and memory, changes, and ours alone.
func MillionTable(s *results.Section) string {
	knot, gdnsd := s.Row("knot"), s.Row("gdnsd")
	begun := table(s, "load", "server", results.Metric("load, s", "load"), results.Against("× knot", "load", knot),
		results.Column{Title: "first import × knot's load", Cell: func(r *results.Row) string { return results.Cell(ImportRatio(r, knot)) }},
		results.Metric("anonymous memory, MB", "anon"), results.Against("× gdnsd", "anon", gdnsd), results.Metric("pages of files, MB", "file"))
	changed := table(s, "one-ack", "server", results.Metric("one record: acknowledged after, ms", "one-ack"), results.Metric("seen after, ms", "one-visible"),
		results.Metric("seen after the acknowledgement, ms, at most", "one-after"), results.Metric("many: acknowledged after, ms", "many-ack"),
		results.Metric("seen after, ms", "many-visible"), results.Metric("seen after the acknowledgement, ms", "many-after"))
	ours := table(s, "import", "ours", results.Metric("first import, s", "import"), results.Metric("most memory meanwhile, MB", "import-peak"),
		results.Metric("anonymous after the import, MB", "import-anon"), results.Metric("after a start", "anon"),
		results.Metric("after half of the changes", "half-anon"), results.Metric("after all", "after-anon"),
		results.Metric("changes a second", "changes"), results.Metric("p99 of an acknowledgement, ms", "changes-p99"))
	return begun + "\n" + changed + "\n" + ours + "\n" + said(s)
}

// ManyZonesTable is scale-zones'.
func ManyZonesTable(s *results.Section) string {
	return results.Table(s, "server", results.Metric("load, s", "load"), results.Against("× knot", "load", s.Row("knot")),
		results.Metric("anonymous memory, MB", "anon"), results.Against("× gdnsd", "anon", s.Row("gdnsd")), results.Metric("pages of files, MB", "file"))
}

// TenMillionTable is scale-10M's.
func TenMillionTable(s *results.Section) string {
	return results.Table(s, "server", results.Metric("load, s", "load"), results.Metric("anonymous memory, MB", "anon"), results.Metric("pages of files, MB", "file"),
		results.Metric("one record: acknowledged after, ms", "one-ack"), results.Metric("seen after, ms", "one-visible"),
		results.Metric("seen after the acknowledgement, ms, at most", "one-after"))
}

// table is a table of those rows that have a metric, without what is said below it.
func table(s *results.Section, having, first string, columns ...results.Column) string {
	some := &results.Section{}
	for _, r := range s.Rows {
		if len(r.Values(having)) > 0 {
			some.Rows = append(some.Rows, r)
		}
	}
	return strings.TrimSpace(results.Table(some, first, columns...)) + "\n"
}

// said is what stands below the last table.
func said(s *results.Section) string {
	return strings.Join(append(s.Notes, s.Machine), "\n\n")
}

// ImportRatio is how much longer a first import took than another server's load.
func ImportRatio(r, other *results.Row) []float64 {
	return ratios(r.Values("import"), other.Values("load"))
}

// Growth is how much memory there is after all changes, against that after half.
func Growth(r *results.Row) []float64 { return ratios(r.Values("after-anon"), r.Values("half-anon")) }

// ratios are a's to b's, round by round.
func ratios(a, b []float64) (all []float64) {
	for i := range min(len(a), len(b)) {
		all = append(all, a[i]/b[i])
	}
	return all
}
