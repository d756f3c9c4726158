// Command walk takes the main job from card in to screen locked, in a terminal, and says at each step what happens.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"

	"siths-agent/ui/text"
)

// Exit codes: every step was as promised, one was not, usage.
const (
	exitOK     = 0
	exitBroken = 1
	exitUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	t := teller{out: os.Stdout, lang: text.FromEnv(os.Getenv)}
	var person *keyboard
	if term.IsTerminal(int(os.Stdin.Fd())) {
		person = &keyboard{in: os.Stdin, out: os.Stdout}
	}
	code := command(ctx, os.Args[1:], t, person, os.Environ())
	stop()
	os.Exit(code)
}

// options are the command line.
type options struct {
	real        bool
	trust       string
	environment string
	accounts    string
}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("walk", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.BoolVar(&o.real, "real", false, "")
	flags.StringVar(&o.trust, "trust", systemTrust, "")
	flags.StringVar(&o.environment, "environment", "production", "")
	flags.StringVar(&o.accounts, "accounts", systemAccounts, "")
	err := flags.Parse(args)
	if err == nil && flags.NArg() > 0 {
		err = fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if err == nil && o.environment != "production" && o.environment != "test" {
		err = fmt.Errorf("no environment %q", o.environment)
	}
	return o, err
}

// command walks, and returns the exit code. person is nil when nobody can type. Where environ tells of a desktop, its panel and
// windows are part of the walk.
func command(ctx context.Context, args []string, t teller, person *keyboard, environ []string) int {
	o, err := parse(args)
	if err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(t.out, err)
		}
		fmt.Fprintln(t.out, text.Walk(t.lang, text.WalkUsage))
		return exitUsage
	}
	if o.real {
		err = lookAtRealCard(ctx, t, o)
	} else {
		var d *desk
		if d, err = findDesk(environ); err == nil {
			err = walkMainJob(ctx, t, person, d)
		}
	}
	if err == nil {
		return exitOK
	}
	if ctx.Err() != nil {
		err = errInterrupted
	}
	t.step(t.explain(err))
	return exitBroken
}
