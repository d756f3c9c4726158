package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"time"

	"github.com/kardianos/service"

	"siths-agent/agent"
	"siths-agent/agent/audit"
	"siths-agent/agent/safesocket"
	"siths-agent/agent/unlock"
)

// stopTime is how long stopping may take before the service manager is told that it is done all the same.
const stopTime = 1900 * time.Millisecond

// program is the service as the service manager sees it: it starts, and it stops.
type program struct {
	options options
	parts   agent.Parts
	trail   *audit.Log
	log     *slog.Logger

	cancel context.CancelFunc
	done   chan error
}

// serve runs p until the service manager, or the console, says stop.
func serve(p *program) error {
	s, err := service.New(p, &service.Config{Name: "siths-agentd", DisplayName: "SITHS Agent"})
	if err != nil {
		return fmt.Errorf("finding the service manager: %w", err)
	}
	return s.Run()
}

// Start begins to serve. It returns as soon as the socket answers.
func (p *program) Start(s service.Service) error {
	// Stopping locks the desktop, so the way to the login manager outlives the context that ends everything else.
	desktop, err := unlock.Connect(context.Background(), p.log)
	if err != nil {
		return fmt.Errorf("following desktop sessions: %w", err)
	}
	l, err := safesocket.Listen(filepath.Join(p.options.run, socketName))
	if err != nil {
		desktop.Close()
		return fmt.Errorf("listening: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.parts.Desktop = desktop
	p.cancel, p.done = cancel, make(chan error, 1)
	go func() {
		err := p.work(ctx, agent.New(p.parts), desktop, l)
		p.done <- err
		if err != nil {
			_ = s.Stop()
		}
	}()
	return nil
}

func (p *program) work(ctx context.Context, a *agent.Agent, desktop *unlock.Desktop, l net.Listener) error {
	defer func() { _ = p.trail.Close() }()
	defer desktop.Close()
	ran := make(chan struct{})
	go func() { defer close(ran); a.Run(ctx) }()
	go onReload(ctx, func() { p.reload(ctx, a) })
	notify(ready)
	err := p.newServer(a, desktop).Serve(ctx, l)
	p.cancel()
	<-ran
	return err
}

// Stop locks what a card has opened and ends.
func (p *program) Stop(service.Service) error {
	notify(stopping)
	p.cancel()
	select {
	case err := <-p.done:
		return err
	case <-time.After(stopTime):
		return errors.New("stopping took too long")
	}
}
