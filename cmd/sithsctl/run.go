package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"strings"

	"siths-agent/ui/text"
)

// run is the whole program: it finds the command, runs it, says what went wrong and returns the exit code.
func run(ctx context.Context, e *env, args []string) int {
	e.lang = text.FromEnv(e.getenv)
	e.socket = e.getenv("SITHS_AGENT_SOCKET")
	return e.report(e.dispatch(ctx, args))
}

func (e *env) dispatch(ctx context.Context, args []string) error {
	args, err := e.globals(args)
	if err != nil {
		return err
	}
	c, rest, found := find(args)
	if !found {
		return e.notFound(args)
	}
	return e.runCommand(ctx, c, rest)
}

// globals takes the flags before the verb.
func (e *env) globals(args []string) ([]string, error) {
	fs := e.flagSet("")
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return []string{"help"}, nil
	case err != nil:
		return nil, e.usage(text.CtlFailed, err)
	}
	return fs.Args(), nil
}

func (e *env) flagSet(name string) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&e.socket, "socket", e.socket, "PATH")
	return fs
}

func (e *env) runCommand(ctx context.Context, c command, args []string) error {
	fs := e.flagSet(c.name)
	do := c.build(fs)
	rest, err := parse(fs, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return e.print(e.say(text.CtlUsage, c.synopsis()) + "\n" + text.CtlHelp(e.lang, c.name) + "\n")
	case err != nil, len(rest) != len(c.args):
		return e.usage(text.CtlWantsArguments, c.synopsis())
	}
	return do(ctx, e, rest)
}

// parse takes flags before, between and after the arguments, which the flag package alone does not.
func parse(fs *flag.FlagSet, args []string) ([]string, error) {
	var rest []string
	for {
		if err := fs.Parse(args); err != nil {
			return nil, err
		}
		if fs.NArg() == 0 {
			return rest, nil
		}
		rest = append(rest, fs.Arg(0))
		args = fs.Args()[1:]
	}
}

// notFound says which word is unknown; with no word at all, or half a verb, it says how to write it.
func (e *env) notFound(args []string) error {
	if len(args) == 0 {
		return e.usage(text.CtlWantsArguments, "help")
	}
	for n := min(2, len(args)); n > 0; n-- { // of "sso nonsense" the first word is known
		if name := strings.Join(args[:n], " "); len(following(name)) > 0 {
			return e.usage(text.CtlWantsArguments, name+" "+joinBar(following(name)))
		}
	}
	return e.usage(text.CtlUnknownCommand, args[0])
}
