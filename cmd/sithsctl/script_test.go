package main

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"sithsctl": main})
}

// quickExit keeps the race detector from sleeping for a second in each of the many processes that the tests start.
const quickExit = "atexit_sleep_ms=10"

// Every script has a stand-in for the service, which answers from the files in its folder "agent".
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_GOLDEN") != "",
		Setup:               startStandIn,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exit": exitIs},
	})
}

func startStandIn(e *testscript.Env) error {
	dir := filepath.Join(e.WorkDir, "agent")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	stop, err := serveStandIn(dir)
	if err != nil {
		return err
	}
	e.Defer(stop)
	e.Setenv("SITHS_AGENT_SOCKET", filepath.Join(dir, "agent.sock"))
	e.Setenv("TZ", "UTC")
	e.Setenv("GORACE", quickExit)
	golden, err := os.ReadFile("../../testdata/audit/golden.jsonl")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(e.WorkDir, "golden.jsonl"), golden, 0o600)
}

// exitIs runs "exit CODE PROGRAM ARGS...": the program must end with exactly that code.
func exitIs(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		coder, ok := err.(interface{ ExitCode() int })
		if !ok {
			ts.Fatalf("running: %v", err)
		}
		got = coder.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit %d, want %d", got, want)
	}
}
