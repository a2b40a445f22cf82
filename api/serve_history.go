package api

// Operations on history.

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"meridian/store"
)

// RevisionPath is the path of operations on one revision.
type RevisionPath struct {
	Revision uint64 `path:"revision"`
}

func (s *server) addHistory(api operations) {
	add(api, operation("list-history", http.MethodGet, "/history", "List revisions, the newest first"), s.listHistory)
	add(api, operation("get-revision", http.MethodGet, "/history/{revision}", "Show a revision with what it changed"), s.getRevision)
	add(api, operation("rollback", http.MethodPost, "/history/{revision}/rollback", "Make the configuration what it was as of a revision, as a new revision"), s.rollback)
}

func (s *server) listHistory(ctx context.Context, in *struct {
	Limit int `query:"limit" minimum:"0" doc:"how many at most; 0: all that are kept"`
}) ([]Revision, error) {
	list := []Revision{}
	for revision, err := range s.Control.History().Revisions(ctx) {
		if err != nil {
			return nil, err
		}
		list = append(list, revision)
		if len(list) == in.Limit {
			break
		}
	}
	return list, nil
}

func (s *server) getRevision(ctx context.Context, in *struct {
	RevisionPath
	Lines int `query:"lines" minimum:"0" doc:"how many lines of the diff to return at most; 0: 1000"`
}) (RevisionDiff, error) {
	revision, err := s.revision(ctx, in.Revision)
	if err != nil {
		return RevisionDiff{}, err
	}
	diff, err := s.Control.History().Diff(in.Revision)
	if err != nil {
		return RevisionDiff{}, err
	}
	out := RevisionDiff{Revision: revision}
	out.Diff, out.MoreLines = DiffLines(diff, in.Lines)
	return out, nil
}

// revision finds one that is there and kept.
func (s *server) revision(ctx context.Context, number uint64) (Revision, error) {
	history := s.Control.History()
	if number == 0 || number > history.Head() {
		return Revision{}, newError(http.StatusNotFound, "there is no revision %d: the newest is %d", number, history.Head())
	}
	for revision, err := range history.Watch(ctx, number-1) {
		if errors.Is(err, store.ErrCompacted) {
			return Revision{}, newError(http.StatusNotFound, "revision %d is kept no longer", number)
		}
		return revision, err
	}
	return Revision{}, fmt.Errorf("reading revision %d: %w", number, context.Cause(ctx))
}

func (s *server) rollback(ctx context.Context, in *struct {
	Terms
	RevisionPath
}) (Outcome, error) {
	if _, err := s.revision(ctx, in.Revision); err != nil {
		return Outcome{}, err
	}
	if head := s.Control.State().Revision(); in.Base != 0 && in.Base != head {
		return Outcome{}, newError(http.StatusConflict, "the newest revision is %d and not %d any more: look at the diff again", head, in.Base)
	}
	result, err := s.Control.Rollback(ctx, in.Author, in.Message, in.Revision, in.DryRun)
	if err != nil {
		return Outcome{}, err
	}
	return outcomeOf(result, in.Terms), nil
}
