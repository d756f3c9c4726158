package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"siths-agent/agent/watch"
	"siths-agent/internal/display"
	uilook "siths-agent/ui/look"
	"siths-agent/ui/model"
	"siths-agent/ui/notify"
	"siths-agent/ui/resident"
)

// glimpse is how long the newest state stands before the next is looked at: a person sees no faster.
const glimpse = 50 * time.Millisecond

// loginTime is how long the login manager may take to say whether the desktop is locked.
const loginTime = 2 * time.Second

// lockTime is how long the service may take to lock.
const lockTime = 10 * time.Second

// tray does what the rules of ui/resident say. One goroutine has it.
type tray struct {
	log     *slog.Logger
	service service
	heard   *newest[resident.Event] // from the service
	events  chan resident.Event     // from everybody else
	opener  *opener
	panel   *panel
	notices *notify.Notifier
}

// run is the program, until the desktop session ends.
func run(ctx context.Context, socket string, stderr io.Writer) error {
	lock, err := only(os.Getenv)
	if errors.Is(err, errAnother) {
		fmt.Fprintln(stderr, "siths-tray:", err)
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = lock.Close() }()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	t, err := newTray(ctx, socket, stderr)
	if err != nil {
		return err
	}
	if err := t.endWithDisplay(ctx, cancel); err != nil {
		return err
	}
	go t.attend(ctx, cancel)
	go func() {
		if err := showNotices(ctx, t.notices); err != nil {
			t.log.Info("no notifications", "err", err)
		}
	}()
	go func() {
		defer cancel()
		t.loop(ctx, resident.New(uilook.Language(os.Getenv)))
	}()
	t.panel.run(ctx)
	return nil
}

func newTray(ctx context.Context, socket string, stderr io.Writer) (*tray, error) {
	log := logger(stderr)
	t := &tray{log: log, service: &watch.Client{Socket: socket}, heard: newNewest[resident.Event](), events: make(chan resident.Event)}
	tell := func(e resident.Event) { t.tell(ctx, e) }
	t.panel = newPanel(log, func(do model.Do) {
		if do == "" {
			tell(resident.Tapped{})
			return
		}
		tell(resident.Chose{Do: do})
	})
	t.notices = notify.New(log, func(k resident.Kind) { tell(resident.Clicked{Kind: k}) })
	var err error
	t.opener, err = newOpener(socket, log, func() { tell(resident.WindowEnded{}) })
	return t, err
}

// attend hears the login manager first: a card that waits for its code must not open a window over a desktop that turns out
// to be locked a moment later. Where nobody answers, the service is heard all the same.
func (t *tray) attend(ctx context.Context, end func()) {
	asked := make(chan struct{})
	known := sync.OnceFunc(func() { close(asked) })
	go attendLogin(ctx, t.log, os.Getenv, func(d desk) {
		t.tell(ctx, resident.DesktopLocked{Locked: d.away})
		known()
		if d.over {
			end()
		}
	}, known)
	select {
	case <-asked:
	case <-time.After(loginTime):
	case <-ctx.Done():
		return
	}
	follow(ctx, t.service, t.log, t.heard.put)
}

// endWithDisplay ends the program when its display has gone. One that is on another machine is not held on to: then the end
// of the session bus is the end.
func (t *tray) endWithDisplay(ctx context.Context, end func()) error {
	gone, err := display.Hold(ctx, os.Getenv)
	if errors.Is(err, display.ErrFar) || errors.Is(err, display.ErrRefused) {
		t.log.Info("the session bus tells when the session has ended", "err", err)
		t.panel.mortal = true
		return nil
	}
	if err != nil {
		return err
	}
	go func() {
		<-gone
		end()
	}()
	return nil
}

// tell hands an event to the one who has the tray.
func (t *tray) tell(ctx context.Context, e resident.Event) {
	select {
	case t.events <- e:
	case <-ctx.Done():
	}
}

// loop takes the events one after the other.
func (t *tray) loop(ctx context.Context, s resident.State) {
	heard, rested := t.heard.ready, (<-chan time.Time)(nil)
	for {
		var e resident.Event
		select {
		case <-heard:
			e = t.heard.take()
			heard, rested = nil, time.After(glimpse)
		case <-rested:
			heard, rested = t.heard.ready, nil
			continue
		case e = <-t.events:
		case <-ctx.Done():
			return
		}
		var effects []resident.Effect
		s, effects = resident.Step(s, e)
		for _, effect := range effects {
			t.do(ctx, effect)
		}
	}
}

// do does what the rules want. Nothing of it waits for anybody.
func (t *tray) do(ctx context.Context, e resident.Effect) {
	switch e := e.(type) {
	case resident.Draw:
		t.panel.wanted.put(e.Tray)
	case resident.Open:
		t.opener.open(e.Page)
	case resident.Lock:
		go t.lock(ctx)
	case resident.Notify:
		t.notices.Show(e.Notice)
	case resident.Withdraw:
		t.notices.Withdraw(e.Kind)
	}
}

func (t *tray) lock(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, lockTime)
	defer cancel()
	if err := t.service.Lock(ctx); err != nil {
		t.log.Warn("the service does not lock", "err", err)
	}
}
