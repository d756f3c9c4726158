package unlock

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/godbus/dbus/v5"
)

// errBusGone ends following one connection.
var errBusGone = errors.New("the bus has closed the connection")

// follower reads the signals of one connection. Its fields belong to the goroutine of follow.
type follower struct {
	d         *Desktop
	conn      *dbus.Conn
	owner     string   // logind's unique name, empty while it is not there
	inhibitor *os.File // nil while we hold none
}

// follow connects to the bus and follows logind until the connection ends. It calls looked once it knows whether
// logind is there.
func (d *Desktop) follow(ctx context.Context, address string, looked func()) error {
	conn, err := dbus.Connect(address, dbus.WithContext(ctx), dbus.WithSignalHandler(dbus.NewSequentialSignalHandler()))
	if err != nil {
		return fmt.Errorf("connecting to the system bus: %w", err)
	}
	defer conn.Close()
	signals := make(chan *dbus.Signal)
	conn.Signal(signals)
	f := &follower{d: d, conn: conn}
	defer f.lost()
	if err := f.subscribe(ctx); err != nil {
		return fmt.Errorf("subscribing to logind: %w", err)
	}
	f.greet(ctx)
	looked()
	for {
		select {
		case s, ok := <-signals:
			if !ok {
				return errBusGone
			}
			f.handle(ctx, s)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// subscribe asks the bus for the signals that parseSignal reads.
func (f *follower) subscribe(ctx context.Context) error {
	sessions := dbus.WithMatchPathNamespace(loginPath + "/session")
	logind := dbus.WithMatchSender(loginName)
	rules := [][]dbus.MatchOption{
		{dbus.WithMatchSender(busName), dbus.WithMatchInterface(busName), dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, loginName)},
		{logind, dbus.WithMatchInterface(managerFace), dbus.WithMatchMember("PrepareForSleep")},
		{logind, dbus.WithMatchInterface(managerFace), dbus.WithMatchMember("SessionRemoved")},
		{logind, dbus.WithMatchInterface(managerFace), dbus.WithMatchMember("SessionNew")},
		{logind, dbus.WithMatchInterface(sessionFace), sessions},
		{logind, dbus.WithMatchInterface(propertyFace), dbus.WithMatchArg(0, sessionFace), sessions},
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	for _, rule := range rules {
		if err := f.conn.AddMatchSignalContext(ctx, rule...); err != nil {
			return err
		}
	}
	return nil
}

// greet looks for logind, and lets the bus start it where the bus knows how to.
func (f *follower) greet(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	var started uint32
	_ = f.conn.BusObject().CallWithContext(ctx, busName+".StartServiceByName", 0, loginName, uint32(0)).Store(&started)
	var owner string
	if err := f.conn.BusObject().CallWithContext(ctx, busName+".GetNameOwner", 0, loginName).Store(&owner); err != nil {
		f.d.log.InfoContext(ctx, "there is no login manager on the bus; users count as sessions", "error", err)
		return
	}
	f.found(ctx, owner)
}

// found begins with a logind that is present.
func (f *follower) found(ctx context.Context, owner string) {
	f.owner = owner
	f.d.seen.Store(true)
	l := &link{f.conn}
	f.d.link.Store(l)
	f.d.events.put(Event{Kind: Appeared})
	f.hold(ctx, l)
}

// lost ends with the logind that was present.
func (f *follower) lost() {
	f.owner = ""
	f.d.link.Store(nil)
	f.letGo()()
}

// hold takes the inhibitor that delays sleep, unless we hold it. Without it we still lock, only not always in time.
func (f *follower) hold(ctx context.Context, l *link) {
	if f.inhibitor != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	file, err := l.inhibit(ctx)
	if err != nil {
		f.d.log.WarnContext(ctx, "cannot delay sleep until the screen is locked", "error", err)
		return
	}
	f.inhibitor = file
}

// letGo hands the inhibitor over to the function it returns, which lets the machine sleep.
func (f *follower) letGo() func() {
	file := f.inhibitor
	f.inhibitor = nil
	return sync.OnceFunc(func() {
		if file != nil {
			_ = file.Close() // a pipe's end; there is nothing to lose
		}
	})
}

// handle acts on one signal of the bus or of logind. Anybody may address a signal to us; those are not followed.
func (f *follower) handle(ctx context.Context, s *dbus.Signal) {
	switch e := parseSignal(s).(type) {
	case ownerChange:
		if s.Sender == busName {
			f.ownerChanged(ctx, e.owner)
		}
	case Event:
		if f.fromLogind(s) {
			f.d.events.put(e)
		}
	case sleepChange:
		if f.fromLogind(s) {
			f.sleepChanged(ctx, e.asleep)
		}
	}
}

// ownerChanged follows logind over its restart.
func (f *follower) ownerChanged(ctx context.Context, owner string) {
	if owner == f.owner {
		return
	}
	f.lost()
	if owner != "" {
		f.d.log.InfoContext(ctx, "the login manager is there")
		f.found(ctx, owner)
		return
	}
	f.d.log.WarnContext(ctx, "the login manager is gone")
}

// sleepChanged passes sleep on with the permission to sleep, and asks for a new delay after it.
func (f *follower) sleepChanged(ctx context.Context, asleep bool) {
	if asleep {
		f.d.events.put(Event{Kind: Sleep, Done: f.letGo()})
		return
	}
	f.d.events.put(Event{Kind: Wake})
	if l := f.d.link.Load(); l != nil {
		f.hold(ctx, l)
	}
}
