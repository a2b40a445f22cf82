package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"meridian/api"
)

func TestExitCodesOfTheAPIsErrors(t *testing.T) {
	for _, test := range []struct {
		err  error
		code int
	}{
		{nil, exitDone},
		{api.ErrRefused, exitFailed},
		{api.ErrUnauthorized, exitFailed},
		{context.Canceled, exitFailed},
		{io.ErrUnexpectedEOF, exitFailed},
		{api.ErrBadRequest, exitUsage},
		{api.ErrUnreachable, exitUnreachable},
		{api.ErrNotFound, exitNotFound},
		{api.ErrConflict, exitConflict},
		{usagef("wrong"), exitUsage},
	} {
		if test.err != nil {
			test.err = fmt.Errorf("on the way: %w", test.err)
		}
		if got := exitCode(apiError(test.err)); got != test.code {
			t.Errorf("%v ends with %d, want %d", test.err, got, test.code)
		}
	}
}

// Rollback asks, and only a yes is one.
func TestRollbackAsks(t *testing.T) {
	server := startServer(t)
	rollback := func(answer string) (string, int) {
		var out bytes.Buffer
		a := docApp()
		a.in, a.out, a.err, a.terminal = strings.NewReader(answer), &out, &out, true
		code := execute(t.Context(), a, []string{"rollback", "1", "--server", server.admin})
		return out.String(), code
	}
	a := docApp()
	if code := execute(t.Context(), a, []string{"region", "set", "jp", "--location", "JP", "--server", server.admin}); code != exitDone {
		t.Fatalf("setting a region ends with %d", code)
	}
	for _, no := range []string{"", "\n", "n\n", "yesterday\n"} {
		if out, code := rollback(no); code != exitFailed || !strings.Contains(out, "- region jp") || !strings.Contains(out, "[y/N]") || !strings.Contains(out, "not rolled back") {
			t.Errorf("%q ends with %d:\n%s", no, code, out)
		}
	}
	if out, code := rollback("y\n"); code != exitDone || !strings.Contains(out, "revision 3: 1 change") {
		t.Errorf("y ends with %d:\n%s", code, out)
	}
}

// Whatever the words, a command line is answered with an exit code and at most one line.
func TestAnyCommandLineIsAnsweredInOneLine(t *testing.T) {
	words := rapid.SampledFrom([]string{
		"zone", "list", "show", "import", "record", "set", "region", "steer", "drain", "endpoint", "apply", "history", "dig", "explain",
		"--zone", "--server", "unix:/nowhere/x", "-f", "--client", "192.0.2.1", "example.com", "@", "A", "+subnet=x", "--for", "-1s", "--share", "",
	})
	rapid.Check(t, func(t *rapid.T) {
		args := append(rapid.SliceOfN(words, 1, 6).Draw(t, "args"), "--server", "unix:/nowhere/x")
		var errs bytes.Buffer
		a := docApp()
		a.err = &errs
		code := execute(context.Background(), a, args)
		lines := strings.Count(errs.String(), "\n")
		if (code == exitDone) != (lines == 0) || lines > 1 {
			t.Fatalf("%q ends with %d and says %q", args, code, errs.String())
		}
	})
}
