package unlock

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/godbus/dbus/v5"
)

// The names on the bus: D-Bus Specification, "Message Bus Messages", and org.freedesktop.login1(5).
const (
	busName      = "org.freedesktop.DBus"
	loginName    = "org.freedesktop.login1"
	loginPath    = dbus.ObjectPath("/org/freedesktop/login1")
	managerFace  = "org.freedesktop.login1.Manager"
	sessionFace  = "org.freedesktop.login1.Session"
	propertyFace = "org.freedesktop.DBus.Properties"
)

// link is a connection to a bus on which logind is present.
type link struct{ conn *dbus.Conn }

// manager calls a method of logind's manager object.
func (l *link) manager(ctx context.Context, method string, args ...any) *dbus.Call {
	return l.conn.Object(loginName, loginPath).CallWithContext(ctx, managerFace+"."+method, 0, args...)
}

// call calls a method that takes a session's ID and answers nothing.
func (l *link) call(ctx context.Context, method, id string) error {
	return fault(l.manager(ctx, method, id).Err)
}

// fault turns the bus' errors into ours.
func fault(err error) error {
	var e dbus.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, dbus.ErrClosed):
		return fmt.Errorf("%w: %w", ErrAway, err)
	case !errors.As(err, &e):
		return err
	}
	switch e.Name {
	case loginName + ".NoSuchSession", loginName + ".NoSessionForPID", loginName + ".NoSuchUser",
		busName + ".Error.NotSupported": // a session without a screen, such as a service manager's
		return fmt.Errorf("%w: %w", ErrNoSession, err)
	case busName + ".Error.ServiceUnknown", busName + ".Error.NameHasNoOwner", busName + ".Error.NoReply",
		busName + ".Error.Disconnected":
		return fmt.Errorf("%w: %w", ErrAway, err)
	}
	return err
}

// sessionByPID asks for the session that a process belongs to.
func (l *link) sessionByPID(ctx context.Context, pid int32) (Session, error) {
	if pid <= 0 {
		return Session{}, ErrNoSession
	}
	call := l.manager(ctx, "GetSessionByPID", uint32(pid))
	if call.Err != nil {
		return Session{}, fault(call.Err)
	}
	path, err := pathReply(call.Body)
	if err != nil {
		return Session{}, err
	}
	call = l.conn.Object(loginName, path).CallWithContext(ctx, propertyFace+".GetAll", 0, sessionFace)
	if call.Err != nil {
		return Session{}, gone(call.Err)
	}
	return sessionReply(call.Body)
}

// gone is fault for an object of a session, which does not exist any more when the session has just ended.
func gone(err error) error {
	var e dbus.Error
	if errors.As(err, &e) && e.Name == busName+".Error.UnknownObject" {
		return fmt.Errorf("%w: %w", ErrNoSession, err)
	}
	return fault(err)
}

// sessions lists the sessions of all users in the order of their IDs.
func (l *link) sessions(ctx context.Context) ([]Session, error) {
	call := l.manager(ctx, "ListSessions")
	if call.Err != nil {
		return nil, fault(call.Err)
	}
	all, err := sessionsReply(call.Body)
	slices.SortFunc(all, func(a, b Session) int { return cmp.Compare(a.ID, b.ID) })
	return all, err
}

// sessionsOf lists a user's sessions in the order of their IDs.
func (l *link) sessionsOf(ctx context.Context, uid uint32) ([]Session, error) {
	all, err := l.sessions(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(s Session) bool { return s.UID != uid }), nil
}

// firstOf is the user's session with the first ID, or ErrNoSession.
func (l *link) firstOf(ctx context.Context, uid uint32) (Session, error) {
	all, err := l.sessionsOf(ctx, uid)
	if err != nil {
		return Session{}, err
	}
	if len(all) == 0 {
		return Session{}, ErrNoSession
	}
	return all[0], nil
}

// inhibit asks logind to wait for us before the machine sleeps. Closing the file is the permission to sleep.
func (l *link) inhibit(ctx context.Context) (*os.File, error) {
	call := l.manager(ctx, "Inhibit", "sleep", "SITHS Agent", "Locking the screen before sleep", "delay")
	if call.Err != nil {
		return nil, fault(call.Err)
	}
	fd, err := only[dbus.UnixFD](call.Body)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), "sleep inhibitor"), nil
}
