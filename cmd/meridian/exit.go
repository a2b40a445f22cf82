package main

// Exit codes, which scripts may rely on, and the errors that carry them.

import (
	"errors"
	"fmt"
)

// Exit codes.
const (
	exitDone        = 0
	exitFailed      = 1 // refused, or failed on the way
	exitUsage       = 2 // the command line, a setting or an input file can't be understood
	exitUnreachable = 3 // no server answers
	exitNotFound    = 4 // there is no zone, record, region … of that name
	exitConflict    = 5 // it was changed by someone else at the same time
)

// exitError is an error with the exit code that it ends the command with.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// withCode gives an error an exit code; nil stays nil.
func withCode(code int, err error) error {
	if err == nil {
		return nil
	}
	return &exitError{code, err}
}

// usagef is an error of the command line.
func usagef(format string, args ...any) error {
	return withCode(exitUsage, fmt.Errorf(format, args...))
}

// exitCode is the code that a command's error ends the process with.
func exitCode(err error) int {
	var coded *exitError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &coded):
		return coded.code
	}
	return exitFailed
}
