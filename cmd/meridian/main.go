// Command meridian is the name server, and what it is run and watched with.
//
// Every command is built by a function from an app, which holds all that a command may
// touch of the world; so tests run commands in their own process. A file per noun:
//
//   - app.go, exit.go, args.go: what all commands share.
//   - serve.go, settings.go, settingsfile.go: what a server runs with; server.go: how its
//     parts are put together.
//   - zone.go, record.go, region.go, … : the commands that talk to a server, through
//     client.go; table.go and diff.go are how they show what it says.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := execute(ctx, processApp(), os.Args[1:])
	stop()
	os.Exit(code)
}
