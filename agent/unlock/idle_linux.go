package unlock

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"
)

// IdleFor tells for how long nobody has used any of a user's desktop sessions, as they have told logind themselves
// (IdleHint, IdleSinceHintMonotonic: org.freedesktop.login1(5)). It is 0 while one is used, or tells nothing. Sessions of no
// screen and no terminal, such as those of services, do not count. The error is ErrNoSession where there is no logind or
// no session that counts, ErrAway, or logind's.
func (d *Desktop) IdleFor(ctx context.Context, uid uint32) (time.Duration, error) {
	l, err := d.present()
	if err != nil {
		return 0, err
	}
	all, err := l.sessionsOf(ctx, uid)
	if err != nil {
		return 0, fmt.Errorf("finding the sessions of user %d: %w", uid, err)
	}
	now, err := monotonic()
	if err != nil {
		return 0, err
	}
	idle := time.Duration(math.MaxInt64)
	for _, s := range all {
		since, counts, err := l.idleSince(ctx, s.ID)
		switch {
		case errors.Is(err, ErrNoSession), err == nil && !counts:
		case err != nil:
			return 0, fmt.Errorf("asking since when session %q is idle: %w", s.ID, err)
		default:
			idle = min(idle, since.until(now))
		}
	}
	if idle == math.MaxInt64 {
		return 0, ErrNoSession
	}
	return idle, nil
}

// idleHint is what a session says: since when it is idle, by CLOCK_MONOTONIC, or that it is not.
type idleHint struct {
	idle  bool
	since time.Duration
}

func (h idleHint) until(now time.Duration) time.Duration {
	if !h.idle {
		return 0
	}
	return max(0, now-h.since)
}

// monotonic is the time by CLOCK_MONOTONIC, which logind stamps with and nobody sets.
func monotonic() (time.Duration, error) {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		return 0, fmt.Errorf("reading the monotonic clock: %w", err)
	}
	return time.Duration(now.Nano()), nil
}

// idleSince asks a session. It does not count when it has neither a screen nor a terminal, or is no user's.
func (l *link) idleSince(ctx context.Context, id string) (h idleHint, counts bool, err error) {
	call := l.manager(ctx, "GetSession", id)
	if call.Err != nil {
		return idleHint{}, false, fault(call.Err)
	}
	path, err := pathReply(call.Body)
	if err != nil {
		return idleHint{}, false, err
	}
	call = l.conn.Object(loginName, path).CallWithContext(ctx, propertyFace+".GetAll", 0, sessionFace)
	if call.Err != nil {
		return idleHint{}, false, gone(call.Err)
	}
	return idleReply(call.Body)
}

// idleReply reads the answer of GetAll for a session ("a{sv}"): Class "s", Type "s", IdleHint "b",
// IdleSinceHintMonotonic "t" in microseconds.
func idleReply(body []any) (h idleHint, counts bool, err error) {
	all, err := only[map[string]dbus.Variant](body)
	if err != nil {
		return idleHint{}, false, err
	}
	class, okClass := all["Class"].Value().(string)
	kind, okKind := all["Type"].Value().(string)
	idle, okIdle := all["IdleHint"].Value().(bool)
	since, okSince := all["IdleSinceHintMonotonic"].Value().(uint64)
	if !okClass || !okKind || !okIdle || !okSince || since > math.MaxInt64/1000 {
		return idleHint{}, false, fmt.Errorf("%w: idle properties of a session", ErrMalformed)
	}
	counts = class == "user" && slices.Contains([]string{"x11", "wayland", "mir", "web", "tty"}, kind)
	return idleHint{idle: idle, since: time.Duration(since) * time.Microsecond}, counts, nil
}
