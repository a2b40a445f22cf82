package zones

// A bounded heap of findings: a hostile file must not fill memory with its faults.

import (
	"cmp"
	"fmt"
	"slices"

	"meridian/config"
)

// maxFindings of each kind are kept: more than anybody reads at once.
const maxFindings = 1000

// findings keeps errors and warnings apart, so that no number of warnings hides an error.
type findings struct {
	errors, warnings         config.Problems
	moreErrors, moreWarnings int
}

func (f *findings) add(ps ...config.Problem) {
	for _, p := range ps {
		kept, more := &f.errors, &f.moreErrors
		if p.Warning {
			kept, more = &f.warnings, &f.moreWarnings
		}
		if len(*kept) < maxFindings {
			*kept = append(*kept, p)
		} else {
			*more++
		}
	}
}

// full says that no further error would be kept.
func (f *findings) full() bool { return len(f.errors) == maxFindings }

// all returns what was found, in the order of the positions.
func (f *findings) all() config.Problems {
	all := Sorted(f.errors, f.warnings)
	if f.moreErrors > 0 {
		all = append(all, config.Problem{Message: fmt.Sprintf("and %d more errors", f.moreErrors)})
	}
	if f.moreWarnings > 0 {
		all = append(all, config.Problem{Message: fmt.Sprintf("and %d more warnings", f.moreWarnings), Warning: true})
	}
	return all
}

// Sorted joins lists of problems into one in the order of file, line and column.
func Sorted(lists ...config.Problems) config.Problems {
	all := slices.Concat(lists...)
	slices.SortStableFunc(all, func(a, b config.Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Message, b.Message))
	})
	return all
}
