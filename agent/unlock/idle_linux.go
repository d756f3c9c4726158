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
// screen and no terminal, such as those of services, do not count, nor do those whose user has logged out. What the user
// does from another machine says nothing of this one, and counts only where there is no session at it. The error is
// ErrNoSession where there is no logind or no session that counts, ErrAway, or logind's.
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
	var here, remote []time.Duration
	for _, s := range all {
		h, err := l.idleSince(ctx, s.ID)
		switch {
		case errors.Is(err, ErrNoSession), err == nil && h.place == nowhere:
		case err != nil:
			return 0, fmt.Errorf("asking since when session %q is idle: %w", s.ID, err)
		case h.place == elsewhere:
			remote = append(remote, h.until(now))
		default:
			here = append(here, h.until(now))
		}
	}
	return shortest(here, remote)
}

// shortest is the least of the first of these lists that has any.
func shortest(lists ...[]time.Duration) (time.Duration, error) {
	for _, list := range lists {
		if len(list) > 0 {
			return slices.Min(list), nil
		}
	}
	return 0, ErrNoSession
}

// place is where the user of a session sits.
type place uint8

const (
	nowhere   place = iota // nobody does
	atMachine              // at this machine
	elsewhere              // at another, and is here over the network
)

// idleHint is what a session says: since when it is idle, by CLOCK_MONOTONIC, or that it is not.
type idleHint struct {
	place place
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

// idleSince asks a session.
func (l *link) idleSince(ctx context.Context, id string) (idleHint, error) {
	call := l.manager(ctx, "GetSession", id)
	if call.Err != nil {
		return idleHint{}, fault(call.Err)
	}
	path, err := pathReply(call.Body)
	if err != nil {
		return idleHint{}, err
	}
	call = l.conn.Object(loginName, path).CallWithContext(ctx, propertyFace+".GetAll", 0, sessionFace)
	if call.Err != nil {
		return idleHint{}, gone(call.Err)
	}
	return idleReply(call.Body)
}

// idleReply reads the answer of GetAll for a session ("a{sv}"): Class "s", Type "s", State "s", Remote "b", IdleHint "b",
// IdleSinceHintMonotonic "t" in microseconds.
func idleReply(body []any) (idleHint, error) {
	all, err := only[map[string]dbus.Variant](body)
	if err != nil {
		return idleHint{}, err
	}
	where, err := placeOf(all)
	if err != nil {
		return idleHint{}, err
	}
	idle, okIdle := all["IdleHint"].Value().(bool)
	since, okSince := all["IdleSinceHintMonotonic"].Value().(uint64)
	if !okIdle || !okSince || since > math.MaxInt64/1000 {
		return idleHint{}, errIdleReply
	}
	return idleHint{place: where, idle: idle, since: time.Duration(since) * time.Microsecond}, nil
}

var errIdleReply = fmt.Errorf("%w: idle properties of a session", ErrMalformed)

// placeOf tells where a session's user sits. Who has logged out sits nowhere, although the session stays "closing" for as
// long as a program of it runs, and goes on saying what it said last.
func placeOf(all map[string]dbus.Variant) (place, error) {
	class, okClass := all["Class"].Value().(string)
	kind, okKind := all["Type"].Value().(string)
	state, okState := all["State"].Value().(string)
	remote, okRemote := all["Remote"].Value().(bool)
	shows := slices.Contains([]string{"x11", "wayland", "mir", "web", "tty"}, kind)
	switch {
	case !okClass || !okKind || !okState || !okRemote:
		return nowhere, errIdleReply
	case class != "user" || !shows || state == "closing":
		return nowhere, nil
	case remote:
		return elsewhere, nil
	}
	return atMachine, nil
}
