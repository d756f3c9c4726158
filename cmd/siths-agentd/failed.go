package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"siths-agent/agent"
	"siths-agent/agent/audit"
	"siths-agent/agent/memory"
	"siths-agent/agent/unlock"
)

const (
	// lockUpTime is how long a service that cannot start tries to lock what is open.
	lockUpTime = 2 * time.Second
	// failedTime is how long a service that cannot start keeps its manager from starting it again. After a crash it is
	// started again at once, without a limit; what cannot work must not be tried that often.
	failedTime = 5 * time.Second
)

// cannotStart locks what an earlier run has left open, and takes its time to end where it is started again.
func cannotStart(o options, log *slog.Logger) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, failedTime)
	defer cancel()
	if err := lockUp(ctx, o, log); err != nil {
		log.Error("the service cannot start, and what is open stays open", "error", err)
	}
	if managed() {
		<-ctx.Done()
	}
}

// lockUp does nothing while another service has the state folder: what is open there is its own.
func lockUp(ctx context.Context, o options, log *slog.Logger) error {
	trail, err := audit.Open(o.state, audit.Options{})
	if errors.Is(err, audit.ErrLocked) {
		return nil
	}
	if err == nil {
		defer func() { _ = trail.Close() }()
	}
	left := memory.New(o.state, bootID())
	if desks, err := left.Recall(); err == nil && len(desks) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, lockUpTime)
	defer cancel()
	desktop, err := unlock.Connect(ctx, log)
	if err != nil {
		return err
	}
	defer desktop.Close()
	return agent.LockUp(ctx, agent.Parts{Memory: left, Desktop: desktop, Log: log})
}
