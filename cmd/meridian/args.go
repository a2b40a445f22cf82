package main

// Arguments are checked against the command's own usage line: "set ZONE NAME [TTL]"
// takes two or three, "import FILE…" one or more.

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"meridian/config"
)

// checkArgs gives every command below c a check of its arguments.
func checkArgs(c *cobra.Command) {
	for _, sub := range c.Commands() {
		checkArgs(sub)
	}
	switch {
	case c.Name() == "help" || c.HasParent() && (c.Name() == "completion" || c.Parent().Name() == "completion"):
	case c.HasSubCommands() && c.RunE == nil:
		c.Args = needsSubcommand
		c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	case c.HasSubCommands():
		c.Args = noneOrSubcommand
	case c.Args == nil:
		c.Args = asUsageSays
	}
}

// needsSubcommand refuses a group of commands that is called itself.
func needsSubcommand(c *cobra.Command, args []string) error {
	switch {
	case len(args) == 0 && !c.HasParent():
		return nil // its help is shown
	case len(args) == 0:
		return usagef("`%s` needs a command: %s", c.CommandPath(), strings.Join(subcommands(c), ", "))
	}
	c.SuggestionsMinimumDistance = 2
	if like := c.SuggestionsFor(args[0]); len(like) > 0 {
		return usagef("there is no command `%s %s`: did you mean %s?", c.CommandPath(), args[0], strings.Join(like, " or "))
	}
	return usagef("there is no command `%s %s`: there are %s", c.CommandPath(), args[0], strings.Join(subcommands(c), ", "))
}

// noneOrSubcommand is for a command that does something itself and has others below it.
func noneOrSubcommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return needsSubcommand(c, args)
}

func subcommands(c *cobra.Command) []string {
	var names []string
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	return names
}

// asUsageSays refuses too few or too many arguments.
func asUsageSays(c *cobra.Command, args []string) error {
	words := strings.Fields(c.Use)[1:]
	least, most := 0, len(words)
	for _, w := range words {
		if !strings.HasPrefix(w, "[") {
			least++
		}
		if strings.HasSuffix(strings.TrimSuffix(w, "]"), "…") {
			most = len(args)
		}
	}
	switch {
	case len(args) < least:
		return usagef("`%s` needs %s", usageLine(c), strings.Join(words[:least], ", "))
	case len(args) > most && most == 0:
		return usagef("`%s` takes no arguments, and got %q", c.CommandPath(), args[0])
	case len(args) > most:
		return usagef("%q is one argument too many: write `%s`", args[most], usageLine(c))
	}
	return nil
}

func usageLine(c *cobra.Command) string { return c.Parent().CommandPath() + " " + c.Use }

// flagError says what is wrong with a flag, in one line.
func flagError(c *cobra.Command, err error) error {
	var (
		unknown *pflag.NotExistError
		invalid *pflag.InvalidValueError
		missing *pflag.ValueRequiredError
	)
	switch {
	case errors.As(err, &invalid):
		return usagef("--%s: %v", invalid.GetFlag().Name, plainly(invalid.Unwrap()))
	case errors.As(err, &missing):
		return usagef("--%s needs a value", missing.GetFlag().Name)
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "":
		return usagef("there is no flag -%s here: `%s --help` lists the flags", unknown.GetSpecifiedName(), c.CommandPath())
	case errors.As(err, &unknown):
		if like := similarFlag(c, unknown.GetSpecifiedName()); like != "" {
			return usagef("there is no flag --%s here: did you mean --%s?", unknown.GetSpecifiedName(), like)
		}
		return usagef("there is no flag --%s here: `%s --help` lists the flags", unknown.GetSpecifiedName(), c.CommandPath())
	}
	return usagef("%v", err)
}

// plainly is what is wrong with a value, without the names of Go's functions.
func plainly(err error) error {
	var number *strconv.NumError
	switch {
	case !errors.As(err, &number):
		return err
	case number.Func == "ParseBool":
		return fmt.Errorf("%q is neither true nor false", number.Num)
	case errors.Is(err, strconv.ErrRange):
		return fmt.Errorf("%s is out of range", number.Num)
	case number.Func == "ParseFloat":
		return fmt.Errorf("%q is no number", number.Num)
	}
	return fmt.Errorf("%q is no whole number", number.Num)
}

// similarFlag is the flag of c whose name is close to a misspelled one, or "".
func similarFlag(c *cobra.Command, name string) string {
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return config.Closest(name, names)
}
