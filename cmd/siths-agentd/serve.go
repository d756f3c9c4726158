package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/kardianos/service"

	"siths-agent/agent"
	"siths-agent/agent/audit"
	"siths-agent/agent/courier"
	"siths-agent/agent/identity/revocation"
	"siths-agent/agent/policy"
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
	store   *revocation.Store
	fetches *proxied // for store
	desktop *unlock.Desktop
	socket  net.Listener
	sso     *sso
	inForce settings          // policy and systems; when all runs, they are of who reloads
	courier *courier.Client   // asks the process that has a network
	runs    string            // the program of that process, where nobody else runs it
	unrun   func()            // ends it
	audits  chan policy.Audit // what policy says about the log, when it has changed
	log     *slog.Logger

	reloads <-chan os.Signal
	cancel  context.CancelFunc
	done    chan error
	failed  chan struct{} // closed when the service has ended by itself
}

// serve runs p until the service manager, or the console, says stop.
func serve(p *program) error {
	// Heard from here on, before anybody is answered: the service manager's package listens only after Start.
	told, quiet := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer quiet()
	wait := func() {
		select {
		case <-told.Done():
		case <-p.failed:
		}
	}
	s, err := service.New(p, &service.Config{Name: "siths-agentd", DisplayName: "SITHS Agent", Option: service.KeyValue{"RunWait": wait}})
	if err != nil {
		return fmt.Errorf("finding the service manager: %w", err)
	}
	return s.Run()
}

// open finds the login manager and makes the socket. After an error nothing is left open.
func (p *program) open() error {
	p.reloads = hearReload() // before anybody can know that the service is there
	// Stopping locks the desktop, so the way to the login manager outlives the context that ends everything else.
	desktop, err := unlock.Connect(context.Background(), p.log)
	if err != nil {
		return errors.Join(fmt.Errorf("following desktop sessions: %w", err), p.trail.Close())
	}
	p.unrun = p.runCourier() // its socket is there before anybody is answered here
	l, err := safesocket.Listen(filepath.Join(p.options.run, socketName))
	if err != nil {
		p.unrun()
		desktop.Close()
		return errors.Join(fmt.Errorf("listening: %w", err), p.trail.Close())
	}
	p.desktop, p.socket, p.parts.Desktop = desktop, l, desktop
	return nil
}

// Start begins to serve. The socket answers already.
func (p *program) Start(service.Service) error {
	ctx, cancel := context.WithCancel(context.Background())
	p.parts.AliveEvery, p.parts.Alive = sayAlive(ctx, watchdog())
	p.cancel, p.done = cancel, make(chan error, 1)
	a := agent.New(p.parts)
	p.sso.agent = a
	go func() {
		err := p.work(ctx, a)
		p.done <- err
		close(p.failed)
	}()
	return nil
}

// sayAlive returns how often the agent has to call what is also returned, which tells the service manager that it is
// alive: often enough that three calls may be late before limit is over. A service manager that does not take the word
// keeps nobody waiting.
func sayAlive(ctx context.Context, limit time.Duration) (time.Duration, func()) {
	if limit <= 0 {
		return 0, nil
	}
	words := make(chan struct{}, 1)
	go func() {
		for {
			select {
			case <-words:
				notify(alive)
			case <-ctx.Done():
				return
			}
		}
	}()
	return limit / 4, func() {
		select {
		case words <- struct{}{}:
		default:
		}
	}
}

func (p *program) work(ctx context.Context, a *agent.Agent) error {
	defer func() { _ = p.trail.Close() }()
	defer p.desktop.Close()
	defer p.unrun()
	ran := make(chan struct{})
	go func() { defer close(ran); a.Run(ctx) }()
	kept := make(chan struct{})
	go func() { defer close(kept); p.store.Run(ctx) }()
	audited := make(chan struct{})
	go func() { defer close(audited); p.auditing(ctx, a) }()
	closed := p.sso.open(ctx, p.options.run, p.desktop)
	go p.tellAmiss(ctx, a, p.inForce.amiss)
	go p.reloading(ctx, a)
	notify(ready)
	err := p.newServer(a, p.desktop).Serve(ctx, p.socket)
	p.cancel()
	<-ran
	<-kept
	<-audited
	closed()
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
