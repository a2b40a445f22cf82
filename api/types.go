package api

// What every change says of itself, and what became of it.

import (
	"meridian/config"
	"meridian/store"
)

// Revision is one committed change, as history lists it.
type Revision = store.Revision

// Terms are how a change is to be made.
type Terms struct {
	Author  string `query:"author" doc:"who makes the change"`
	Message string `query:"message" doc:"why, for the history"`
	// Base, when not 0, is the revision that the change was made on: it is refused as a
	// conflict where what it touches has changed since.
	Base   uint64 `query:"base" doc:"the revision that the change was made on; 0: whatever is there"`
	DryRun bool   `query:"dry_run" doc:"only say what would change"`
	// Lines bounds Outcome.Diff; 0 is DefaultLines.
	Lines int `query:"lines" minimum:"0" doc:"how many lines of the diff to return at most; 0: 1000"`
}

// DefaultLines is how many lines of a diff are returned where nothing else is asked:
// more than a person reads, and less than an import of 10,000 zones has.
const DefaultLines = 1000

// Outcome is what became of a change.
type Outcome struct {
	// Revision is nil for a dry run, and where nothing changed.
	Revision *Revision `json:"revision,omitempty"`
	DryRun   bool      `json:"dry_run,omitempty"`
	Changes  int       `json:"changes" doc:"how many resources and RRsets change"`
	// Diff is for people: lines that begin with + (made), - (gone) or ~ (changed). At
	// most Terms.Lines of them; MoreLines is how many there would be beyond.
	Diff      []string `json:"diff" nullable:"false"`
	MoreLines int      `json:"more_lines,omitempty"`
	// Warnings refuse nothing; Notes are what was done beyond what was asked.
	Warnings config.Problems `json:"warnings,omitempty"`
	Notes    []string        `json:"notes,omitempty"`
	// AlreadyApplied says that a manifest was not looked at, since it was applied last.
	AlreadyApplied bool `json:"already_applied,omitempty"`
}

// Changed says whether anything changed, or would.
func (o Outcome) Changed() bool { return o.Changes > 0 }
