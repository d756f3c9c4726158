package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"fyne.io/systray"
	"github.com/godbus/dbus/v5"

	"siths-agent/internal/deskfile"
)

// The panel's side of the icon (freedesktop.org, StatusNotifierItem, StatusNotifierWatcher).
const (
	watcherName = "org.kde.StatusNotifierWatcher"
	watcherPath = "/StatusNotifierWatcher"
	itemPath    = "/StatusNotifierItem"
)

// pace is how long the panel is left alone after each change.
const pace = 100 * time.Millisecond

// outage is how long a session bus is away when it counts as gone for good, where nothing else tells that the session has
// ended.
const outage = time.Minute

// patience is how long a panel may take to answer.
const patience = 5 * time.Second

// run keeps the icon until ctx ends, or the session with its bus. A bus that hangs does not keep us.
func (p *panel) run(ctx context.Context) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		p.keep(ctx)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
	}
}

// keep shows the icon wherever there is a session bus. There may be none for a while, or ever.
func (p *panel) keep(ctx context.Context) {
	p.build()
	appear, _ := systray.RunWithExternalLoop(nil, nil) // its end would end it for good, and the process ends with it anyway
	select {
	case <-p.wanted.ready: // an icon that is not known yet would be an empty place
	case <-ctx.Done():
		return
	}
	if err := p.draw(); err != nil {
		p.log.Warn("the icon cannot be drawn", "err", err)
	}
	wait := pauses{least: time.Second, most: 10 * time.Second}
	for lived := time.Now(); ctx.Err() == nil; rest(ctx, wait.next()) {
		began := time.Now()
		err := p.live(ctx, appear)
		if time.Since(began) > wait.most {
			lived = time.Now()
			wait.reset()
		}
		if ctx.Err() != nil || p.mortal && time.Since(lived) > outage {
			return
		}
		level := slog.LevelInfo
		if wait.last > 0 {
			level = slog.LevelDebug // it has been said
		}
		p.log.Log(ctx, level, "there is no session bus, so no icon", "err", err)
	}
}

// live shows the icon until the bus goes. systray knows of one bus only, the one that dbus.SessionBus gives: when that has
// gone, appear puts everything on the next.
func (p *panel) live(ctx context.Context, appear func()) error {
	conn, err := sessionBus()
	if err != nil {
		return err
	}
	owners := make(chan *dbus.Signal, 16)
	conn.Signal(owners)
	if err := conn.AddMatchSignalContext(ctx, dbus.WithMatchInterface("org.freedesktop.DBus"), dbus.WithMatchSender("org.freedesktop.DBus"),
		dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, watcherName)); err != nil {
		return fmt.Errorf("asking for panels that come: %w", err)
	}
	appear()
	return p.attend(ctx, conn, owners)
}

// attend draws what is wanted, and makes the icon known to each panel that comes.
func (p *panel) attend(ctx context.Context, conn *dbus.Conn, owners <-chan *dbus.Signal) error {
	ready, rested := p.wanted.ready, (<-chan time.Time)(nil)
	for {
		select {
		case <-ready:
			if err := p.draw(); err != nil {
				return err
			}
			ready, rested = nil, time.After(pace)
		case <-rested:
			ready, rested = p.wanted.ready, nil
		case sig := <-owners:
			if sig == nil {
				return errors.New("it has gone")
			}
			p.announce(ctx, conn, sig)
		case <-ctx.Done():
			return nil
		}
	}
}

// announce makes the icon known to a panel that has come. systray does so too, but not to one that came between its first
// attempt and its first look at signals; a panel that hears it twice keeps one icon.
func (p *panel) announce(ctx context.Context, conn *dbus.Conn, sig *dbus.Signal) {
	if len(sig.Body) != 3 || sig.Body[0] != watcherName || sig.Body[2] == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := conn.Object(watcherName, watcherPath).CallWithContext(ctx, watcherName+".RegisterStatusNotifierItem", 0, itemPath).Err; err != nil {
		p.log.Info("the panel does not take the icon", "err", err)
	}
}

// sessionBus connects to the bus of the desktop session where there is one. It starts none: a bus that nobody else is on
// has no panel.
func sessionBus() (*dbus.Conn, error) {
	address := deskfile.Bus(os.Getenv)
	if address == "" {
		return nil, errors.New("the environment names none")
	}
	if err := os.Setenv(deskfile.BusVariable, address); err != nil { // systray and windows look there
		return nil, err
	}
	return dbus.SessionBus()
}
