package main

import (
	"context"
	"fmt"
	"time"

	"github.com/godbus/dbus/v5"

	"siths-agent/internal/stack"
	"siths-agent/pcsc"
)

// watchQueue holds more than ever happens between two looks.
const watchQueue = 1024

// sighting is what a second client of the reader service saw, with the moment at which it knew.
type sighting struct {
	pcsc.Event
	at time.Time
}

// watchReader follows the readers as a second PC/SC client until ctx ends.
func watchReader(ctx context.Context) <-chan sighting {
	out := make(chan sighting, watchQueue)
	hub := &pcsc.Hub{}
	go func() {
		_ = hub.Run(ctx, func(e pcsc.Event) { out <- sighting{e, time.Now()} }) // it ends with ctx only
	}()
	return out
}

// firstLook is how long a new PC/SC client takes to know the readers: to connect, list them and ask for their states.
func firstLook(ctx context.Context) (time.Duration, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	start := time.Now()
	seen, err := next(ctx, "the readers", watchReader(ctx), func(s sighting) bool { return s.Kind == pcsc.Readers })
	return seen.at.Sub(start), err
}

// lockCalls matches the calls to the login manager that lock one session (org.freedesktop.login1(5)).
const lockCalls = "type='method_call',interface='org.freedesktop.login1.Manager',member='LockSession'"

// watchLocks tells the moment of every call that locks a session, as it passes the bus. The caller closes the
// connection.
func watchLocks(ctx context.Context, bus *stack.Bus) (<-chan time.Time, *dbus.Conn, error) {
	conn, err := bus.Dial(ctx)
	if err != nil {
		return nil, nil, err
	}
	err = conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.Monitoring.BecomeMonitor", 0, []string{lockCalls}, uint32(0)).Err
	if err != nil {
		_ = conn.Close() // the first error is the one to tell
		return nil, nil, fmt.Errorf("watching the bus: %w", err)
	}
	messages, out := make(chan *dbus.Message, watchQueue), make(chan time.Time, watchQueue)
	conn.Eavesdrop(messages)
	go func() {
		for m := range messages {
			if member, _ := m.Headers[dbus.FieldMember].Value().(string); member == "LockSession" {
				out <- time.Now()
			}
		}
	}()
	return out, conn, nil
}

// next returns the next thing of a channel for which yes is true.
func next[T any](ctx context.Context, what string, from <-chan T, yes func(T) bool) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, waitTime)
	defer cancel()
	for {
		select {
		case v := <-from:
			if yes(v) {
				return v, nil
			}
		case <-ctx.Done():
			var none T
			return none, fmt.Errorf("waiting for %s: %w", what, ctx.Err())
		}
	}
}

// forget empties a channel of what came before.
func forget[T any](from <-chan T) {
	for {
		select {
		case <-from:
		default:
			return
		}
	}
}
