package notify

import (
	"context"
	"fmt"
	"time"

	"github.com/godbus/dbus/v5"
)

// respite is how long the session bus is left alone after it failed.
const respite = 30 * time.Second

// Run shows what is wanted until ctx ends. dial gives the session bus, which it may close; Run asks for it when there is
// something to show, and again after it was lost. No bus, no server for notifications and one that hangs are all the same to
// those who want something: they never wait.
func (n *Notifier) Run(ctx context.Context, dial func() (*dbus.Conn, error)) error {
	for {
		select {
		case <-n.ready:
		case <-ctx.Done():
			return nil
		}
		if err := n.serve(ctx, dial); err != nil {
			n.log.Info("notifications are not shown", "err", err)
		}
		if ctx.Err() == nil && n.wants() {
			time.AfterFunc(respite, n.remind)
		}
	}
}

// serve shows what is wanted until the bus is lost, or cannot be had.
func (n *Notifier) serve(ctx context.Context, dial func() (*dbus.Conn, error)) error {
	conn, err := dial()
	if err != nil {
		return fmt.Errorf("reaching the session bus: %w", err)
	}
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	defer conn.RemoveSignal(signals)
	s := &server{bus: conn.BusObject(), object: conn.Object(busName, busPath)}
	if err := s.subscribe(ctx, conn); err != nil {
		return err
	}
	n.flush(ctx, s)
	for {
		select {
		case <-n.ready:
			n.flush(ctx, s)
		case sig := <-signals:
			if sig == nil {
				return dbus.ErrClosed
			}
			n.heard(ctx, s, sig)
		case <-ctx.Done():
			return nil
		}
	}
}

// flush shows and takes back what is wanted. Where nobody can show anything, that is kept until somebody comes.
func (n *Notifier) flush(ctx context.Context, s *server) {
	for k, w := range n.take() {
		err := s.grant(ctx, k, w)
		switch {
		case isAbsent(err):
			n.giveBack(k, w)
		case err != nil:
			n.log.Info("a notification is not shown", "kind", int(k), "err", err)
		}
	}
}

// heard takes a signal of the server, or of the bus about it.
func (n *Notifier) heard(ctx context.Context, s *server, sig *dbus.Signal) {
	switch sig.Name {
	case busName + ".ActionInvoked":
		if k, ok := s.kindOf(sig); ok {
			n.clicked(k)
		}
	case busName + ".NotificationClosed":
		if k, ok := s.kindOf(sig); ok {
			delete(s.ids, k)
		}
	case "org.freedesktop.DBus.NameOwnerChanged":
		if s.isAnother(sig) {
			s.forget()
			n.flush(ctx, s)
		}
	}
}
