// Command siths-window is the window in which a person gives the card its code, or looks at one page. It lives for one use.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"siths-agent/internal/harden"
	"siths-agent/internal/version"
	"siths-agent/ui/licences"
	"siths-agent/ui/look"
)

// The exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	if err := harden.Process(); err != nil {
		fmt.Fprintln(os.Stderr, "siths-window:", err)
		os.Exit(exitFailed)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := start(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// start reads the arguments, and shows the window.
func start(ctx context.Context, args []string) int {
	o, err := parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Println(usage)
		return exitDone
	case err != nil:
		fmt.Fprintf(os.Stderr, "siths-window: %v\n%s\n", err, usage)
		return exitUsage
	case o.licences:
		fmt.Print(licences.Text())
		return exitDone
	case o.version:
		fmt.Println("siths-window " + version.String())
		return exitDone
	}
	if err := show(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "siths-window:", err)
		return exitFailed
	}
	return exitDone
}

// show shows the window, or has the one of this desktop session that is open already show the page.
func show(ctx context.Context, o options) error {
	first, err := claim(ctx, os.Getenv, o.page)
	if errors.Is(err, errShown) {
		return nil
	}
	if err != nil { // a window too many is better than none
		fmt.Fprintln(os.Stderr, "siths-window:", err)
	}
	defer first.release()
	preferX11()
	noInputMethod()
	noNewBus()
	w := newWindow(o, os.Exit)
	go w.watch(ctx)
	wanted, warnings := look.Want(ctx, os.Getenv)
	for _, warning := range warnings {
		fmt.Fprintln(os.Stderr, "siths-window:", warning)
	}
	w.begin(wanted.Lang, o.page)
	go first.serve(ctx, w.ask)
	return w.run(ctx, faces(ctx, o, wanted))
}
