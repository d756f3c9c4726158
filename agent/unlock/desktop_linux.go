package unlock

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// firstLook is how long Connect waits for the login manager before it goes on without.
	firstLook = time.Second
	// callTime is how long one of our own calls may take.
	callTime = 2 * time.Second
	// firstPause and longestPause bound the pause between tries to reach the bus.
	firstPause, longestPause = 50 * time.Millisecond, 5 * time.Second
)

// Desktop follows the desktop sessions that logind knows. Where there is no logind, every user is one session, which
// nobody can lock. Its methods may be called from several goroutines.
type Desktop struct {
	log    *slog.Logger
	events *queue
	cancel context.CancelFunc
	ended  sync.WaitGroup

	link atomic.Pointer[link] // nil while logind is not there
	seen atomic.Bool          // it has been there since the start
}

// Connect starts to follow logind on the system bus, and goes on looking for it, over restarts of logind and the bus,
// until ctx ends or Close. It waits for the first answer for a second at most. The error is always nil here.
func Connect(ctx context.Context, log *slog.Logger) (*Desktop, error) {
	return connect(ctx, log, systemBus(os.Getenv, setuid())), nil
}

// connect is Connect to a given bus address.
func connect(ctx context.Context, log *slog.Logger, address string) *Desktop {
	ctx, cancel := context.WithCancel(ctx)
	d := &Desktop{log: log, events: newQueue(), cancel: cancel}
	looked := make(chan struct{})
	d.ended.Go(func() { d.run(ctx, address, sync.OnceFunc(func() { close(looked) })) })
	timer := time.NewTimer(firstLook)
	defer timer.Stop()
	select {
	case <-looked:
	case <-timer.C:
	case <-ctx.Done():
	}
	return d
}

// defaultBus is the well-known address of the system bus (D-Bus Specification, "Well-known Message Bus Instances").
const defaultBus = "unix:path=/var/run/dbus/system_bus_socket"

// systemBus is the address of the system bus. The environment of a program that runs with more rights than its caller
// is the caller's and is not asked.
func systemBus(getenv func(string) string, privileged bool) string {
	if address := getenv("DBUS_SYSTEM_BUS_ADDRESS"); address != "" && mayChooseBus(privileged) {
		return address
	}
	return defaultBus
}

// setuid tells whether this process has rights that its caller lacks.
func setuid() bool { return os.Getuid() != os.Geteuid() || os.Getgid() != os.Getegid() }

// run reaches for the bus again whenever it is lost.
func (d *Desktop) run(ctx context.Context, address string, looked func()) {
	defer looked()
	pause := firstPause
	for ctx.Err() == nil {
		err := d.follow(ctx, address, func() { pause = firstPause; looked() })
		looked()
		d.log.DebugContext(ctx, "the system bus is not there", "error", err, "again", pause)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
		pause = min(2*pause, longestPause)
	}
}

// Events is where everything that happens arrives. It is closed by Close; a slow reader loses repetitions only.
func (d *Desktop) Events() <-chan Event { return d.events.out }

// Close ends following and lets the machine sleep if it waits for us.
func (d *Desktop) Close() {
	d.cancel()
	d.ended.Wait()
	d.events.close()
}

// SessionOf finds the session that a process of a user belongs to: the one logind has for the process, else the
// user's first, else one that stands for the user. It is never another user's.
func (d *Desktop) SessionOf(ctx context.Context, pid int32, uid uint32) (Session, error) {
	l := d.link.Load()
	if l == nil {
		return ofUID(uid), nil
	}
	s, err := l.sessionByPID(ctx, pid)
	if err == nil && s.isOf(uid) {
		return s, nil
	}
	if err == nil || errors.Is(err, ErrNoSession) {
		s, err = l.firstOf(ctx, uid)
	}
	if errors.Is(err, ErrNoSession) || errors.Is(err, ErrAway) {
		return ofUID(uid), nil
	}
	if err != nil {
		return Session{}, fmt.Errorf("finding the session of process %d of user %d: %w", pid, uid, err)
	}
	return s, nil
}

// OfUser lists a user's sessions in the order of their IDs. Without logind it is one that stands for the user; when
// logind was there and is not now, the error is ErrAway.
func (d *Desktop) OfUser(ctx context.Context, uid uint32) ([]Session, error) {
	l, err := d.present()
	if errors.Is(err, ErrNoSession) {
		return []Session{ofUID(uid)}, nil
	}
	if err != nil {
		return nil, err
	}
	all, err := l.sessionsOf(ctx, uid)
	if err != nil {
		return nil, fmt.Errorf("finding the sessions of user %d: %w", uid, err)
	}
	return all, nil
}

// All lists the sessions of all users. Without logind the error is ErrNoSession, or ErrAway when logind was there.
func (d *Desktop) All(ctx context.Context) ([]Session, error) {
	l, err := d.present()
	if err != nil {
		return nil, err
	}
	all, err := l.sessions(ctx)
	if err != nil {
		return nil, fmt.Errorf("finding all sessions: %w", err)
	}
	return all, nil
}

// Lock tells a session to lock. That logind has passed it on does not mean that a locker heard it: HintLocked does.
// The error is ErrNoSession, ErrAway, or logind's.
func (d *Desktop) Lock(ctx context.Context, id string) error {
	return d.act(ctx, id, "LockSession", d.LockUser)
}

// End ends a session and its processes. Its errors are those of Lock.
func (d *Desktop) End(ctx context.Context, id string) error {
	return d.act(ctx, id, "TerminateSession", func(ctx context.Context, uid uint32) error {
		return d.each(ctx, uid, d.End)
	})
}

// LockUser locks all sessions of a user. Having none is no error; the errors of several sessions are joined.
func (d *Desktop) LockUser(ctx context.Context, uid uint32) error { return d.each(ctx, uid, d.Lock) }

// act calls a method of logind that takes a session's ID, or whole for the ID that stands for a user.
func (d *Desktop) act(ctx context.Context, id, method string, whole func(context.Context, uint32) error) error {
	l, err := d.present()
	if err != nil {
		return fmt.Errorf("%s of %q: %w", method, id, err)
	}
	if uid, ok := parseUID(id); ok {
		return whole(ctx, uid)
	}
	if err := l.call(ctx, method, id); err != nil {
		return fmt.Errorf("%s of %q: %w", method, id, err)
	}
	return nil
}

// each does something to all sessions of a user that logind has, also after one has failed.
func (d *Desktop) each(ctx context.Context, uid uint32, do func(context.Context, string) error) error {
	all, err := d.OfUser(ctx, uid)
	if err != nil {
		return err
	}
	var failures []error
	for _, s := range all {
		if err := do(ctx, s.ID); err != nil && !errors.Is(err, ErrNoSession) {
			failures = append(failures, err)
		}
	}
	return errors.Join(failures...)
}

// present is the link to logind, or why there is none: ErrAway when there was one, else ErrNoSession.
func (d *Desktop) present() (*link, error) {
	if l := d.link.Load(); l != nil {
		return l, nil
	}
	if d.seen.Load() {
		return nil, ErrAway
	}
	return nil, ErrNoSession
}
