// Command siths-tray stands in the panel for as long as the desktop session lasts: it shows what the service says, and
// starts the windows. It sees no code of any card.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"siths-agent/internal/harden"
	"siths-agent/internal/version"
)

// The exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	if err := harden.Process(); err != nil {
		fmt.Fprintln(os.Stderr, "siths-tray:", err)
		os.Exit(exitFailed)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	code := start(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// garbage is how much may lie about before it is collected, in per cent of what is in use: little of either, of many trays
// on one terminal server.
const garbage = 25

// start reads the arguments and runs the program.
func start(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	fs := flag.NewFlagSet("siths-tray", flag.ContinueOnError)
	fs.SetOutput(stderr)
	socket := fs.String("socket", "", "the service's socket")
	told := fs.Bool("version", false, "print the version")
	if err := fs.Parse(args); err != nil || fs.NArg() > 0 {
		return exitUsage
	}
	if *told {
		fmt.Fprintln(stdout, "siths-tray", version.String())
		return exitOK
	}
	debug.SetGCPercent(garbage)
	if err := run(ctx, *socket, stderr); err != nil {
		fmt.Fprintln(stderr, "siths-tray:", err)
		return exitFailed
	}
	return exitOK
}
