package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/godbus/dbus/v5"
)

// The login manager (org.freedesktop.login1(5)).
const (
	loginName    = "org.freedesktop.login1"
	loginPath    = "/org/freedesktop/login1"
	loginSession = "org.freedesktop.login1.Session"
)

// desk is what the login manager knows of our desktop.
type desk struct {
	away bool // locked, or not in front
	over bool // its session has ended, and only what was left behind runs on
}

// attendLogin tells what the login manager says of our desktop until ctx ends, and calls failed whenever it says nothing.
func attendLogin(ctx context.Context, log *slog.Logger, getenv func(string) string, tell func(desk), failed func()) {
	wait := pauses{least: time.Second, most: time.Minute}
	for ctx.Err() == nil {
		began := time.Now()
		err := attendOnce(ctx, getenv("XDG_SESSION_ID"), tell)
		failed()
		if time.Since(began) > wait.most {
			wait.reset()
		}
		log.Debug("the login manager is not heard", "err", err)
		rest(ctx, wait.next())
	}
}

// attendOnce does so until the connection to the system bus is lost.
func attendOnce(ctx context.Context, id string, tell func(desk)) error {
	conn, err := dbus.ConnectSystemBus(dbus.WithContext(ctx))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	path, err := ourSession(ctx, conn, id)
	if err != nil {
		return fmt.Errorf("finding our session: %w", err)
	}
	changes := make(chan *dbus.Signal, 16)
	conn.Signal(changes)
	for member, of := range map[string]dbus.MatchOption{"PropertiesChanged": dbus.WithMatchObjectPath(path), "SessionRemoved": dbus.WithMatchArgPath(1, string(path))} {
		if err := conn.AddMatchSignalContext(ctx, dbus.WithMatchSender(loginName), dbus.WithMatchMember(member), of); err != nil {
			return fmt.Errorf("asking for changes: %w", err)
		}
	}
	session := conn.Object(loginName, path)
	for {
		d, err := look(ctx, session)
		if err != nil {
			return err
		}
		tell(d)
		if sig := <-changes; sig == nil {
			return dbus.ErrClosed
		}
	}
}

// ourSession finds the session by its id, else by our process.
func ourSession(ctx context.Context, conn *dbus.Conn, id string) (path dbus.ObjectPath, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	manager := conn.Object(loginName, loginPath)
	if id == "" {
		err = manager.CallWithContext(ctx, loginName+".Manager.GetSessionByPID", 0, uint32(os.Getpid())).Store(&path)
	} else {
		err = manager.CallWithContext(ctx, loginName+".Manager.GetSession", 0, id).Store(&path)
	}
	return path, err
}

// look asks for everything anew: a signal may have come from anybody, the answer comes from the login manager.
func look(ctx context.Context, session dbus.BusObject) (desk, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var all map[string]dbus.Variant
	err := session.CallWithContext(ctx, "org.freedesktop.DBus.Properties.GetAll", 0, loginSession).Store(&all)
	var answer dbus.Error
	if errors.As(err, &answer) && answer.Name == "org.freedesktop.DBus.Error.UnknownObject" {
		return desk{over: true}, nil
	}
	if err != nil {
		return desk{}, fmt.Errorf("looking at our session: %w", err)
	}
	locked, _ := all["LockedHint"].Value().(bool)
	active, known := all["Active"].Value().(bool)
	return desk{away: locked || known && !active, over: all["State"].Value() == "closing"}, nil
}
