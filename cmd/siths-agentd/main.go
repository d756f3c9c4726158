// Command siths-agentd is the service: it decides, remembers and audits. It loads no vendor code and opens no network
// connection.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"

	"siths-agent/agent/handover"
	"siths-agent/agent/policy"
	"siths-agent/internal/harden"
	"siths-agent/internal/version"
)

// Exit codes: 0 done, 1 failed, 2 usage (as sithsctl's).
const (
	exitFailed = 1
	exitUsage  = 2
)

const usage = `usage: siths-agentd run [--config FILE] [--state DIR] [--run DIR] [--log-level debug|info|warn|error]
       siths-agentd version
`

func main() { os.Exit(command(os.Args[1:], os.Stdout, os.Stderr)) }

func command(args []string, stdout, stderr io.Writer) int {
	if len(args) == 1 && args[0] == "version" {
		fmt.Fprintln(stdout, version.String())
		return 0
	}
	if len(args) == 0 || args[0] != "run" {
		fmt.Fprint(stderr, usage)
		return exitUsage
	}
	opt, err := parse(args[1:], stderr)
	if err != nil {
		return exitUsage
	}
	log := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: opt.level}))
	kept := handover.Open(log) // before there is any child
	p, err := prepare(opt, kept, log)
	if err != nil {
		fmt.Fprintln(stderr, "siths-agentd:", err)
		cannotStart(opt, log)
		return exitFailed
	}
	if err := serve(p); err != nil {
		fmt.Fprintln(stderr, "siths-agentd:", err)
		return exitFailed
	}
	return 0
}

// options are the command line of run.
type options struct {
	config string
	state  string
	run    string
	level  slog.Level
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("run", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() { fmt.Fprint(stderr, usage) }
	flags.StringVar(&o.config, "config", "", "policy `file`; absent: the system's")
	flags.StringVar(&o.state, "state", defaultState, "`folder` of what is remembered")
	flags.StringVar(&o.run, "run", defaultRun, "`folder` of the socket")
	flags.TextVar(&o.level, "log-level", slog.LevelInfo, "least `level` that is logged")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		fmt.Fprint(stderr, usage)
		return o, errors.New("unexpected argument")
	}
	return o, nil
}

// prepare does what can keep the service from starting.
func prepare(o options, kept *handover.Store, log *slog.Logger) (*program, error) {
	if err := harden.NoDumps(); err != nil {
		return nil, fmt.Errorf("hardening: %w", err)
	}
	loaded, err := policy.Load(o.config)
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	p, err := build(o, loaded, kept, log)
	if err != nil {
		return nil, err
	}
	return p, p.open()
}
