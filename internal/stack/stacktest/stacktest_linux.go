package stacktest

import (
	"context"
	"testing"
	"time"

	"siths-agent/internal/stack"
)

// Lab is a lab that belongs to a test. Its methods start parts that live until the test ends and fail the test where
// package stack returns an error.
type Lab struct {
	*stack.Lab
	tb testing.TB
}

// New makes a lab that is closed when the test ends, with everything that runs in it.
func New(tb testing.TB, o stack.Options) *Lab {
	tb.Helper()
	lab, err := stack.New(tb.Context(), o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		log := lab.Log()
		if err := lab.Close(); err != nil {
			tb.Errorf("closing the lab: %v", err)
		}
		if tb.Failed() {
			tb.Logf("what the lab's programs wrote:\n%s", log)
		}
	})
	return &Lab{Lab: lab, tb: tb}
}

// must passes a started part on, or fails the test.
func must[T any](tb testing.TB, part T, err error) T {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
	return part
}

// Lifetime outlives the test's own context, so that its Cleanup functions still find the parts running; Close of the
// lab ends them.
func (l *Lab) Lifetime() context.Context { return context.WithoutCancel(l.tb.Context()) }

// PCSCD starts the card reader service.
func (l *Lab) PCSCD() *stack.PCSCD {
	l.tb.Helper()
	part, err := l.Lab.PCSCD(l.Lifetime())
	return must(l.tb, part, err)
}

// Card starts a virtual card with the keys of a folder.
func (l *Lab) Card(pki string, o stack.CardOptions) *stack.Card {
	l.tb.Helper()
	part, err := l.Lab.Card(l.Lifetime(), pki, o)
	return must(l.tb, part, err)
}

// Agent starts the service.
func (l *Lab) Agent(o stack.AgentOptions) *stack.Agent {
	l.tb.Helper()
	part, err := l.Lab.Agent(l.Lifetime(), o)
	return must(l.tb, part, err)
}

// Bus starts the system bus.
func (l *Lab) Bus() *stack.Bus {
	l.tb.Helper()
	part, err := l.Lab.Bus(l.Lifetime())
	return must(l.tb, part, err)
}

// Logind starts the login manager.
func (l *Lab) Logind(bus *stack.Bus) *stack.Logind {
	l.tb.Helper()
	part, err := l.Lab.Logind(l.Lifetime(), bus)
	return must(l.tb, part, err)
}

// Session opens a desktop session of a person.
func (l *Lab) Session(d *stack.Logind, person string) *stack.Session {
	l.tb.Helper()
	part, err := d.CreateSession(l.Lifetime(), person)
	return must(l.tb, part, err)
}

// Xvfb starts an X display with the usual screen.
func (l *Lab) Xvfb() *stack.Display {
	l.tb.Helper()
	return l.Display(stack.Screen{})
}

// Display starts an X display.
func (l *Lab) Display(s stack.Screen) *stack.Display {
	l.tb.Helper()
	part, err := l.Lab.Xvfb(l.Lifetime(), s)
	return must(l.tb, part, err)
}

// Locker starts a screen locker in a session.
func (l *Lab) Locker(s *stack.Session, d *stack.Display, kind stack.LockerKind) *stack.Locker {
	l.tb.Helper()
	part, err := s.Locker(l.Lifetime(), d, kind)
	return must(l.tb, part, err)
}

// Start runs a program.
func (l *Lab) Start(c stack.Cmd) *stack.Proc {
	l.tb.Helper()
	part, err := l.Lab.Start(l.Lifetime(), c)
	return must(l.tb, part, err)
}

// runLimit is how long a program may run: one that waits for ever must not take the whole suite along.
const runLimit = time.Minute

// Run runs a program to its end; ending with a code other than 0 is not a failure, not ending within a minute is one.
func (l *Lab) Run(c stack.Cmd) stack.Result {
	l.tb.Helper()
	ctx, cancel := context.WithTimeout(l.tb.Context(), runLimit)
	defer cancel()
	result, err := l.Lab.Run(ctx, c)
	return must(l.tb, result, err)
}

// PAM writes the PAM file of a service.
func (l *Lab) PAM(service string, lines ...string) {
	l.tb.Helper()
	if err := l.Lab.PAM(service, lines...); err != nil {
		l.tb.Fatal(err)
	}
}
