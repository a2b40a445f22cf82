package main

// What commands may touch of the world, and the tree of commands.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"meridian/config"
)

// app is the world as commands see it.
type app struct {
	in       io.Reader
	out, err io.Writer
	terminal bool // in and out are a person's terminal
	progress bool // err is one
	getenv   func(string) string
	root     bool // the user may do everything
	author   string
	now      func() time.Time
}

// processApp is the world of this process.
func processApp() *app {
	return &app{
		in:       os.Stdin,
		out:      os.Stdout,
		err:      os.Stderr,
		terminal: term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd())),
		progress: term.IsTerminal(int(os.Stderr.Fd())),
		getenv:   os.Getenv,
		root:     os.Geteuid() == 0,
		author:   loginName(),
		now:      time.Now,
	}
}

// loginName is who a revision is said to be of.
func loginName() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return fmt.Sprintf("uid %d", os.Geteuid())
}

// execute runs one command line and returns the exit code.
func execute(ctx context.Context, a *app, args []string) int {
	root := newRoot(a)
	root.SetArgs(args)
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	err := root.ExecuteContext(ctx)
	var problems config.Problems
	switch {
	case err == nil:
	case errors.As(err, &problems):
		fmt.Fprintln(a.err, problems) // a line each, which editors can read
	default:
		fmt.Fprintln(a.err, "meridian:", err)
	}
	return exitCode(err)
}

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "meridian",
		Short: "DNS answers with the closest healthy region",
		Long: "meridian answers DNS queries with the addresses of the closest healthy region.\n\n" +
			"`meridian serve` is the server; most other commands talk to it over its admin socket.\n\n" +
			"Exit codes: 0 done; 1 refused, or failed on the way; 2 the command line or an input file is wrong;\n" +
			"3 no server answers; 4 there is nothing of that name; 5 someone else changed it at the same time.",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.AddCommand(
		newServe(a), newDemo(a), newVersion(a), newDig(a),
		newZone(a), newRecord(a), newRegion(a), newTopology(a), newCheck(a), newSteer(a),
		newApply(a), newExport(a), newHistory(a), newRollback(a), newStatus(a), newExplain(a), newDelegation(a),
	)
	root.AddCommand(newOverrides(a)...)
	root.SetFlagErrorFunc(flagError)
	root.SetUsageTemplate(strings.Replace(root.UsageTemplate(), "{{if .Runnable}}", "{{if not .HasAvailableSubCommands}}", 1))
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	checkArgs(root)
	return root
}

// defaultAdmin is where a server listens for commands, and where commands look for it.
func (a *app) defaultAdmin() string {
	if dir := a.getenv("XDG_RUNTIME_DIR"); !a.root && dir != "" {
		return "unix:" + filepath.Join(dir, "meridian.sock")
	}
	return "unix:/run/meridian/admin.sock"
}

// defaultData is the folder of a server's store.
func (a *app) defaultData() string {
	switch state, home := a.getenv("XDG_STATE_HOME"), a.getenv("HOME"); {
	case a.root:
	case state != "":
		return filepath.Join(state, "meridian")
	case home != "":
		return filepath.Join(home, ".local", "state", "meridian")
	}
	return "/var/lib/meridian"
}
