package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
)

// stateTime is how long the service may take to reach a state that it was brought to.
const stateTime = 10 * time.Second

// setup is what a service is told.
type setup struct {
	trust       string // folder
	environment string // "production" or "test"
	accounts    string // text of accounts.toml
	rules       string // [[trust.policy]] tables; empty: the built-in ones
}

// policy is agent.toml. Only a test hierarchy may do without a check of revocation.
func (s setup) policy() string {
	revocation := "require"
	if s.environment == "test" {
		revocation = "off"
	}
	return fmt.Sprintf("[trust]\nenvironment = %q\nanchors = [%q]\n\n[revocation]\nmode = %q\n\n[identity]\nsources = [\"accounts\", \"upn\"]\n\n%s",
		s.environment, s.trust, revocation, s.rules)
}

// folder is where one service keeps everything.
type folder string

// write lays the folder out.
func (f folder) write(s setup) error {
	for name, mode := range map[string]os.FileMode{"etc": 0o755, "state": 0o700, "run": 0o755} {
		if err := os.MkdirAll(f.path(name), mode); err != nil {
			return err
		}
	}
	if err := os.WriteFile(f.path("etc/agent.toml"), []byte(s.policy()), 0o644); err != nil {
		return err
	}
	return os.WriteFile(f.path("etc/accounts.toml"), []byte(s.accounts), 0o644)
}

// args are the arguments of siths-agentd.
func (f folder) args() []string {
	return []string{"run", "--config", f.path("etc/agent.toml"), "--state", f.path("state"), "--run", f.path("run"), "--log-level", "warn"}
}

func (f folder) path(name string) string { return filepath.Join(string(f), name) }

func (f folder) socket() string { return f.path("run/agent.sock") }

// errReached ends a watch.
var errReached = errors.New("the state is reached")

// await waits for a state, and fails with the state that was reached instead of the phase that was wanted.
func await(ctx context.Context, agent *client.Client, want apitype.Phase, yes func(apitype.Snapshot) bool) (apitype.Snapshot, error) {
	limited, cancel := context.WithTimeout(ctx, stateTime)
	defer cancel()
	last, err := watch(limited, agent, yes)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		err = &wrongPhase{want: want, got: last.Phase}
	}
	return last, err
}

// watch waits for a state until ctx ends.
func watch(ctx context.Context, agent *client.Client, yes func(apitype.Snapshot) bool) (apitype.Snapshot, error) {
	var last apitype.Snapshot
	err := agent.Watch(ctx, func(s apitype.Snapshot) error {
		if last = s; yes(s) {
			return errReached
		}
		return nil
	})
	if errors.Is(err, errReached) {
		err = nil
	}
	return last, err
}

// inPhase says yes to a phase.
func inPhase(want apitype.Phase) func(apitype.Snapshot) bool {
	return func(s apitype.Snapshot) bool { return s.Phase == want }
}
