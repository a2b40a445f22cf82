package api

// Changes on their way to control, and what became of them.

import (
	"context"
	"errors"
	"net/http"

	"meridian/config"
	"meridian/control"
	"meridian/store"
)

// commit makes a change under its terms.
func commit(ctx context.Context, c *control.Control, terms Terms, change control.Change) (Outcome, error) {
	change.Author, change.Message = terms.Author, terms.Message
	if terms.Base != 0 {
		change.Base = terms.Base
	}
	var result control.Result
	var err error
	if terms.DryRun {
		result, err = c.Plan(ctx, change)
	} else {
		result, err = c.Commit(ctx, change)
	}
	if errors.Is(err, store.ErrNoRevision) { // the base
		return Outcome{}, newError(http.StatusConflict, "%v", err)
	}
	if err != nil {
		return Outcome{}, err
	}
	return outcomeOf(result, terms), nil
}

func outcomeOf(result control.Result, terms Terms) Outcome {
	out := Outcome{DryRun: terms.DryRun, Changes: len(result.Diff), Warnings: result.Warnings, Notes: result.Notes}
	if result.Revision.Number != 0 {
		out.Revision = &result.Revision
	}
	out.Diff, out.MoreLines = DiffLines(result.Diff, terms.Lines)
	giveBack(out.Changes)
	return out
}

// attempts bounds how often a change is made anew whose state others keep changing.
const attempts = 10

// derived makes a change that is worked out from the present state: where that has
// moved on meanwhile, it is worked out again, unless the terms name a base.
func derived(ctx context.Context, c *control.Control, terms Terms, make func(*control.State) (control.Change, config.Problems, error)) (Outcome, error) {
	for attempt := 1; ; attempt++ {
		state := c.State()
		change, warnings, err := make(state)
		if err != nil {
			return Outcome{}, err
		}
		change.Base = state.Revision()
		out, err := commit(ctx, c, terms, change)
		if errors.Is(err, store.ErrConflict) && terms.Base == 0 && attempt < attempts {
			continue
		}
		out.Warnings = append(warnings, out.Warnings...)
		return out, err
	}
}
