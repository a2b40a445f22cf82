package api

// What went wrong, on both sides.

import (
	"errors"
	"fmt"
	"net/http"

	"meridian/config"
)

// Errors that callers of a Client decide by, with errors.Is.
var (
	// ErrUnreachable is returned when no server answers.
	ErrUnreachable = errors.New("no meridian server answers")
	// ErrNotFound is returned when what was named isn't there.
	ErrNotFound = errors.New("not found")
	// ErrConflict is returned when what a change touches has changed since its base.
	ErrConflict = errors.New("conflict")
	// ErrRefused is returned when a change is refused for what is in it.
	ErrRefused = errors.New("refused")
	// ErrBadRequest is returned when the request itself can't be understood.
	ErrBadRequest = errors.New("bad request")
	// ErrUnauthorized is returned when the token is missing or wrong.
	ErrUnauthorized = errors.New("unauthorized")
)

// Error is an error as it travels: problem details (RFC 9457) with the problems of
// what was sent. It is one of the errors above, by its status, and a config.Problems
// where it has problems.
type Error struct {
	Status   int             `json:"status"`
	Title    string          `json:"title"`
	Message  string          `json:"detail"`
	Problems config.Problems `json:"problems,omitempty"`
}

func newError(status int, format string, args ...any) *Error {
	return &Error{Status: status, Title: http.StatusText(status), Message: fmt.Sprintf(format, args...)}
}

// Error is the problems, a line each, or the message where there are none.
func (e *Error) Error() string {
	if len(e.Problems) > 0 {
		return e.Problems.Error()
	}
	return e.Message
}

// Unwrap is what errors.Is and errors.As find.
func (e *Error) Unwrap() []error {
	var errs []error
	if kind := kindOf(e.Status); kind != nil {
		errs = append(errs, kind)
	}
	if len(e.Problems) > 0 {
		errs = append(errs, e.Problems)
	}
	return errs
}

func kindOf(status int) error {
	switch status {
	case http.StatusNotFound:
		return ErrNotFound
	case http.StatusConflict:
		return ErrConflict
	case http.StatusUnprocessableEntity:
		return ErrRefused
	case http.StatusUnauthorized:
		return ErrUnauthorized
	}
	if status >= 400 && status < 500 {
		return ErrBadRequest
	}
	return nil
}

// GetStatus and ContentType are how huma writes an error.
func (e *Error) GetStatus() int { return e.Status }

// ContentType is that of problem details.
func (e *Error) ContentType(string) string { return "application/problem+json" }
